// A client's link straight into a session of a meter, without a wire between.
#pragma once

#include <deque>

#include "meter/meter.hpp"
#include "meter/server/session.hpp"
#include "station/client.hpp"

namespace blathy::apps {

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
        if (answers_.empty()) return fail(station::timeout_error("the meter does not answer"));
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }

  private:
    // The longest APDU that a client takes, and the room before it while it is made.
    static constexpr std::size_t answer_room = 0x10000 + 64;

    meter::Meter& meter_;
    meter::Session session_;
    station::Octets room_ = station::Octets(answer_room);
    std::deque<station::Octets> answers_;
    station::Octets current_;
};

}  // namespace blathy::apps
