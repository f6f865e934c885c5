#include "dlms/explain/explain.hpp"

namespace blathy::dlms {

Protocol guess_protocol(Bytes octets) {
    const auto at = [&](std::size_t i) { return i < octets.size() ? octets[i] : std::uint8_t{0}; };
    const auto is_digit = [](std::uint8_t octet) { return octet >= '0' && octet <= '9'; };
    switch (at(0)) {
        case 0x7E:
            return Protocol::hdlc;
        case 0x00:  // no APDU has this tag, and the wrapper's version begins with it
            return octets.size() > 1 ? Protocol::wrapper : Protocol::apdu;
        case '/':
        case 0x02:  // STX
        case 0x15:  // NAK
            return Protocol::iec62056_21;
        case 0x06:  // ACK and its digits, or a write-request
            return is_digit(at(1)) && is_digit(at(2)) ? Protocol::iec62056_21 : Protocol::apdu;
        case 0x01:  // SOH and a command letter, or an initiate-request
            return at(1) >= 'A' && at(1) <= 'Z' ? Protocol::iec62056_21 : Protocol::apdu;
        default:
            return Protocol::apdu;
    }
}

void explain(Bytes octets, Protocol protocol, Sink sink, std::optional<Decipher> decipher) {
    switch (protocol) {
        case Protocol::apdu:
            return explain_apdu(octets, sink, decipher);
        case Protocol::wrapper:
            return explain_wrapper(octets, sink, decipher);
        case Protocol::hdlc:
            return explain_hdlc(octets, sink, decipher);
        case Protocol::iec62056_21:
            return explain_iec62056_21(octets, sink);
    }
}

}  // namespace blathy::dlms
