// What people and their files say, as any text: addresses, values, objects, keys, readouts. The first octet chooses the
// parser; what is written as it was read is read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "apps/blathy/client/target.hpp"
#include "apps/blathy/decode/hex.hpp"
#include "apps/blathy/keys/key_list.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "station/format.hpp"
#include "station/readout.hpp"
#include "station/url.hpp"

namespace blathy::apps {

// Whoever else can read a file of keys is told on standard error; here there are no files.
void complain(const std::string&) {}

}  // namespace blathy::apps

namespace {

using namespace blathy;

void require(bool truth) {
    if (!truth) std::abort();
}

void url(std::string_view text) {
    for (const auto use : {station::UrlUse::connect, station::UrlUse::listen}) {
        const auto parsed = station::parse_url(text, use);
        if (!parsed) {
            require(parsed.error().kind == station::ErrorKind::usage && !parsed.error().text.empty());
            continue;
        }
        // Brackets within a host are no host's, and make no address either.
        if (parsed->host.find_first_of("[]") != std::string::npos) continue;
        const auto again = station::parse_url(station::name_of(*parsed), use);
        require(again && again->transport == parsed->transport && again->port == parsed->port &&
                again->host == parsed->host && again->path == parsed->path);
    }
}

void value(std::uint8_t type, std::string_view text) {
    const auto parsed = station::parse_value(static_cast<dlms::DataTag>(type), text);
    if (!parsed) return;
    // As octets: what is not a number is not even equal to itself.
    const station::Octets encoded = station::encode(*parsed);
    const auto again = station::decode_value(encoded);
    require(again && station::encode(*again) == encoded);
    require(!station::to_json(*parsed).empty());
}

void date_time(std::string_view text) {
    if (const auto parsed = station::parse_iso(text)) require(!station::iso_text(*parsed).empty());
}

void destination(std::string_view text) {
    const auto parsed = apps::parse_push_destination(text);
    if (parsed) require(!parsed->address.empty() && parsed->port != 0);
}

void readout(std::string_view text) {
    for (const station::ReadoutValue& found : station::readout_values(text)) {
        require(found.address.size() + found.value.size() + found.unit.size() <= text.size());
    }
}

void hexadecimal(std::string_view text) {
    const auto octets = apps::parse_hex(text);
    if (!octets) return require(octets.error().position <= text.size());
    const auto again = apps::parse_hex(station::hex_text(*octets));
    require(again && *again == *octets);
}

void keys(std::string_view text) {
    (void)apps::parse_keys(text, "keys");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(input) + 2, size - 2);
    switch (input[0]) {
        case 'u':
            url(text);
            break;
        case 'v':
            value(input[1], text);
            break;
        case 't':
            date_time(text);
            break;
        case 'o':
            (void)apps::parse_target(text);
            break;
        case 'p':
            destination(text);
            break;
        case 'r':
            readout(text);
            break;
        case 'h':
            hexadecimal(text);
            break;
        case 'k':
            keys(text);
            break;
        default:
            require(!station::escaped(text).empty() || text.empty());
            break;
    }
    return 0;
}
