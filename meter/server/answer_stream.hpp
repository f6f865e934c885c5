// The answer to a request as a stream of octets, made as the client asks for it.
//
// Values, lists and results are written piece by piece into whatever room the next block has. What a piece has more
// than the room is kept until the next block; no answer is ever built whole.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/access.hpp"
#include "meter/cosem/object.hpp"
#include "meter/server/value_stream.hpp"

namespace blathy::meter {

class AnswerStream {
  public:
    // The octets of the request, and prepared ones, must stay where they are while the stream lasts.

    // The data of one attribute, named by an encoded AttributeSelection; or a SEQUENCE OF Get-Data-Result, its count
    // first, of a list of them.
    void start_single(Bytes target);
    void start_list(const dlms::List& targets);
    // A whole Access-Response. What it asks for is done in its order, as the stream comes to it, and its results wait
    // in `results`, an octet each, until their turn. A rehearsal tells the size: it leaves out what would change
    // something, and takes it as done without a return value.
    enum class Mode : std::uint8_t { carry_out, rehearse };
    void start_access(const dlms::AccessRequest& request, Bytes date_time, MutableBytes results, Mode mode);
    // Octets that are there already.
    void start_prepared(Bytes octets);
    void stop() { *this = {}; }

    // The next octets, as many as there is room for, or fewer at the end: see finished().
    std::size_t fill(Meter& meter, Association& association, MutableBytes room);
    // Octets that fill() gave and that found no room after all come first next time. At most push_back_size.
    void push_back(Bytes octets);
    // A block that was measured for a plain answer has less room for it when it is ciphered.
    static constexpr std::size_t push_back_size = 96;

    // The octets that fill() is still to give, as things are now. Nothing is carried out.
    [[nodiscard]] std::size_t size_left(Meter& meter, Association& association) const;

    [[nodiscard]] bool finished() const { return stage_ == Stage::finished && kept_begin_ == kept_end_; }
    // Why there is no answer, or why it ends before its end: the value of a single attribute, or of one in a list that
    // failed when a part of it was already given. Others of a list carry their errors in themselves.
    [[nodiscard]] dlms::DataAccessResult error() const { return error_; }

  private:
    // A Get-Data-Result's choice stands before the data; a count before the list; an ACCESS has a header.
    static constexpr std::size_t piece_overhead = 32;
    static constexpr std::size_t max_piece = piece_overhead + attribute_piece_size;

    enum class Kind : std::uint8_t { prepared, single, list, access };
    enum class Stage : std::uint8_t { finished, octets, count, next_target, within_target, result_count, results };

    void start(Kind kind, const dlms::List& targets);
    void keep_piece(Meter& meter, Association& association);
    void write_piece(Meter& meter, Association& association, ByteWriter& out);
    void begin_list(std::size_t count, Stage first, ByteWriter& out);
    void begin_target(Meter& meter, Association& association, ByteWriter& out);
    void begin_access(Meter& meter, Association& association, ByteWriter& out);
    std::uint8_t carry_out(Meter& meter, Association& association, const dlms::AccessSpecification& specification,
                           Bytes value, ByteWriter& out);
    void begin_value(const Meter& meter, Association& association, const dlms::AttributeSelection& target,
                     ByteWriter& out);
    void continue_value(const Meter& meter, Association& association, ByteWriter& out);
    void fail_value(dlms::DataAccessResult error, ByteWriter& out);
    void end_target();
    void write_result(ByteWriter& out);

    Kind kind_ = Kind::prepared;
    Stage stage_ = Stage::finished;
    Mode mode_ = Mode::carry_out;
    bool break_on_error_ = false;
    bool broken_ = false;  // an error has broken the ACCESS: the rest of it is not done
    dlms::DataAccessResult error_ = dlms::DataAccessResult::success;
    Bytes octets_;  // to be given as they are, before anything else
    dlms::List targets_;
    Bytes targets_left_;        // encoded, behind the current one
    std::size_t next_ = 0;      // index of the current target
    std::size_t answered_ = 0;  // results of an ACCESS that were given
    Bytes values_left_;         // of an ACCESS, behind that of the current target
    MutableBytes results_;
    ValueStream value_;
    std::array<std::uint8_t, push_back_size + max_piece> kept_{};
    std::size_t kept_begin_ = push_back_size;
    std::size_t kept_end_ = push_back_size;
};

}  // namespace blathy::meter
