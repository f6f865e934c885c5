// The whole client in a ciphered association, whose meter says whatever the input holds: octets as they are, or as a
// meter would protect them, which gets the input past the authentication tag. The first octet decides what is asked,
// each APDU is preceded by its length in one octet, whose highest bit says whether it is protected.
#include <algorithm>

#include "dlms/acse/acse.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/tags.hpp"

#include "fuzz/client_questions.hpp"

namespace blathy::fuzz {
namespace {

using namespace dlms::security;

constexpr SystemTitle client_title = {'B', 'L', 'Y', 0, 0, 0, 0, 1};
constexpr SystemTitle server_title = {'B', 'L', 'Y', 0, 0, 0, 0, 2};
constexpr std::array<std::uint8_t, 16> key_octets = {1, 2, 3};

class SecuredLink final : public station::Link {
  public:
    explicit SecuredLink(ByteReader input) : input_(input) {}

    Result<void, station::Error> send(Bytes apdu, const station::Deadline&) override {
        is_asked_to_associate_ = !apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::aarq);
        return {};
    }
    Result<Bytes, station::Error> receive(const station::Deadline&) override {
        if (std::exchange(is_asked_to_associate_, false)) return aare();
        if (input_.at_end()) return fail(station::timeout_error("silence"));
        constexpr std::uint8_t is_protected = 0x80;
        const std::uint8_t length = input_.u8();
        const Bytes octets = input_.bytes(std::min<std::size_t>(length & (is_protected - 1U), input_.remaining()));
        if ((length & is_protected) == 0 || octets.empty()) return octets;
        Envelope around;
        around.tag = ciphered_tag(ServiceKey::global, octets[0]).value_or(dlms::ApduTag::general_glo_ciphering);
        return secured(around, octets);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }

  private:
    Bytes secured(const Envelope& around, Bytes plain) {
        apdu_.assign(plain.size() + max_head_size + tag_size, 0);
        ByteWriter out(apdu_);
        const auto control = SecurityControl::make(Suite::aes128_gcm, Protection::authenticated_and_encrypted);
        if (!protect(out, around, control, ++counter_, {key_, key_octets, server_title}, plain)) std::abort();
        return out.written();
    }
    Bytes aare() {
        station::Octets initiate = station::encoded(32, [](ByteWriter& out) {
            dlms::InitiateResponse response;
            response.conformance = dlms::Conformance::from_bits(0xFFFFFF);
            response.server_max_receive_pdu_size = 0x200;
            write(out, response);
        });
        Envelope around;
        around.tag = dlms::ApduTag::glo_initiate_response;
        initiate = station::to_octets(secured(around, initiate));
        dlms::Aare aare;
        aare.context = static_cast<std::uint8_t>(dlms::ApplicationContext::logical_names_ciphered);
        aare.result = dlms::AssociationResult::accepted;
        aare.diagnostic = dlms::UserDiagnostic::none;
        aare.responding_ap_title = server_title;
        aare.user_information = initiate;
        apdu_ = station::encoded(256, [&](ByteWriter& out) { write(out, aare); });
        return apdu_;
    }

    ByteReader input_;
    GcmKey key_{key_octets};
    std::uint32_t counter_ = 0;
    bool is_asked_to_associate_ = false;
    station::Octets apdu_;
};

}  // namespace
}  // namespace blathy::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    ByteReader input({data, size});
    const std::uint8_t what = input.u8();
    station::Options options = fuzz::small_options((what & 0x40U) != 0);
    station::Security security;
    security.protection = station::Protection::authenticated_and_encrypted;
    security.client_title = fuzz::client_title;
    security.encryption_key = security.authentication_key = station::Security::Key(fuzz::key_octets);
    security.counters = std::make_shared<station::MemoryCounters>(1);
    options.association.security = security;
    auto client = station::Client::associate(std::make_unique<fuzz::SecuredLink>(input), options);
    if (!client) std::abort();
    fuzz::ask(*client, what & 0x1FU);
    return 0;
}
