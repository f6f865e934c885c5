#include "meter/server/answer_stream.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"
#include "dlms/data.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;

// Of what an ACCESS did not come to.
constexpr auto not_carried_out = static_cast<std::uint8_t>(DataAccessResult::other_reason);

void write_null_data(ByteWriter& out) {
    dlms::DataWriter(out).null_data();
}

dlms::AccessKind kind_of(const dlms::AccessSpecification& specification) {
    if (std::holds_alternative<dlms::AccessGet>(specification)) return dlms::AccessKind::get;
    if (std::holds_alternative<dlms::AccessSet>(specification)) return dlms::AccessKind::set;
    return dlms::AccessKind::action;
}

}  // namespace

void AnswerStream::start(Kind kind, const dlms::List& targets) {
    stop();
    kind_ = kind;
    targets_ = targets;
    targets_left_ = targets.encoded;
}

void AnswerStream::start_single(Bytes target) {
    start(Kind::single, {1, target});
    stage_ = Stage::next_target;
}

void AnswerStream::start_list(const dlms::List& targets) {
    start(Kind::list, targets);
    stage_ = Stage::count;
}

void AnswerStream::start_prepared(Bytes octets) {
    start(Kind::prepared, {});
    octets_ = octets;
    if (!octets.empty()) stage_ = Stage::octets;
}

void AnswerStream::start_access(const dlms::AccessRequest& request, Bytes date_time, MutableBytes results, Mode mode) {
    start(Kind::access, request.specifications);
    mode_ = mode;
    break_on_error_ = request.invoke.break_on_error();
    values_left_ = request.data.encoded;
    results_ = results;
    std::ranges::fill(results_, std::uint8_t{0});
    ByteWriter head(MutableBytes(kept_).subspan(push_back_size));
    write(head, dlms::ApduTag::access_response);
    head.u32(request.invoke.value);
    dlms::write_octets(head, date_time);
    head.u8(request.invoke.self_descriptive() ? 1 : 0);
    stage_ = Stage::count;
    if (request.invoke.self_descriptive()) {
        dlms::write_length(head, targets_.count);
        octets_ = targets_.encoded;
        stage_ = Stage::octets;
    }
    kept_end_ = push_back_size + head.size();
}

void AnswerStream::push_back(Bytes octets) {
    kept_begin_ -= octets.size();
    std::copy(octets.begin(), octets.end(), kept_.begin() + static_cast<std::ptrdiff_t>(kept_begin_));
}

std::size_t AnswerStream::fill(Meter& meter, Association& association, MutableBytes room) {
    ByteWriter out(room);
    const auto take_kept = [&] {
        const std::size_t count = std::min(kept_end_ - kept_begin_, out.room_left());
        out.bytes(Bytes(kept_).subspan(kept_begin_, count));
        kept_begin_ += count;
        if (kept_begin_ == kept_end_) kept_begin_ = kept_end_ = push_back_size;
    };
    take_kept();
    while (stage_ != Stage::finished && out.room_left() > 0) {
        if (out.room_left() >= max_piece || stage_ == Stage::octets) {
            write_piece(meter, association, out);
            continue;
        }
        keep_piece(meter, association);
        take_kept();
    }
    // Whoever is told that there is more must find at least an octet: a piece may be empty, and the last one then.
    while (kept_begin_ == kept_end_ && stage_ != Stage::finished && stage_ != Stage::octets) {
        keep_piece(meter, association);
    }
    return out.size();
}

std::size_t AnswerStream::size_left(Meter& meter, Association& association) const {
    AnswerStream rehearsal = *this;
    rehearsal.mode_ = Mode::rehearse;
    std::array<std::uint8_t, max_piece> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): fill() writes it
    std::size_t size = 0;
    do {
        size += rehearsal.fill(meter, association, room);
    } while (!rehearsal.finished());
    return size;
}

void AnswerStream::keep_piece(Meter& meter, Association& association) {
    ByteWriter piece(MutableBytes(kept_).subspan(push_back_size));
    write_piece(meter, association, piece);
    kept_begin_ = push_back_size;
    kept_end_ = push_back_size + piece.size();
}

void AnswerStream::write_piece(Meter& meter, Association& association, ByteWriter& out) {
    switch (stage_) {
        case Stage::octets: {
            const std::size_t count = std::min(octets_.size(), out.room_left());
            out.bytes(octets_.first(count));
            octets_ = octets_.subspan(count);
            if (octets_.empty()) stage_ = kind_ == Kind::access ? Stage::count : Stage::finished;
            break;
        }
        case Stage::count:
            begin_list(targets_.count, Stage::next_target, out);
            // An ACCESS of nothing still has results, of which there are none.
            if (targets_.count == 0 && kind_ == Kind::access) stage_ = Stage::result_count;
            break;
        case Stage::next_target:
            if (kind_ == Kind::access) {
                begin_access(meter, association, out);
            } else {
                begin_target(meter, association, out);
            }
            break;
        case Stage::within_target:
            continue_value(meter, association, out);
            break;
        case Stage::result_count:
            targets_left_ = targets_.encoded;
            begin_list(targets_.count, Stage::results, out);
            break;
        case Stage::results:
            write_result(out);
            break;
        case Stage::finished:
            break;
    }
}

