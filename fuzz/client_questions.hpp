// What the fuzz targets of the client ask a meter, over whatever link its answers come.
#pragma once

#include <array>
#include <cstdlib>
#include <memory>

#include <sys/socket.h>
#include <unistd.h>

#include "station/client.hpp"
#include "station/link/stream.hpp"
#include "station/profile.hpp"

namespace blathy::fuzz {

// Small limits: what the client keeps must stay within them, whatever comes.
inline station::Options small_options(bool general_blocks) {
    station::Options options;
    options.association.max_value_octets = 4096;
    options.association.max_blocks = 100;
    options.association.block_window = general_blocks ? 4 : 0;
    options.values.max_values = 10'000;
    options.link.connect_timeout = options.link.response_timeout = std::chrono::milliseconds(2);
    options.link.retries = 1;
    return options;
}

inline void use(const station::Value& value) {
    using namespace station;
    (void)to_text(value, {.scaler = -3});
    (void)to_json(value, {.scaler = 3, .time = TimeShown::local});
    (void)object_list_from(value);
    (void)capture_objects_from(value);
    (void)scaler_unit_from(value);
}

inline void ask(station::Client& client, std::uint8_t question) {
    using namespace station;
    const dlms::Obis instance(0, 0, 1, 0, 0);
    const std::array<dlms::AttributeDescriptor, 3> attributes{
        {{8, instance, 2}, {3, dlms::Obis(1, 0, 1, 8, 0), 2}, {3, dlms::Obis(1, 0, 1, 8, 0), 3}}};
    client.on_notification([](const Notification& notification) {
        for (const PushedValue& pushed : pushed_values(notification)) use(*pushed.value);
    });
    switch (question % 9) {
        case 0:
            if (const auto value = client.get(attributes[0])) use(*value);
            break;
        case 1:
            if (const auto values = client.get_list(attributes)) {
                if (values->size() != attributes.size()) std::abort();
                for (const auto& value : *values) {
                    if (value) use(*value);
                }
            }
            break;
        case 2:
            (void)client.set(attributes[0], octet_string_value(Octets(200)));
            break;
        case 3:
            if (const auto value = client.call({8, instance, 1}, octet_string_value(Octets(200)))) {
                if (*value) use(**value);
            }
            break;
        case 4:
            (void)client.read(instance);
            break;
        case 5: {
            std::size_t octets = 0;
            RowExpander expander({{attributes[0], 0}, {attributes[1], 0}}, std::chrono::seconds{900});
            ElementStream rows(
                [&](Value row) -> Result<void, Error> {
                    (void)expander.expand(std::move(row));
                    return {};
                },
                {.max_values = 10'000}, 4096);
            const auto done = client.get(attributes[0], entry_selection(1, 0), [&](Bytes piece) {
                octets += piece.size();
                return rows.put(piece);
            });
            if (done) (void)rows.finish();
            // One APDU at most beyond what was agreed to keep.
            if (octets > 4096 + 0xFFFF) std::abort();
            break;
        }
        case 6: {
            std::vector<AccessItem> items = {AttributeTarget{attributes[0], std::nullopt},
                                             Assignment{{attributes[1], std::nullopt}, {0x11, 0x05}},
                                             MethodTarget{{8, instance, 1}, {}}};
            if (const auto replies = client.access(items)) {
                if (replies->size() != items.size()) std::abort();
            }
            break;
        }
        case 7: {
            const std::vector<Assignment> two(2, Assignment{{attributes[0], std::nullopt}, Octets{0x11, 0x05}});
            if (const auto results = client.set_list(two); results && results->size() != 2) std::abort();
            const std::vector<MethodTarget> methods(2, MethodTarget{{8, instance, 1}, Octets{0x0F, 0x00}});
            if (const auto replies = client.call_list(methods); replies && replies->size() != 2) std::abort();
            break;
        }
        default:
            (void)client.post_set(attributes[0], null_value());
            (void)client.listen(std::chrono::milliseconds(1));
            break;
    }
}

// The meter's end of a line on which all that it will ever say has been said.
class Meter {
  public:
    explicit Meter(int type) {
        if (::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()) != 0) std::abort();
    }
    ~Meter() { ::close(ends_[0]); }
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    void say(Bytes octets) const { (void)::send(ends_[0], octets.data(), octets.size(), MSG_NOSIGNAL); }
    void hang_up() const { ::shutdown(ends_[0], SHUT_WR); }
    // The client's end; to be taken once.
    [[nodiscard]] station::Stream stream(station::Stream::Kind kind) const {
        return station::Stream(station::Descriptor(ends_[1]), kind);
    }

  private:
    std::array<int, 2> ends_{};
};

}  // namespace blathy::fuzz
