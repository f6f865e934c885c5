#include "apps/blathy/decode/decode.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include "apps/blathy/decode/hex.hpp"
#include "apps/blathy/decode/pcap.hpp"
#include "apps/blathy/decode/render.hpp"
#include "apps/blathy/decode/segment.hpp"
#include "apps/blathy/decode/stream.hpp"

namespace blathy::apps {
namespace {

enum Outcome : int { decoded = 0, malformed = 1, unreadable = 2 };

constexpr std::uintmax_t max_text_file = std::uintmax_t{64} * 1024 * 1024;

int decode_octets(Bytes octets, const DecodeOptions& options, std::ostream& out) {
    const dlms::Protocol protocol = options.protocol.value_or(dlms::guess_protocol(octets));
    bool has_error = false;
    if (options.json) {
        out << to_text(render_json(octets, protocol, has_error)) << '\n';
    } else {
        has_error = render_text(out, octets, protocol);
    }
    return has_error ? malformed : decoded;
}

int decode_text(std::string_view text, const DecodeOptions& options, std::ostream& out, std::ostream& err) {
    const auto octets = parse_hex(text);
    if (!octets) {
        fmt::print(err, "at character {}: {}\n", octets.error().position + 1, octets.error().reason);
        return unreadable;
    }
    if (octets->empty()) {
        err << "no octets\n";
        return unreadable;
    }
    return decode_octets(*octets, options, out);
}

std::string time_text(std::int64_t time_ns) {
    using namespace std::chrono;
    const sys_time<microseconds> time{floor<microseconds>(nanoseconds{time_ns})};
    const auto second = floor<seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                       (time - second).count());
}

class CapturePrinter {
  public:
    CapturePrinter(const DecodeOptions& options, std::ostream& out) : options_(options), out_(out) {
        if (options_.json) out_ << '[';
    }

    void print(const Message& message) {
        const dlms::Protocol protocol = options_.protocol.value_or(dlms::guess_protocol(message.octets));
        const std::string time = time_text(message.time_ns);
        const std::string_view transport = message.is_tcp ? "tcp" : "udp";
        ++count_;
        if (!options_.json) {
            fmt::print(out_, "{}#{} {} {} {} -> {}\n", count_ > 1 ? "\n" : "", count_, time, transport,
                       to_string(message.source), to_string(message.destination));
            has_error_ = render_text(out_, message.octets, protocol) || has_error_;
            return;
        }
        nlohmann::ordered_json json{{"time", time},
                                    {"transport", transport},
                                    {"source", to_string(message.source)},
                                    {"destination", to_string(message.destination)}};
        json["nodes"] = render_json(message.octets, protocol, has_error_);
        out_ << (count_ > 1 ? ",\n" : "\n") << to_text(json);
    }

    int finish() {
        if (options_.json) out_ << "\n]\n";
        return has_error_ ? malformed : decoded;
    }
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    const DecodeOptions& options_;
    std::ostream& out_;
    std::size_t count_ = 0;
    bool has_error_ = false;
};

int decode_capture(std::istream& file, const DecodeOptions& options, std::ostream& out, std::ostream& err) {
    CaptureReader reader(file);
    CapturePrinter printer(options, out);
    MessageCollector collector(options.port, [&](const Message& message) { printer.print(message); });
    std::size_t packets = 0;
    while (const auto packet = reader.next()) {
        ++packets;
        if (const auto segment = read_segment(*packet)) collector.push(*segment);
    }
    collector.finish();
    const int outcome = printer.finish();
    if (!reader.error().empty()) fmt::print(err, "after packet {}: {}\n", packets, reader.error());
    if (printer.count() == 0) fmt::print(err, "no DLMS message in {} packets\n", packets);
    // A file that stops in the middle of a packet still had all the others.
    return !reader.error().empty() && packets == 0 ? unreadable : outcome;
}

int decode_file(const DecodeOptions& options, std::ostream& out, std::ostream& err) {
    std::ifstream file(options.input, std::ios::binary);
    std::array<char, 4> beginning{};
    if (!file) {
        fmt::print(err, "{}: can't be opened\n", options.input);
        return unreadable;
    }
    file.read(beginning.data(), beginning.size());
    const auto size = static_cast<std::size_t>(file.gcount());
    file.clear();
    file.seekg(0);
    if (is_capture(as_bytes({beginning.data(), size}))) return decode_capture(file, options, out, err);
    std::error_code ignored;
    if (std::filesystem::file_size(options.input, ignored) > max_text_file) {
        fmt::print(err, "{}: neither a capture nor a text of a reasonable size\n", options.input);
        return unreadable;
    }
    std::ostringstream text;
    text << file.rdbuf();
    return decode_text(text.str(), options, out, err);
}

}  // namespace

int run_decode(const DecodeOptions& options, std::ostream& out, std::ostream& err) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(options.input, ignored)) return decode_file(options, out, err);
    return decode_text(options.input, options, out, err);
}

}  // namespace blathy::apps
