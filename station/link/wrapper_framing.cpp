#include "station/link/wrapper_framing.hpp"

namespace blathy::station {

std::optional<Octets> wrap(std::uint16_t source, std::uint16_t destination, Bytes apdu) {
    if (apdu.size() > 0xFFFF) return std::nullopt;
    return encoded(dlms::WrapperHeader::size + apdu.size(), [&](ByteWriter& out) {
        write(out, dlms::WrapperHeader{source, destination, static_cast<std::uint16_t>(apdu.size())});
        out.bytes(apdu);
    });
}

void WrapperFraming::put(Bytes octets) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    append(buffer_, octets);
}

Result<std::optional<WrapperFraming::Frame>, Error> WrapperFraming::next() {
    const Bytes rest = Bytes(buffer_).subspan(taken_);
    if (rest.size() < dlms::WrapperHeader::size) return std::nullopt;
    const auto header = dlms::read_wrapper_header(rest);
    if (!header) return fail(protocol_error("what answers there does not speak the DLMS wrapper (version is not 1)"));
    const std::size_t size = dlms::WrapperHeader::size + header->length;
    if (rest.size() < size) return std::nullopt;
    taken_ += size;
    return Frame{*header, rest.subspan(dlms::WrapperHeader::size, header->length)};
}

}  // namespace blathy::station
