// What the tests of the master side share: octets in hexadecimal, and a meter that follows a script.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "station/client.hpp"
#include "station/exchange.hpp"
#include "station/format.hpp"

namespace blathy::station::test {

inline constexpr dlms::AttributeDescriptor clock_time{8, dlms::Obis(0, 0, 1, 0, 0), 2};
inline const AttributeTarget clock_target{clock_time, std::nullopt};
inline constexpr dlms::InvokeId c1{0xC1};

inline Octets hex(std::string_view text) {
    auto octets = parse_hex(text);
    if (!octets) ADD_FAILURE() << "not hexadecimal: " << text;
    return octets.value_or(Octets{});
}

// The value that `text` encodes; null-data and a failure if it encodes none.
inline Value value_of(std::string_view text) {
    auto value = decode_value(hex(text));
    if (!value) ADD_FAILURE() << text << ": " << value.error().text;
    return value ? std::move(*value) : Value{};
}

// An association that has everything, with a meter that takes `max_request` octets.
inline Context context_of(std::size_t max_request = 0xFFFF, dlms::Conformance conformance = client_conformance) {
    Context context;
    context.conformance = conformance;
    context.max_request_octets = max_request;
    return context;
}

// Runs an exchange against answers that are given one by one; the requests are kept in hexadecimal.
struct Conversation {
    std::vector<std::string> requests;
    std::optional<Error> error;
    bool done = false;

    Conversation(Exchange& exchange, std::vector<std::string_view> answers) {
        auto step = exchange.begin();
        for (const std::string_view answer : answers) {
            if (!note(step)) return;
            step = exchange.take(hex(answer));
        }
        note(step);
    }

  private:
    bool note(const Result<Step, Error>& step) {
        if (!step) {
            error = step.error();
            return false;
        }
        done = step->kind == Step::Kind::done;
        if (step->kind == Step::Kind::send) requests.push_back(hex_text(step->apdu));
        return !done;
    }
};

// A link to a meter that is a function from request to answer; none: it stays silent.
class FunctionLink : public Link {
  public:
    using Meter = std::function<std::optional<Octets>(Bytes request)>;

    explicit FunctionLink(Meter meter, bool reliable = true) : meter_(std::move(meter)), reliable_(reliable) {}

    Result<void, Error> send(Bytes apdu, const Deadline&) override {
        if (auto answer = meter_(apdu)) answers_.push_back(std::move(*answer));
        return {};
    }
    Result<Bytes, Error> receive(const Deadline&) override {
        if (answers_.empty()) return fail(timeout_error("silence"));
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return reliable_; }

  private:
    Meter meter_;
    bool reliable_;
    std::deque<Octets> answers_;
    Octets current_;
};

}  // namespace blathy::station::test
