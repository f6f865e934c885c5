#include "dlms/obis.hpp"

#include <algorithm>
#include <charconv>

namespace blathy::dlms {

std::optional<Obis> obis_from(Bytes octets) {
    Obis obis;
    if (octets.size() != obis.groups.size()) return std::nullopt;
    std::copy(octets.begin(), octets.end(), obis.groups.begin());
    return obis;
}

std::optional<Obis> parse_obis(std::string_view text) {
    std::array<std::uint8_t, 6> numbers{};
    std::array<char, 6> separators{};  // the character behind each number, 0 behind the last
    std::size_t count = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        if (count == numbers.size()) return std::nullopt;
        const auto [next, error] = std::from_chars(at, end, numbers[count]);
        if (error != std::errc{}) return std::nullopt;
        ++count;
        if (next == end) break;
        separators[count - 1] = *next;
        at = next + 1;
    }
    const std::string_view shape(separators.data(), count - 1);
    const auto& n = numbers;
    if (shape == "..") return Obis(1, 0, n[0], n[1], n[2]);
    if (shape == "-:.." || shape == "....") return Obis(n[0], n[1], n[2], n[3], n[4]);
    if (shape == "-:..." || shape == "-:..*" || shape == ".....") return Obis(n[0], n[1], n[2], n[3], n[4], n[5]);
    return std::nullopt;
}

ObisText::ObisText(const Obis& obis) {
    constexpr std::string_view separators = "-:...";
    char* at = text_.data();
    char* const end = at + text_.size();
    for (std::size_t i = 0; i < obis.groups.size(); ++i) {
        if (i > 0) *at++ = separators[i - 1];
        at = std::to_chars(at, end, obis.groups[i]).ptr;
    }
    size_ = static_cast<std::size_t>(at - text_.data());
}

}  // namespace blathy::dlms
