#include "meter/metrology/transformer_ratios.hpp"

#include <array>

namespace blathy::meter {
namespace {

constexpr std::uint8_t ratios_form = 1;
constexpr std::size_t ratios_octets = 1 + 4 * 4;

}  // namespace

TransformerRatios load_transformer_ratios(const Store& store) {
    std::array<std::uint8_t, ratios_octets> room{};
    const auto content = store.read(RecordId::transformer_ratios, room);
    if (!content) return {};
    ByteReader in(*content);
    const bool known = in.u8() == ratios_form;
    TransformerRatios ratios;
    for (TransformerRatio* ratio : {&ratios.current, &ratios.voltage}) {
        ratio->primary = in.u32();
        ratio->secondary = in.u32();
    }
    return known && in.ok() && in.at_end() && ratios.is_valid() ? ratios : TransformerRatios{};
}

bool keep(Store& store, const TransformerRatios& ratios) {
    std::array<std::uint8_t, ratios_octets> room{};
    ByteWriter out(room);
    out.u8(ratios_form);
    for (const TransformerRatio& ratio : {ratios.current, ratios.voltage}) {
        out.u32(ratio.primary);
        out.u32(ratio.secondary);
    }
    return out.ok() && store.write(RecordId::transformer_ratios, out.written());
}

}  // namespace blathy::meter
