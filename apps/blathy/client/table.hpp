// Rows of results on standard output: aligned text, JSON or CSV.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace blathy::apps {

enum class Format : std::uint8_t { text, json, csv };

struct Column {
    std::string key;    // of JSON, and the header of CSV
    std::string title;  // of the text
    bool right_aligned = false;
};

// `text` is safe for a terminal; `json` is what JSON has instead, and empty if that is the text as a string.
struct Cell {
    std::string text;
    std::string json;
};

class Table {
  public:
    Table(Format format, std::vector<Column> columns, std::FILE* file = stdout);

    // Text is held back until the widths of its columns are known, at most `held_rows` rows; all else is written at
    // once. False: the output can't be written, and the rest may be left away.
    bool row(std::span<const Cell> cells);
    bool row(std::initializer_list<Cell> cells) { return row(std::span<const Cell>(cells.begin(), cells.size())); }
    // Writes what is still held back, and the end. False: not everything could be written. A reader that has had
    // enough and closed the pipe is not worth a message; anything else is complained about.
    bool finish();

  private:
    static constexpr std::size_t held_rows = 256;

    void write(std::string_view text);
    template <class TextOf>
    void write_text(std::size_t count, TextOf text_of);
    void release();
    void csv_cell(std::string_view text);

    Format format_;
    std::vector<Column> columns_;
    std::vector<std::string> keys_;  // of JSON
    std::FILE* file_;
    std::string line_;  // being put together
    std::vector<std::vector<std::string>> held_;
    std::vector<std::size_t> widths_;  // once they are known
    std::size_t rows_ = 0;
    int error_ = 0;  // errno of what could not be written
};

}  // namespace blathy::apps
