// A meter on a bench, and clients that speak to it in APDUs without a link between.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dlms/acse/acse.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/initiate.hpp"
#include "meter/meter.hpp"
#include "meter/models/sed302.hpp"
#include "meter/server/session.hpp"

#include "tests/support/flash.hpp"
#include "tests/support/hex.hpp"

namespace blathy::test {

using Octets = std::vector<std::uint8_t>;

// A Monday in June: daylight saving time in Europe, 14:00:00 local.
inline constexpr meter::UtcTime bench_time =
    std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + std::chrono::hours{12};

inline constexpr std::uint32_t all_conformance = 0xFF'FFFF;
// General block transfer takes the place of the services' own blocks, so most clients here are without.
inline constexpr std::uint32_t without_general_blocks = all_conformance & ~0x20'0000U;

// What looks like entropy and is the same each time.
class CountingEntropy final : public meter::security::Entropy {
  public:
    bool fill(MutableBytes octets) override {
        for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(++state_ * 37);
        return true;
    }

  private:
    unsigned state_ = 0;
};

inline constexpr std::array<std::uint8_t, 16> device_key = {0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7,
                                                            0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};
inline meter::security::SecurityPorts security_ports(meter::security::Entropy& entropy) {
    return {&entropy, device_key};
}

inline constexpr std::uint16_t public_client_sap = meter::client_sap_of(meter::Role::public_client);
inline constexpr std::uint16_t reading_client_sap = meter::client_sap_of(meter::Role::data_collection);
inline constexpr std::uint16_t management_client_sap = meter::client_sap_of(meter::Role::management);

// Pieces of APDUs, in hex.
inline std::string octet_hex(std::size_t value) {
    return hex(Octets{static_cast<std::uint8_t>(value)});
}
inline std::string number_hex(std::uint32_t number) {
    Octets room(4);
    ByteWriter out(room);
    out.u32(number);
    return hex(out.written());
}
inline std::string block_hex(bool last, std::uint32_t number, Bytes raw) {
    Octets room(raw.size() + 16);
    ByteWriter out(room);
    write(out, dlms::DataBlock{last, number, raw});
    return hex(out.written());
}
// A GET of the time, and the descriptor of an attribute of an object that there is not.
inline const std::string get_clock = "C001C100080000010000FF0200";
inline const std::string no_object = "00080000FE0000FF0200";
// The answers to a SET.
inline constexpr std::string_view set_success = "C501C100";
inline constexpr std::string_view set_denied = "C501C103";
inline constexpr std::string_view set_type_unmatched = "C501C10C";
inline constexpr std::string_view set_other_reason = "C501C1FA";

class Bench {
  public:
    explicit Bench(const meter::Model& model = meter::sed302, std::uint32_t serial_number = 12345,
                   const meter::Configuration& factory = {}, std::optional<meter::UtcTime> now = bench_time)
        : meter(model, meter::Identity(model, serial_number), factory, mounted(store), now, {},
                security_ports(entropy)) {
        if (!meter.security().provision_demo_keys()) std::abort();
    }

    MemoryFlash flash{256, 4096};
    meter::Store store{flash};
    CountingEntropy entropy;
    meter::Meter meter;

  private:
    static meter::Store& mounted(meter::Store& store) {
        store.mount();
        return store;
    }
};

class Client {
  public:
    explicit Client(meter::Meter& meter, std::uint16_t sap = public_client_sap,
                    std::uint16_t server_sap = meter::management_logical_device)
        : meter_(meter), session_(sap, server_sap) {}

    // The answer to one APDU; empty for silence.
    Octets send(Bytes apdu) {
        // The request's octets are gone when the answer is: a transfer must not look at them again.
        Octets request(apdu.begin(), apdu.end());
        const Bytes answer = session_.receive(meter_, request, room_);
        Octets copy(answer.begin(), answer.end());
        std::fill(request.begin(), request.end(), std::uint8_t{0xA5});
        std::fill(room_.begin(), room_.end(), std::uint8_t{0x5A});
        return copy;
    }
    std::string ask(std::string_view apdu) { return hex(send(hex(apdu))); }
    // The next APDU of the same answer; empty: there are no more.
    Octets more() {
        const Bytes answer = session_.more(meter_, room_);
        Octets copy(answer.begin(), answer.end());
        std::fill(room_.begin(), room_.end(), std::uint8_t{0x5A});
        return copy;
    }
    // All APDUs of an answer, in hex.
    std::vector<std::string> ask_all(std::string_view apdu) {
        std::vector<std::string> answers;
        for (Octets answer = send(hex(apdu)); !answer.empty(); answer = more()) answers.push_back(hex(answer));
        return answers;
    }

