#include "meter/server/answer_stream.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;

}  // namespace

void AnswerStream::start_single(Bytes target) {
    start_list({1, target});
    single_ = true;
    stage_ = Stage::next_target;
}

void AnswerStream::start_list(const dlms::List& targets) {
    single_ = false;
    stage_ = Stage::count;
    error_ = DataAccessResult::success;
    targets_ = targets;
    target_offset_ = 0;
    targets_left_ = targets.count;
    kept_begin_ = kept_end_ = push_back_size;
}

void AnswerStream::push_back(Bytes octets) {
    kept_begin_ -= octets.size();
    std::copy(octets.begin(), octets.end(), kept_.begin() + static_cast<std::ptrdiff_t>(kept_begin_));
}

std::size_t AnswerStream::fill(const Meter& meter, const Association& association, MutableBytes room) {
    ByteWriter out(room);
    const auto take_kept = [&] {
        const std::size_t count = std::min(kept_end_ - kept_begin_, out.room_left());
        out.bytes(Bytes(kept_).subspan(kept_begin_, count));
        kept_begin_ += count;
        if (kept_begin_ == kept_end_) kept_begin_ = kept_end_ = push_back_size;
    };
    take_kept();
    while (stage_ != Stage::finished && out.room_left() > 0) {
        if (out.room_left() >= attribute_piece_size + piece_overhead) {
            write_piece(meter, association, out);
            continue;
        }
        ByteWriter piece(MutableBytes(kept_).subspan(push_back_size));
        write_piece(meter, association, piece);
        kept_begin_ = push_back_size;
        kept_end_ = push_back_size + piece.size();
        take_kept();
    }
    return out.size();
}

void AnswerStream::write_piece(const Meter& meter, const Association& association, ByteWriter& out) {
    switch (stage_) {
        case Stage::count:
            dlms::write_length(out, targets_.count);
            stage_ = targets_left_ > 0 ? Stage::next_target : Stage::finished;
            break;
        case Stage::next_target:
            begin_target(meter, association, out);
            break;
        case Stage::within_target:
            continue_target(meter, association, out);
            break;
        case Stage::finished:
            break;
    }
}

void AnswerStream::begin_target(const Meter& meter, const Association& association, ByteWriter& out) {
    const std::size_t start = out.size();
    ByteReader in(targets_.encoded.subspan(target_offset_));
    const auto source = find_readable(meter, association, dlms::read_attribute_selection(in));
    if (!source) return fail_target(source.error(), start, out);
    source_ = *source;
    cursor_ = {};
    stage_ = Stage::within_target;
    if (!single_) out.u8(0);  // Get-Data-Result: data
    continue_target(meter, association, out);
}

void AnswerStream::continue_target(const Meter& meter, const Association& association, ByteWriter& out) {
    const std::size_t start = out.size();
    const bool first = !cursor_.more;
    dlms::DataWriter data(out);
    if (source_.attribute == nullptr) {
        data.octet_string(source_.object->name);
        return end_target();
    }
    ByteReader in(targets_.encoded.subspan(target_offset_));
    const dlms::AttributeSelection target = dlms::read_attribute_selection(in);
    const dlms::SelectiveAccess* access = target.access ? &*target.access : nullptr;
    auto result = source_.attribute->read({meter, *source_.object, association, access}, cursor_, data);
    if (!out.ok()) result = DataAccessResult::other_reason;
    if (result == DataAccessResult::success) {
        if (!cursor_.more) end_target();
        return;
    }
    // What was given of a value can't be taken back: then the whole answer ends here.
    if (!first) targets_left_ = 1;
    const std::size_t choice_octet = first && !single_ ? 1 : 0;
    fail_target(result, start - choice_octet, out);
}

void AnswerStream::fail_target(DataAccessResult error, std::size_t start, ByteWriter& out) {
    out.rewind(start);
    if (single_) {
        error_ = error;
    } else {
        out.u8(1);  // Get-Data-Result: data-access-result
        out.u8(static_cast<std::uint8_t>(error));
    }
    end_target();
}

void AnswerStream::end_target() {
    ByteReader in(targets_.encoded.subspan(target_offset_));
    (void)dlms::read_attribute_selection(in);
    target_offset_ += in.position();
    --targets_left_;
    stage_ = targets_left_ > 0 ? Stage::next_target : Stage::finished;
}

}  // namespace blathy::meter
