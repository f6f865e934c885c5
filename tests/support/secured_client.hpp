// A client that collects data from a meter with demo keys, all of whose APDUs are ciphered: for benchmarks, which want
// them ready before the clock starts, and for fuzzers.
#pragma once

#include <array>
#include <vector>

#include "dlms/acse/acse.hpp"
#include "dlms/initiate.hpp"
#include "dlms/security/ciphering.hpp"
#include "meter/security/key_memory.hpp"

namespace blathy::test {

class SecuredClient {
  public:
    using Octets = std::vector<std::uint8_t>;

    bool with_general_blocks = false;

    // Low level security within the context with ciphering: nothing has to be proven afterwards.
    Octets aarq() {
        std::array<std::uint8_t, 64> initiate_room{};
        ByteWriter initiate(initiate_room);
        dlms::InitiateRequest request;
        request.conformance = dlms::Conformance::from_bits(with_general_blocks ? 0x607E1F : 0x007E1F);
        request.client_max_receive_pdu_size = 1200;
        write(initiate, request);
        const Octets ciphered = cipher(dlms::ApduTag::glo_initiate_request, initiate.written());
        dlms::Aarq aarq;
        aarq.context = static_cast<std::uint8_t>(dlms::ApplicationContext::logical_names_ciphered);
        aarq.calling_ap_title = title;
        aarq.authentication_unit = true;
        aarq.mechanism = static_cast<std::uint8_t>(dlms::Mechanism::low_level);
        aarq.authentication_value = keys_.password;
        aarq.user_information = ciphered;
        Octets room(256);
        ByteWriter out(room);
        write(out, aarq);
        room.resize(out.size());
        return room;
    }
    // GET of 1-0:1.8.0.255, attribute 2, once more.
    Octets get_energy() {
        constexpr std::array<std::uint8_t, 13> get = {0xC0, 0x01, 0xC1, 0x00, 0x03, 0x01, 0x00,
                                                      0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};
        return cipher(get);
    }
    // Any APDU; one that has no ciphered form of its own as general-glo-ciphering.
    Octets cipher(Bytes plain) {
        if (plain.empty()) return {};
        const auto tag = dlms::security::ciphered_tag(dlms::security::ServiceKey::global, plain[0]);
        return cipher(tag.value_or(dlms::ApduTag::general_glo_ciphering), plain);
    }

    static constexpr std::size_t aare_octets = 87;
    static constexpr std::size_t energy_octets = 9 + 2 + 5 + 12;

  private:
    static constexpr dlms::security::SystemTitle title = {'B', 'E', 'N', 'C', 'H', 0, 0, 1};

    Octets cipher(dlms::ApduTag tag, Bytes plain) {
        Octets room(plain.size() + 64);
        ByteWriter out(room);
        const auto control = dlms::security::SecurityControl::make(
            dlms::security::Suite::aes128_gcm, dlms::security::Protection::authenticated_and_encrypted);
        const dlms::security::Envelope envelope{tag, {}, {}, {}};
        if (!protect(out, envelope, control, ++counter_, {key_, keys_.authentication, title}, plain)) return {};
        room.resize(out.size());
        return room;
    }

    meter::security::ContextKeys keys_ = meter::security::demo_keys(meter::security::Role::data_collection);
    dlms::security::GcmKey key_{keys_.unicast};
    std::uint32_t counter_ = 0;
};

}  // namespace blathy::test
