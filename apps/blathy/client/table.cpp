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
    if (format_ == Format::json) {
        for (const Column& column : columns_) keys_.push_back(station::json_string(column.key) + ":");
        write("[");
    }
    if (format_ == Format::csv) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line_ += ',';
            csv_cell(columns_[i].key);
        }
        write(line_ += '\n');
    }
    if (format_ == Format::text) {
        std::vector<std::string> header;
        for (const Column& column : columns_) header.push_back(column.title);
        held_.push_back(std::move(header));
    }
}

void Table::write(std::string_view text) {
    if (error_ != 0) return;
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno == 0 ? EIO : errno;
}

bool Table::row(std::span<const Cell> cells) {
    line_.clear();
    if (format_ == Format::json) {
        line_ += rows_ == 0 ? "\n{" : ",\n{";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line_ += ',';
            line_ += keys_[i];
            line_ += cells[i].json.empty() ? station::json_string(cells[i].text) : cells[i].json;
        }
        write(line_ += '}');
    } else if (format_ == Format::csv) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) line_ += ',';
            csv_cell(cells[i].text);
        }
        write(line_ += '\n');
    } else if (!widths_.empty()) {
        write_text(cells.size(), [&](std::size_t i) { return std::string_view(cells[i].text); });
    } else {
        std::vector<std::string> texts;
        texts.reserve(cells.size());
        for (const Cell& cell : cells) texts.push_back(cell.text);
        held_.push_back(std::move(texts));
        if (held_.size() > held_rows) release();
    }
    ++rows_;
    return error_ == 0;
}

void Table::csv_cell(std::string_view text) {
    if (text.find_first_of("\",\r\n") == std::string_view::npos) {
        line_ += text;
        return;
    }
    line_ += '"';
    for (const char character : text) {
        if (character == '"') line_ += '"';
        line_ += character;
    }
    line_ += '"';
}

template <class TextOf>
void Table::write_text(std::size_t count, TextOf text_of) {
    line_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) line_ += "  ";
        const std::string_view text = text_of(i);
        const std::size_t width = width_of(text);
        const std::size_t padding = widths_[i] > width ? widths_[i] - width : 0;
        if (columns_[i].right_aligned) line_.append(padding, ' ');
        line_ += text;
        if (!columns_[i].right_aligned) line_.append(padding, ' ');
    }
    line_.erase(line_.find_last_not_of(' ') + 1);
    write(line_ += '\n');
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
    for (const auto& cells : held_) {
        write_text(cells.size(), [&](std::size_t i) { return std::string_view(cells[i]); });
    }
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
