#include "bench/wire/conversations.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "dlms/axdr.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/llc.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::bench {
namespace {

constexpr std::uint16_t client = 2;
constexpr std::uint16_t meter = 1;

// The AARQ of who collects data from a meter with demo keys, with a password and every service that needs no ciphering.
Octets aarq(std::uint16_t max_pdu) {
    Octets apdu = {0x60, 0x3B,                                                        // AARQ
                   0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01,  // logical names
                   0x8A, 0x02, 0x07, 0x80,                                            // authentication
                   0x8B, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x02, 0x01,              // low level security
                   0xAC, 0x0F, 0x80, 0x0D, 'D',  'E',  'M',  'O',  '-',  'P',  'A',  'S',  'S',  'W',  'O',  'R', 'D',
                   0xBE, 0x10, 0x04, 0x0E, 0x01, 0x00, 0x00, 0x00, 0x06, 0x5F, 0x1F, 0x04, 0x00, 0x00, 0x7E, 0x1F};
    apdu.push_back(static_cast<std::uint8_t>(max_pdu >> 8U));
    apdu.push_back(static_cast<std::uint8_t>(max_pdu & 0xFFU));
    return apdu;
}
constexpr std::size_t aare_octets = 56;

// Class 3, 1-0:1.8.0.255, attribute 2; its answer is a double-long-unsigned.
const Octets get_energy = {0xC0, 0x01, 0xC1, 0x00, 0x03, 0x01, 0x00, 0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};
constexpr std::size_t energy_octets = 4 + 5;

const Octets get_profile = {0xC0, 0x01, 0xC1, 0x00, 0x07, 0x01, 0x00, 0x63, 0x80, 0x00, 0xFF, 0x02, 0x00};

Octets get_next(std::uint32_t block) {
    Octets apdu(7);
    ByteWriter out(apdu);
    out.u8(0xC0);
    out.u8(0x02);
    out.u8(0xC1);
    out.u32(block);
    return apdu;
}

Exchange by_wrapper(const Octets& apdu, std::size_t answer) {
    constexpr std::size_t header = dlms::WrapperHeader::size;
    Octets octets(header);
    ByteWriter out(octets);
    write(out, dlms::WrapperHeader{client, meter, static_cast<std::uint16_t>(apdu.size())});
    octets.insert(octets.end(), apdu.begin(), apdu.end());
    return {octets, header + answer};
}

Octets frame(const dlms::hdlc::Control& control, const Octets& apdu) {
    dlms::hdlc::Frame frame;
    frame.destination = dlms::hdlc::one_octet_address(meter);
    frame.source = dlms::hdlc::one_octet_address(client);
    frame.control = dlms::hdlc::encode_control(control);
    if (!apdu.empty()) frame.head = dlms::hdlc::llc_command;
    frame.information = apdu;
    Octets octets(dlms::hdlc::frame_octets(apdu.size() + dlms::hdlc::llc_command.size()));
    octets.resize(dlms::hdlc::encode_frame(frame, octets));
    return octets;
}

// An I frame and the I frame that answers it, both the `number`-th of the connection.
Exchange by_hdlc(std::size_t number, const Octets& apdu, std::size_t answer) {
    const auto modulo_8 = static_cast<std::uint8_t>(number & 7U);
    // Of the answer: flags, format, addresses of one octet, control, HCS, LLC, FCS.
    constexpr std::size_t overhead = 2 + 2 + 2 + 1 + 2 + 3 + 2;
    return {frame({dlms::hdlc::FrameKind::i, true, modulo_8, modulo_8}, apdu), overhead + answer};
}

}  // namespace

Conversation energy_by_wrapper() {
    return {{by_wrapper(aarq(1200), aare_octets)}, {by_wrapper(get_energy, energy_octets)}};
}

Conversation energy_by_hdlc() {
    Conversation all;
    // An SNRM that proposes nothing: the UA has no parameters either, and the defaults hold, with information fields of
    // 128 octets.
    constexpr std::size_t ua_octets = 9;
    all.greeting = {{frame({dlms::hdlc::FrameKind::snrm, true}, {}), ua_octets}, by_hdlc(0, aarq(1200), aare_octets)};
    for (std::size_t number = 1; number <= 8; ++number) {
        all.requests.push_back(by_hdlc(number, get_energy, energy_octets));
    }
    return all;
}

Conversation profile_by_wrapper(std::uint16_t max_pdu, std::size_t buffer_octets) {
    Conversation all;
    all.greeting = {by_wrapper(aarq(max_pdu), aare_octets)};
    // Tag, choice, invoke id, last-block, block-number, raw-data.
    constexpr std::size_t header = 9;
    std::size_t largest = max_pdu - header;
    while (header + dlms::length_size(largest) + largest > max_pdu) --largest;
    std::uint32_t block = 0;
    for (std::size_t left = buffer_octets; left > 0;) {
        const std::size_t raw = std::min(left, largest);
        const Octets request = block == 0 ? get_profile : get_next(block);
        all.requests.push_back(by_wrapper(request, header + dlms::length_size(raw) + raw));
        left -= raw;
        ++block;
    }
    return all;
}

}  // namespace blathy::bench
