// The whole client against a meter whose answers are the fuzzer's octets: it may fail, but it must end, within bounds.
#include <algorithm>
#include <array>
#include <optional>

#include "station/client.hpp"
#include "station/profile.hpp"

namespace {

using namespace blathy;
using namespace blathy::station;

// Each answer is preceded by its length in one octet; the last octet of the input decides what is asked.
class FuzzedLink : public Link {
  public:
    explicit FuzzedLink(Bytes script) : script_(script) {}

    Result<void, Error> send(Bytes, const Deadline&) override { return {}; }
    Result<Bytes, Error> receive(const Deadline&) override {
        if (script_.at_end()) return fail(timeout_error("the script is over"));
        const std::size_t size = script_.u8();
        return script_.bytes(std::min(size, script_.remaining()));
    }
    [[nodiscard]] bool is_reliable() const override { return false; }

  private:
    ByteReader script_;
};

void use(const Value& value) {
    (void)to_text(value, -3);
    (void)to_json(value, 3);
    (void)object_list_from(value);
    (void)capture_objects_from(value);
    (void)scaler_unit_from(value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes input(data, size);
    const std::uint8_t what = input.empty() ? std::uint8_t{0} : input.back();
    // Every other input begins within the association, which fuzzers don't easily find their way into.
    static constexpr std::array<std::uint8_t, 44> aare = {
        43,   0x61, 0x29, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01, 0xA2,
        0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03, 0x02, 0x01, 0x00, 0xBE, 0x10, 0x04, 0x0E,
        0x08, 0x00, 0x06, 0x5F, 0x1F, 0x04, 0x00, 0x00, 0x7E, 0x1F, 0x00, 0x40, 0x00, 0x07};
    Octets script;
    if (what % 2 == 0) append(script, aare);
    append(script, input);
    Options options;
    options.association.max_value_octets = 4096;
    options.values.max_values = 10'000;
    auto client = Client::associate(std::make_unique<FuzzedLink>(Bytes(script)), options);
    if (!client) return 0;
    const dlms::Obis instance(0, 0, 1, 0, 0);
    const std::array<dlms::AttributeDescriptor, 3> attributes{
        {{8, instance, 2}, {3, dlms::Obis(1, 0, 1, 8, 0), 2}, {3, dlms::Obis(1, 0, 1, 8, 0), 3}}};
    switch (what / 2 % 6) {
        case 0:
            if (const auto value = client->get(attributes[0])) use(*value);
            break;
        case 1:
            if (const auto values = client->get_list(attributes)) {
                for (const auto& value : *values) {
                    if (value) use(*value);
                }
            }
            break;
        case 2:
            (void)client->set(attributes[0], octet_string_value(Octets(200)));
            break;
        case 3:
            if (const auto value = client->call({8, instance, 1}, octet_string_value(Octets(200)))) {
                if (*value) use(**value);
            }
            break;
        case 4:
            (void)client->read(instance);
            break;
        case 5: {
            RowExpander expander({{attributes[0], 0}, {attributes[1], 0}}, std::chrono::seconds{900});
            ElementStream rows(
                [&](Value row) -> Result<void, Error> {
                    (void)expander.expand(std::move(row));
                    return {};
                },
                options.values, 4096);
            if (client->get(attributes[0], entry_selection(1, 0), [&](Bytes piece) { return rows.put(piece); })) {
                (void)rows.finish();
            }
            break;
        }
        default:
            break;
    }
    return 0;
}
