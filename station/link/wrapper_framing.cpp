#include "station/link/wrapper_framing.hpp"

namespace blathy::station {

std::optional<Octets> wrap(std::uint16_t source, std::uint16_t destination, Bytes apdu) {
    if (apdu.size() > 0xFFFF) return std::nullopt;
    return encoded(dlms::WrapperHeader::size + apdu.size(), [&](ByteWriter& out) {
        write(out, dlms::WrapperHeader{source, destination, static_cast<std::uint16_t>(apdu.size())});
        out.bytes(apdu);
    });
}

Result<std::optional<WrapperFraming::Frame>, Error> WrapperFraming::next() {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    if (buffer_.size() < dlms::WrapperHeader::size) return std::nullopt;
    const auto header = dlms::read_wrapper_header(buffer_);
    if (!header) return fail(protocol_error("what answers there does not speak the DLMS wrapper (version is not 1)"));
    const std::size_t size = dlms::WrapperHeader::size + header->length;
    if (buffer_.size() < size) return std::nullopt;
    taken_ = size;
    return Frame{*header, Bytes(buffer_).subspan(dlms::WrapperHeader::size, header->length)};
}

}  // namespace blathy::station
