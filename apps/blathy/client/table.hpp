// Rows of results on standard output: aligned text, JSON or CSV.
#pragma once

#include <cstdio>
#include <string>
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
    bool row(std::vector<Cell> cells);
    // Writes what is still held back, and the end. False: not everything could be written. A reader that has had
    // enough and closed the pipe is not worth a message; anything else is complained about.
    bool finish();

  private:
    static constexpr std::size_t held_rows = 256;

    void write(std::string_view text);
    void write_text(const std::vector<std::string>& cells);
    void release();
    void csv_line(const std::vector<std::string>& cells);

    Format format_;
    std::vector<Column> columns_;
    std::FILE* file_;
    std::vector<std::vector<std::string>> held_;
    std::vector<std::size_t> widths_;  // once they are known
    std::size_t rows_ = 0;
    int error_ = 0;  // errno of what could not be written
};

}  // namespace blathy::apps
