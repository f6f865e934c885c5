#include "meter/local_port/port_setup.hpp"

#include <algorithm>

#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

constexpr RecordId record_of(HdlcLine line) {
    return line == HdlcLine::optical ? RecordId::hdlc_optical : RecordId::hdlc_rs485;
}

template <class Setup>
bool keep(Store& store, RecordId id, const Setup& setup) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write_record(out, setup);
    return out.ok() && store.write(id, out.written());
}

template <class Setup, class Read>
Setup load(const Store& store, RecordId id, Read&& read_record) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(id, room);
    return content ? read_record(*content).value_or(Setup{}) : Setup{};
}

}  // namespace

std::optional<std::uint8_t> speed_code(std::uint32_t baud) {
    const auto* const found = std::ranges::find(line_speeds, baud);
    if (found == line_speeds.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - line_speeds.begin());
}

std::optional<HdlcLine> hdlc_line_named(const dlms::Obis& name) {
    const auto* const found = std::ranges::find(hdlc_lines, name, hdlc_setup_name);
    if (found == hdlc_lines.end()) return std::nullopt;
    return *found;
}

HdlcSetup load_hdlc_setup(const Store& store, HdlcLine line) {
    return load<HdlcSetup>(store, record_of(line), read_hdlc_setup_record);
}

LocalPortSetup load_local_port_setup(const Store& store) {
    return load<LocalPortSetup>(store, RecordId::local_port, read_local_port_setup_record);
}

bool keep_hdlc_setup(Store& store, HdlcLine line, const HdlcSetup& setup) {
    return keep(store, record_of(line), setup);
}

bool keep_local_port_setup(Store& store, const LocalPortSetup& setup) {
    return keep(store, RecordId::local_port, setup);
}

}  // namespace blathy::meter
