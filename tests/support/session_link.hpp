// A client's link straight into a session of a meter, without a wire between.
#pragma once

#include <deque>

#include "meter/meter.hpp"
#include "meter/server/session.hpp"
#include "station/client.hpp"

namespace blathy::test {

class SessionLink final : public station::Link {
  public:
    SessionLink(meter::Meter& meter, std::uint16_t client_sap)
        : meter_(meter), session_(client_sap, meter::management_logical_device) {}

    Result<void, station::Error> send(Bytes apdu, const station::Deadline&) override {
        station::Octets request(apdu.begin(), apdu.end());
        for (Bytes answer = session_.receive(meter_, request, room_); !answer.empty();
             answer = session_.more(meter_, room_)) {
            answers_.emplace_back(answer.begin(), answer.end());
        }
        return {};
    }
    Result<Bytes, station::Error> receive(const station::Deadline&) override {
        if (answers_.empty()) return fail(station::timeout_error("silence"));
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }

  private:
    meter::Meter& meter_;
    meter::Session session_;
    station::Octets room_ = station::Octets(0x10000 + 64);
    std::deque<station::Octets> answers_;
    station::Octets current_;
};

// The management client with the password that everybody knows, which a meter without keys is given.
inline Result<station::Client, station::Error> manage(meter::Meter& meter, std::uint16_t pdu_octets = 0xFFFF) {
    constexpr auto role = meter::Role::management;
    if (!meter.security().keys().has_context(role) && !meter.security().provision_demo_keys()) {
        return fail(station::protocol_error("the meter has no keys"));
    }
    station::Options options;
    const auto keys = meter::security::demo_keys(role);
    const Bytes password = keys.password.octets();
    options.association.password = station::Octets(password.begin(), password.end());
    options.association.max_receive_pdu_octets = pdu_octets;
    return station::Client::associate(std::make_unique<SessionLink>(meter, meter::client_sap_of(role)), options);
}

}  // namespace blathy::test
