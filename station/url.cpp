#include "station/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "dlms/wrapper.hpp"
#include "station/format.hpp"

namespace blathy::station {
namespace {

struct Scheme {
    std::string_view prefix;
    Transport transport;
};
constexpr std::array schemes = {
    Scheme{"tcp://", Transport::tcp},           Scheme{"udp://", Transport::udp},
    Scheme{"hdlc+tcp://", Transport::hdlc_tcp}, Scheme{"serial:", Transport::serial},
    Scheme{"optical:", Transport::optical},
};

bool is_network(Transport transport) {
    return transport != Transport::serial && transport != Transport::optical;
}
bool is_hdlc(Transport transport) {
    return transport != Transport::tcp && transport != Transport::udp;
}

Error wrong(std::string_view url, const std::string& why) {
    return {ErrorKind::usage, 0, "'" + escaped(url) + "' is not the address of a meter: " + why};
}

template <class T>
std::optional<T> number(std::string_view text, T least, T most) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

// HOST or HOST:PORT into `url`; a sentence when it is neither.
std::optional<std::string> take_authority(std::string_view authority, UrlUse use, Url& url) {
    while (authority.ends_with('/')) authority.remove_suffix(1);
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return "the bracket of the IPv6 address is not closed";
        url.host = authority.substr(1, end - 1);
        const std::string_view behind = authority.substr(end + 1);
        if (!behind.empty() && !behind.starts_with(':')) return "something other than a port follows the IPv6 address";
        has_port = !behind.empty();
        if (has_port) port = behind.substr(1);
    } else {
        if (std::count(authority.begin(), authority.end(), ':') > 1) return "an IPv6 address goes in brackets: [::1]";
        const std::size_t colon = authority.find(':');
        has_port = colon != std::string_view::npos;
        url.host = authority.substr(0, colon);
        if (has_port) port = authority.substr(colon + 1);
    }
    if (url.host.empty()) return "the host is missing";
    const bool printable = std::all_of(url.host.begin(), url.host.end(),
                                       [](char c) { return std::isgraph(static_cast<unsigned char>(c)) != 0; });
    if (!printable || url.host.find_first_of("/@#") != std::string::npos) return "that is no host name";
    if (has_port) {
        const auto parsed = number<std::uint16_t>(port, use == UrlUse::listen ? 0 : 1, 0xFFFF);
        if (!parsed) return "a port is a number from 1 to 65535";
        url.port = *parsed;
    } else if (is_hdlc(url.transport)) {
        return "HDLC over TCP has no usual port; write hdlc+tcp://HOST:PORT";
    } else {
        url.port = dlms::wrapper_port;
    }
    return std::nullopt;
}

std::optional<std::string> take_option(std::string_view name, std::string_view value, Url& url) {
    const bool line = !is_network(url.transport);
    if (name == "baud" && line) {
        url.baud = number<std::uint32_t>(value, 300, 4'000'000);
        return url.baud ? std::nullopt : std::optional<std::string>("baud is a line speed from 300");
    }
    if (name == "device" && url.transport == Transport::optical) {
        const bool fits = !value.empty() && value.size() <= 32 && std::all_of(value.begin(), value.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ' ';
        });
        if (!fits) return "a device address has 1 to 32 letters and digits";
        url.device = value;
        return std::nullopt;
    }
    if (is_hdlc(url.transport)) {
        if (name == "address") {
            url.address = number<std::uint16_t>(value, 0, 0x3FFF);
            return url.address ? std::nullopt : std::optional<std::string>("address is a number from 0 to 16383");
        }
        if (name == "octets") {
            url.address_octets = number<std::uint8_t>(value, 1, 4);
            if (url.address_octets == std::uint8_t{3}) url.address_octets.reset();
            return url.address_octets ? std::nullopt : std::optional<std::string>("octets is 1, 2 or 4");
        }
        if (name == "info") {
            url.max_info = number<std::uint16_t>(value, 32, 2030);
            return url.max_info ? std::nullopt : std::optional<std::string>("info is a number from 32 to 2030");
        }
        if (name == "window") {
            url.window = number<std::uint8_t>(value, 1, 7);
            return url.window ? std::nullopt : std::optional<std::string>("window is a number from 1 to 7");
        }
    }
    return "it has no option '" + escaped(name) + "'";
}

}  // namespace

Result<Url, Error> parse_url(std::string_view text, UrlUse use) {
    const auto scheme =
        std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& any) { return text.starts_with(any.prefix); });
    if (scheme == schemes.end()) {
        return fail(wrong(text, "it begins with none of tcp://, udp://, hdlc+tcp://, serial: and optical:"));
    }
    Url url;
    url.transport = scheme->transport;
    std::string_view rest = text.substr(scheme->prefix.size());
    std::string_view options;
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        options = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    if (is_network(url.transport)) {
        if (const auto why = take_authority(rest, use, url)) return fail(wrong(text, *why));
    } else {
        if (rest.empty()) return fail(wrong(text, "the path of the serial port is missing"));
        url.path = rest;
    }
    while (!options.empty()) {
        const std::string_view option = options.substr(0, options.find('&'));
        options.remove_prefix(std::min(options.size(), option.size() + 1));
        const std::size_t equals = option.find('=');
        if (equals == std::string_view::npos) return fail(wrong(text, "an option is written name=value"));
        if (const auto why = take_option(option.substr(0, equals), option.substr(equals + 1), url)) {
            return fail(wrong(text, *why));
        }
    }
    const std::uint8_t octets = url.address_octets.value_or(url.address ? 2 : 1);
    if (octets == 1 && url.address) return fail(wrong(text, "a lower address needs octets=2 or octets=4"));
    if (octets == 2 && url.address.value_or(0) > 0x7F) {
        return fail(wrong(text, "a lower address above 127 needs octets=4"));
    }
    return url;
}

std::string name_of(const Url& url) {
    const auto scheme =
        std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& any) { return any.transport == url.transport; });
    std::string name(scheme->prefix);
    if (!is_network(url.transport)) return name + url.path;
    name += url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return name + ":" + std::to_string(url.port);
}

}  // namespace blathy::station
