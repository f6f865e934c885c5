// One value of an object as a stream of pieces: an attribute, or all of them as a structure.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/cosem/object.hpp"
#include "meter/server/access.hpp"

namespace blathy::meter {

class ValueStream {
  public:
    // Success, or why the client can't have it. The octets of the selection must stay where they are.
    dlms::DataAccessResult begin(const Meter& meter, Association& association,
                                 const dlms::AttributeSelection& selection);
    // Writes the next piece into `out`, which has room for attribute_piece_size octets at least. Nothing is written on
    // an error; one after the first piece can't be told any more, for what was given of a value stands.
    dlms::DataAccessResult write(const Meter& meter, Association& association, ByteWriter& out);
    [[nodiscard]] bool more() const { return more_; }

  private:
    dlms::DataAccessResult write_attribute(const Meter& meter, Association& association, const Attribute& attribute,
                                           ByteWriter& out);
    dlms::DataAccessResult write_all(const Meter& meter, Association& association, ByteWriter& out);

    ReadableAttribute source_;
    std::optional<dlms::SelectiveAccess> access_;
    Cursor cursor_;
    int next_attribute_ = 0;  // of all attributes; 0: the structure has not begun
    bool more_ = false;
};

}  // namespace blathy::meter
