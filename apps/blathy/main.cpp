#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    CLI::App app{"Blathy: a smart electricity meter family in software"};
    app.require_subcommand(1);
    CLI11_PARSE(app, argc, argv);
    return 0;
}
