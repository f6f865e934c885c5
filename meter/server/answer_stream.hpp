// The answer to a GET as a stream of octets, made as the client asks for it.
//
// One value or a list of results is written piece by piece into whatever room the next block has. What a piece has more
// than the room is kept until the next block; no answer is ever built whole.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/get.hpp"
#include "meter/cosem/object.hpp"
#include "meter/server/access.hpp"

namespace blathy::meter {

class AnswerStream {
  public:
    // The data of one attribute, named by an encoded AttributeSelection; or a SEQUENCE OF Get-Data-Result, its count
    // first, of a list of them. The octets of the request must stay where they are while the stream lasts.
    void start_single(Bytes target);
    void start_list(const dlms::List& targets);

    // The next octets, as many as there is room for, or fewer at the end: see finished().
    std::size_t fill(const Meter& meter, const Association& association, MutableBytes room);
    // Octets that fill() gave and that found no room after all come first next time. At most push_back_size.
    void push_back(Bytes octets);
    static constexpr std::size_t push_back_size = 16;

    [[nodiscard]] bool finished() const { return stage_ == Stage::finished && kept_begin_ == kept_end_; }
    // Of the single attribute; a list carries its errors in itself.
    [[nodiscard]] dlms::DataAccessResult error() const { return error_; }

    // The request's octets went elsewhere.
    void targets_moved_to(Bytes targets) { targets_.encoded = targets; }
    [[nodiscard]] Bytes targets() const { return targets_.encoded; }

  private:
    // A Get-Data-Result's choice stands before the data; a count before the list.
    static constexpr std::size_t piece_overhead = 8;

    enum class Stage : std::uint8_t { count, next_target, within_target, finished };

    void write_piece(const Meter& meter, const Association& association, ByteWriter& out);
    void begin_target(const Meter& meter, const Association& association, ByteWriter& out);
    void continue_target(const Meter& meter, const Association& association, ByteWriter& out);
    void end_target();
    void fail_target(dlms::DataAccessResult error, std::size_t start, ByteWriter& out);

    Stage stage_ = Stage::finished;
    bool single_ = true;
    dlms::DataAccessResult error_ = dlms::DataAccessResult::success;
    dlms::List targets_;
    std::size_t target_offset_ = 0;  // of the current target within the encoded targets
    std::size_t targets_left_ = 0;
    ReadableAttribute source_;
    Cursor cursor_;
    std::array<std::uint8_t, push_back_size + piece_overhead + attribute_piece_size> kept_{};
    std::size_t kept_begin_ = 0;
    std::size_t kept_end_ = 0;
};

}  // namespace blathy::meter