void AnswerStream::begin_list(std::size_t count, Stage first, ByteWriter& out) {
    dlms::write_length(out, count);
    stage_ = count > 0 ? first : Stage::finished;
}

void AnswerStream::begin_target(Meter& meter, Association& association, ByteWriter& out) {
    ByteReader in(targets_left_);
    const dlms::AttributeSelection target = dlms::read_attribute_selection(in);
    targets_left_ = in.rest();
    begin_value(meter, association, target, out);
}

void AnswerStream::begin_value(const Meter& meter, Association& association, const dlms::AttributeSelection& target,
                               ByteWriter& out) {
    const std::size_t start = out.size();
    auto result = value_.begin(meter, association, target);
    if (result == DataAccessResult::success) {
        if (kind_ == Kind::list) out.u8(0);  // Get-Data-Result: data
        result = value_.write(meter, association, out);
    }
    if (result != DataAccessResult::success) {
        out.rewind(start);
        return fail_value(result, out);
    }
    if (value_.more()) {
        stage_ = Stage::within_target;
    } else {
        end_target();
    }
}

void AnswerStream::continue_value(const Meter& meter, Association& association, ByteWriter& out) {
    const auto result = value_.write(meter, association, out);
    if (result != DataAccessResult::success) {
        // What was given of a value can't be taken back: the whole answer ends here.
        error_ = result;
        stage_ = Stage::finished;
    } else if (!value_.more()) {
        end_target();
    }
}

void AnswerStream::fail_value(DataAccessResult error, ByteWriter& out) {
    switch (kind_) {
        case Kind::list:
            out.u8(1);  // Get-Data-Result: data-access-result
            out.u8(static_cast<std::uint8_t>(error));
            break;
        case Kind::access:
            write_null_data(out);
            results_[next_] = static_cast<std::uint8_t>(error);
            broken_ = break_on_error_;
            break;
        case Kind::single:
        case Kind::prepared:
            error_ = error;
            break;
    }
    end_target();
}

void AnswerStream::end_target() {
    ++next_;
    if (next_ < targets_.count) {
        stage_ = Stage::next_target;
    } else {
        stage_ = kind_ == Kind::access ? Stage::result_count : Stage::finished;
    }
}

void AnswerStream::begin_access(Meter& meter, Association& association, ByteWriter& out) {
    ByteReader targets(targets_left_);
    const dlms::AccessSpecification specification = dlms::read_access_specification(targets);
    targets_left_ = targets.rest();
    ByteReader values(values_left_);
    const Bytes value = dlms::read_data(values);
    values_left_ = values.rest();
    const auto* get = std::get_if<dlms::AccessGet>(&specification);
    if (get != nullptr && !broken_) return begin_value(meter, association, get->target, out);
    const std::uint8_t result = broken_ ? not_carried_out : carry_out(meter, association, specification, value, out);
    results_[next_] = result;
    if (broken_) write_null_data(out);
    broken_ = broken_ || (break_on_error_ && result != 0);
    end_target();
}

// SET and ACTION, with the data that the answer has in their place.
std::uint8_t AnswerStream::carry_out(Meter& meter, Association& association,
                                     const dlms::AccessSpecification& specification, Bytes value, ByteWriter& out) {
    if (mode_ == Mode::rehearse) {
        write_null_data(out);
        return 0;
    }
    if (const auto* set = std::get_if<dlms::AccessSet>(&specification)) {
        write_null_data(out);
        return static_cast<std::uint8_t>(write_attribute(meter, association, set->target, value));
    }
    const std::size_t start = out.size();
    const auto method = std::get<dlms::AccessAction>(specification).target;
    // Each specification has a value: null-data is that of a method without parameters.
    const bool none = static_cast<dlms::DataTag>(value[0]) == dlms::DataTag::null_data;
    dlms::DataWriter returned(out);
    const auto result = invoke_method(meter, association, method, none ? Bytes{} : value, returned);
    const bool too_long = !out.ok();
    if (too_long) out.rewind(start);
    if (out.size() == start) write_null_data(out);
    return too_long ? not_carried_out : static_cast<std::uint8_t>(result);
}

void AnswerStream::write_result(ByteWriter& out) {
    ByteReader targets(targets_left_);
    const dlms::AccessSpecification specification = dlms::read_access_specification(targets);
    targets_left_ = targets.rest();
    write(out, dlms::AccessResult{kind_of(specification), results_[answered_]});
    if (++answered_ == targets_.count) stage_ = Stage::finished;
}

}  // namespace blathy::meter