    // An AARQ without ciphering, with the password if there is one.
    static Octets aarq(std::string_view password = {}, std::uint16_t pdu_size = 0xFFFF,
                       std::uint32_t conformance = without_general_blocks) {
        Octets initiate_room(64);
        ByteWriter initiate(initiate_room);
        dlms::InitiateRequest request;
        request.conformance = dlms::Conformance::from_bits(conformance);
        request.client_max_receive_pdu_size = pdu_size;
        write(initiate, request);
        dlms::Aarq apdu;
        apdu.context = 1;
        if (!password.empty()) {
            apdu.mechanism = static_cast<std::uint8_t>(dlms::Mechanism::low_level);
            apdu.authentication_value = as_bytes(password);
        }
        apdu.user_information = initiate.written();
        Octets room(512);
        ByteWriter out(room);
        write(out, apdu);
        return {out.written().begin(), out.written().end()};
    }
    bool open(std::string_view password = {}, std::uint16_t pdu_size = 0xFFFF,
              std::uint32_t conformance = without_general_blocks) {
        (void)send(aarq(password, pdu_size, conformance));
        return session_.association().is_open();
    }

    // `C0 01 C1 <descriptor> 00`
    static Octets get_request(std::uint16_t class_id, const dlms::Obis& name, std::int8_t attribute) {
        Octets room(32);
        ByteWriter out(room);
        write(out, dlms::GetRequestNormal{{}, {{class_id, name, attribute}, {}}});
        return {out.written().begin(), out.written().end()};
    }

    // An answer as its results in hex: the data of a normal response, or "error <number>".
    std::string value(std::uint16_t class_id, const dlms::Obis& name, std::int8_t attribute) {
        const Octets answer = send(get_request(class_id, name, attribute));
        const auto response = dlms::read_get_response(answer);
        const auto* normal = response ? std::get_if<dlms::GetResponseNormal>(&*response) : nullptr;
        if (normal == nullptr) return "no normal response: " + hex(answer);
        if (normal->result.result == dlms::DataAccessResult::success) return hex(normal->result.data);
        return "error " + std::to_string(static_cast<int>(normal->result.result));
    }

    // What an answer in blocks carries when it is put together, each block as it should be; none otherwise. A normal
    // or with-list response counts as what its raw data would be.
    struct Transfer {
        Octets raw;
        std::size_t blocks = 0;  // 0: it came in one piece
        std::size_t longest = 0;
    };
    std::optional<Transfer> transfer(Bytes request) {
        Transfer whole;
        Octets answer = send(request);
        while (true) {
            whole.longest = std::max(whole.longest, answer.size());
            const auto response = dlms::read_get_response(answer);
            if (!response) return std::nullopt;
            const auto* block = std::get_if<dlms::GetResponseWithDatablock>(&*response);
            if (block == nullptr) {
                const std::size_t header = std::holds_alternative<dlms::GetResponseNormal>(*response) ? 4 : 3;
                if (whole.blocks > 0) return std::nullopt;
                whole.raw.assign(answer.begin() + static_cast<std::ptrdiff_t>(header), answer.end());
                return whole;
            }
            const bool in_order = block->block.number == whole.blocks + 1;
            if (!in_order || block->result != dlms::DataAccessResult::success) return std::nullopt;
            if (block->block.raw.empty() && !block->block.last) return std::nullopt;
            whole.raw.insert(whole.raw.end(), block->block.raw.begin(), block->block.raw.end());
            ++whole.blocks;
            if (block->block.last) return whole;
            Octets room(16);
            ByteWriter out(room);
            write(out, dlms::GetRequestNext{{}, block->block.number});
            answer = send(out.written());
        }
    }

    [[nodiscard]] const meter::Session& session() const { return session_; }

  private:
    meter::Meter& meter_;
    meter::Session session_;
    Octets room_ = Octets(0x10000 + 64);
};

// Of every role of a meter with demo keys.
inline constexpr std::string_view management_password = "DEMO-PASSWORD";

// The data collection client and the management client, with their password.
class Reader : public Client {
  public:
    explicit Reader(Bench& bench, std::uint16_t pdu_size = 0xFFFF, std::uint32_t conformance = without_general_blocks)
        : Client(bench.meter, reading_client_sap) {
        if (!open(management_password, pdu_size, conformance)) std::abort();
    }
};
class Manager : public Client {
  public:
    explicit Manager(Bench& bench, std::uint16_t pdu_size = 0xFFFF, std::uint32_t conformance = without_general_blocks)
        : Client(bench.meter, management_client_sap) {
        if (!open(management_password, pdu_size, conformance)) std::abort();
    }
};

}  // namespace blathy::test
