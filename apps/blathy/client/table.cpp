#include "apps/blathy/client/table.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "apps/blathy/client/command.hpp"
#include "station/format.hpp"

namespace blathy::apps {
namespace {

// Characters, not octets. All the text here is UTF-8 without wide or combining characters worth the trouble.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

Table::Table(Format format, std::vector<Column> columns, std::FILE* file)
    : format_(format), columns_(std::move(columns)), file_(file) {
    std::vector<std::string> header;
    for (const Column& column : columns_) header.push_back(format_ == Format::text ? column.title : column.key);
    if (format_ == Format::csv) csv_line(header);
    if (format_ == Format::json) write("[");
    if (format_ == Format::text) held_.push_back(std::move(header));
}

void Table::write(std::string_view text) {
    if (error_ != 0) return;
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno == 0 ? EIO : errno;
}

bool Table::row(std::vector<Cell> cells) {
    if (format_ == Format::json) {
        std::string object = rows_ == 0 ? "\n{" : ",\n{";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) object += ",";
            object += station::json_string(columns_[i].key) + ":";
            object += cells[i].json.empty() ? station::json_string(cells[i].text) : cells[i].json;
        }
        write(object + "}");
    } else {
        std::vector<std::string> texts;
        texts.reserve(cells.size());
        for (Cell& cell : cells) texts.push_back(std::move(cell.text));
        if (format_ == Format::csv) {
            csv_line(texts);
        } else if (!widths_.empty()) {
            write_text(texts);
        } else {
            held_.push_back(std::move(texts));
            if (held_.size() > held_rows) release();
        }
    }
    ++rows_;
    return error_ == 0;
}

void Table::csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += ',';
        if (cells[i].find_first_of("\",\r\n") == std::string::npos) {
            line += cells[i];
            continue;
        }
        line += '"';
        for (const char character : cells[i]) line += character == '"' ? "\"\"" : std::string(1, character);
        line += '"';
    }
    write(line + "\n");
}

void Table::write_text(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += "  ";
        const std::size_t width = width_of(cells[i]);
        const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
        line += columns_[i].right_aligned ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    write(line + "\n");
}

void Table::release() {
    // A single long value must not push all that is behind it to the right.
    constexpr std::size_t widest = 60;
    widths_.assign(columns_.size(), 0);
    for (const auto& cells : held_) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (const std::size_t width = width_of(cells[i]); width <= widest) widths_[i] = std::max(widths_[i], width);
        }
    }
    for (const auto& cells : held_) write_text(cells);
    held_.clear();
}

bool Table::finish() {
    if (format_ == Format::json) write(rows_ == 0 ? "]\n" : "\n]\n");
    if (format_ == Format::text && widths_.empty()) release();
    if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
    if (error_ != 0 && error_ != EPIPE) complain(std::string("can't write the output: ") + std::strerror(error_));
    return error_ == 0;
}

}  // namespace blathy::apps
