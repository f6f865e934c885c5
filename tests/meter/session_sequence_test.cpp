// Legal and illegal requests in any order, against a small model of which answers are allowed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/set.hpp"
#include "meter/models/models.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using test::Bench;
using test::Client;
using test::number_hex;
using test::octet_hex;
using test::Octets;

struct Step {
    std::uint8_t kind;
    std::uint8_t detail;
    std::uint8_t more;
};
void showValue(const Step& step, std::ostream& out) {
    out << int{step.kind} << '/' << int{step.detail} << '/' << int{step.more};
}

class Oracle {
  public:
    explicit Oracle(const Model& model) : bench_(model), client_(bench_.meter, test::management_client_sap) {}

    void take(const Step& step) {
        switch (step.kind % 13) {
            case 0:
                return open(step.detail % 4 != 0, step.more);
            case 1:
                return release(step.detail);
            case 2:
                return get_normal(step.detail, step.more);
            case 3:
                return get_list(step.detail);
            case 4:
            case 5:
                return get_next(step.detail);
            case 6:
                return set_normal(step.detail);
            case 7:
                return first_block(step.detail % 2 == 0 ? Kind::set : Kind::action, step.more);
            case 8:
            case 9:
                return next_block(step.detail % 2 == 0 ? Kind::set : Kind::action, step.more);
            case 10:
                return step.detail % 2 == 0 ? action_normal(step.more) : action_next(step.more);
            case 11:
                return access(step.detail);
            default:
                return nonsense(step.detail);
        }
    }

  private:
    enum class Kind : std::uint8_t { none, get, set, action };

    std::string ask(const std::string& request) {
        const std::string answer = client_.ask(request);
        const bool limited = open_ && size_ != 0 && !answer.starts_with("61");
        RC_ASSERT(!limited || answer.size() / 2 <= size_);
        RC_ASSERT(client_.session().association().is_open() == open_);
        return answer;
    }
    // Outside an association there is one answer to everything.
    bool refused(const std::string& request) {
        if (open_) return false;
        RC_ASSERT(ask(request) == "D80101");
        return true;
    }

    void open(bool with_password, std::uint8_t more) {
        constexpr std::array<std::uint16_t, 6> sizes = {0, 12, 13, 20, 200, 2000};
        const std::uint16_t size = sizes[more % sizes.size()];
        open_ = with_password;
        size_ = size;
        transfer_ = Kind::none;
        const std::string answer =
            test::hex(client_.send(Client::aarq(with_password ? test::management_password : "", size)));
        RC_ASSERT(answer.starts_with("61"));
        RC_ASSERT((answer.find("A203020100") != std::string::npos) == with_password);
        RC_ASSERT(client_.session().association().is_open() == open_);
    }
    void release(std::uint8_t detail) {
        open_ = false;
        transfer_ = Kind::none;
        RC_ASSERT(ask(detail % 2 == 0 ? "6203800100" : "6200") == "6303800100");
    }

    // A first answer, in one piece or as the first of several blocks.
    void expect_get(const std::string& answer, const std::string& whole) {
        transfer_ = Kind::none;
        if (answer.starts_with(whole)) return;
        RC_ASSERT(answer.starts_with("C402C100" + number_hex(1) + "00"));
        transfer_ = Kind::get;
        number_ = 1;
    }
    void get_normal(std::uint8_t detail, std::uint8_t more) {
        const auto objects = bench_.meter.dictionary().objects();
        // The long list of objects comes often, the others now and then.
        const Object* object = detail % 2 == 0 ? bench_.meter.dictionary().find(dlms::Obis(0, 0, 40, 0, 0))
                                               : &objects[detail % objects.size()];
        const auto request = test::hex(
            Client::get_request(object->interface_class->id, object->name, static_cast<std::int8_t>(more % 12)));
        if (!refused(request)) expect_get(ask(request), "C401C1");
    }
    void get_list(std::uint8_t detail) {
        std::string request = "C003C1" + octet_hex(detail % 5U);
        for (int i = 0; i < detail % 5; ++i) {
            request += i % 2 == 0 ? "00080000010000FF0200" : "000F0000280000FF0200";
        }
        if (!refused(request)) expect_get(ask(request), "C403C1");
    }
    void get_next(std::uint8_t detail) {
        const std::uint32_t number = detail % 4 == 0 ? detail : number_;
        const std::string request = "C002C1" + number_hex(number);
        if (refused(request)) return;
        const std::string answer = ask(request);
        if (transfer_ == Kind::get && number == number_) {
            ++number_;
            const bool last = answer.starts_with("C402C101" + number_hex(number_) + "00");
            RC_ASSERT(last || answer.starts_with("C402C100" + number_hex(number_) + "00"));
            if (last) transfer_ = Kind::none;
            return;
        }
        RC_ASSERT(answer == "C402C101" + number_hex(number) + (transfer_ == Kind::get ? "0113" : "0110"));
        transfer_ = Kind::none;
    }

    void set_normal(std::uint8_t detail) {
        const bool unconfirmed = detail % 3 == 0;
        const std::string request =
            std::string(unconfirmed ? "C10181" : "C101C1") + "00080000010000FF03" + "00" + "10FF88";
        if (refused(request)) return;
        transfer_ = Kind::none;
        RC_ASSERT(ask(request) == (unconfirmed ? "" : "C501C100"));
        RC_ASSERT(bench_.meter.clock().settings().time_zone_min == -120);
    }
    void action_normal(std::uint8_t more) {
        const bool good = more % 2 == 0;
        const std::string request = "C301C100080000010000FF06" + std::string(good ? "01100000" : "00");
        if (refused(request)) return;
        transfer_ = Kind::none;
        RC_ASSERT(ask(request) == (good ? "C701C10000" : "C701C10C00"));
    }
    void action_next(std::uint8_t more) {
        const std::string request = "C302C1" + number_hex(more);
        if (refused(request)) return;
        transfer_ = Kind::none;
        RC_ASSERT(ask(request) == "C701C11000");
    }

    // Its answers fit into the shortest APDU of all: nothing, or the time zone set by one that is confirmed, by one
    // that is not, or to what is no time zone.
    void access(std::uint8_t detail) {
        constexpr std::string_view set_zone = "010200080000010000FF03";
        std::string request = "D94000000100";
        std::string expected = "DA4000000100000000";
        switch (detail % 4) {
            case 0:
                request += "0000";
                break;
            case 1:
                request = "D90000000100" + std::string(set_zone) + "0110FF88";
                expected = "";
                break;
            case 2:
                request += std::string(set_zone) + "0110FF88";
                expected =
                    "DA40000001000001000102"
                    "00";
                break;
            default:
                request += std::string(set_zone) + "0100";
                expected =
                    "DA40000001000001000102"
                    "0C";
                break;
        }
        if (refused(request)) return;
        transfer_ = Kind::none;
        RC_ASSERT(ask(request) == expected);
        if (detail % 4 == 1 || detail % 4 == 2) RC_ASSERT(bench_.meter.clock().settings().time_zone_min == -120);
    }

    // Blocks of one octet of `10 00 00`, a long that is in range for either.
    void first_block(Kind kind, std::uint8_t more) {
        const bool right = more % 4 != 0;
        const std::string head = kind == Kind::set ? "C102C100080000010000FF0300" : "C304C100080000010000FF06";
        const std::string request = head + "00" + number_hex(right ? 1 : 2) + "0110";
        if (refused(request)) return;
        transfer_ = right ? kind : Kind::none;
        number_ = 1;
        RC_ASSERT(ask(request) == (right ? acknowledged(kind) : failed(kind, true, 2)));
    }
    void next_block(Kind kind, std::uint8_t more) {
        const bool last = number_ == 2;
        const std::uint32_t number = more % 4 == 0 ? more : number_ + 1;
        const std::string request =
            std::string(kind == Kind::set ? "C103C1" : "C306C1") + (last ? "01" : "00") + number_hex(number) + "0100";
        if (refused(request)) return;
        const std::string answer = ask(request);
        if (transfer_ != kind || number != number_ + 1) {
            RC_ASSERT(answer == failed(kind, transfer_ == kind, number));
            transfer_ = Kind::none;
            return;
        }
        ++number_;
        if (!last) {
            RC_ASSERT(answer == acknowledged(kind));
            return;
        }
        RC_ASSERT(answer == (kind == Kind::set ? "C503C100" + number_hex(number) : "C701C10000"));
        if (kind == Kind::set) RC_ASSERT(bench_.meter.clock().settings().time_zone_min == 0);
        transfer_ = Kind::none;
    }
    std::string acknowledged(Kind kind) const {
        return (kind == Kind::set ? "C502C1" : "C704C1") + number_hex(number_);
    }
    static std::string failed(Kind kind, bool in_progress, std::uint32_t number) {
        if (kind == Kind::action) return in_progress ? "C701C10F00" : "C701C11000";
        return (in_progress ? "C503C113" : "C503C112") + number_hex(number);
    }

    // What is no request of ours changes nothing.
    void nonsense(std::uint8_t detail) {
        constexpr std::array<const char*, 8> malformed = {"C0",     "C001C1", "C009C1", "C101C1",
                                                          "C103C1", "C3",     "D900",   "C002C10000000100"};
        constexpr std::array<const char*, 6> unknown = {"C2", "DA00", "DB00", "E1C10001", "0F", "61"};
        const bool is_known = detail % 2 == 0;
        const std::string request = is_known ? malformed[detail / 2 % 8U] : unknown[detail / 2 % 6U];
        // What is ciphered is known, and not allowed in this association.
        const std::string answer = is_known ? "D80103" : request == "DB00" ? "D80102" : "D80202";
        if (!refused(request)) RC_ASSERT(ask(request) == answer);
    }

    Bench bench_;
    Client client_;
    bool open_ = false;
    std::uint16_t size_ = 0;
    Kind transfer_ = Kind::none;
    std::uint32_t number_ = 0;
};

RC_GTEST_PROP(SessionSequence, AnyOrderOfRequestsGetsTheAnswersThatTheModelAllows, ()) {
    const Model* model = *rc::gen::elementOf(std::vector<const Model*>(all_models().begin(), all_models().end()));
    const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::construct<Step>(
        rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>()));
    Oracle oracle(*model);
    // Open at first, or most sequences would spend their life outside an association.
    oracle.take({0, 1, static_cast<std::uint8_t>(steps.size())});
    for (const Step& step : steps) oracle.take(step);
}

// General blocks in any order: requests in blocks, acknowledgements that are due, early or of nothing, aborts, plain
// requests between them. Every answer is a block that fits, or one of few others; and a plain request is served at
// once.
RC_GTEST_PROP(SessionSequence, GeneralBlocksInAnyOrderLeaveThePlainServicesAsTheyWere, ()) {
    Bench bench;
    const auto size = *rc::gen::elementOf(std::vector<std::uint16_t>{12, 17, 40, 200});
    test::Manager manager(bench, size, test::all_conformance);
    const std::vector<std::string> requests = {"E0 81 0001 0000 0D C001C1000F0000280000FF0200",
                                               "E0 8F 0001 0000 0D C001C1000F0000280000FF0200",
                                               "E0 08 0001 0000 07 C101C100080000",
                                               "E0 48 0002 0001 05 010000FF03",
                                               "E0 88 0003 0001 04 0010FF88",
                                               "E0 80 0000 0000 00",
                                               "E0 81 0001 0000 02 6200",
                                               "D9 40000001 00 00 00",
                                               "C001C100080000010000FF0300",
                                               "C001C1000F0000280000FF0200",
                                               "E0 81 0001 0000 0D C001C100080000010000FF0900",
                                               "C002C100000001"};
    const auto steps = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
    const auto is_known = [&](const std::string& answer) {
        const Octets octets = test::hex(answer);
        if (octets.size() > size) return false;
        if (octets[0] == 0xE0) return dlms::read_general_block(octets).has_value();
        return octets[0] == 0xC4 || octets[0] == 0xC5 || octets[0] == 0xDA || octets[0] == 0xD8;
    };
    for (const std::uint8_t step : steps) {
        // Half of the steps acknowledge, in streams of one to fifteen, what may be due.
        const std::string request = step % 2 == 0 ? requests[step / 2U % requests.size()]
                                                  : "E08" + std::string(1, "123F"[step / 2U % 4]) + "0002" + "00" +
                                                        octet_hex(static_cast<std::uint8_t>(step / 8U)) + "00";
        for (const std::string& answer : manager.ask_all(request)) RC_ASSERT(is_known(answer));
        RC_ASSERT(manager.session().association().is_open());
        const int zone_min = bench.meter.clock().settings().time_zone_min;
        RC_ASSERT(zone_min == -60 || zone_min == -120);
    }
    RC_ASSERT(manager.ask_all("C001C100080000010000FF0900") == std::vector<std::string>{"C401C1001601"});
}

// A real request with a few octets changed: the answer is one of those that there are, and never too long.
RC_GTEST_PROP(SessionSequence, RequestsWithChangedOctetsGetSomeAnswerThatIsOne, ()) {
    Bench bench;
    const auto size = *rc::gen::inRange<std::uint16_t>(12, 300);
    test::Manager manager(bench, size);
    static const std::vector<std::string> requests = {
        "C001C1000F0000280000FF0200",
        "C002C100000001",
        "C003C10200080000010000FF0200000F0000280000FF0200",
        "C101C100080000010000FF0200090C07E50118FF0E303950FFC400",
        "C102C100080000010000FF03000000000001021000",
        "C103C101000000020188",
        "C104C10200080000010000FF030000080000010000FF07000210FF880F1E",
        "C105C10100080000010000FF03000000000001020110",
        "C301C100080000010000FF0601100001",
        "C302C100000001",
        "C303C10200080000010000FF0600080000010000FF0602100001100001",
        "C304C100080000010000FF060000000001021000",
        "C305C10100080000010000FF060000000001020110",
        "C306C101000000020100",
    };
    for (int i = 0; i < 30; ++i) {
        Octets request = test::hex(*rc::gen::elementOf(requests));
        const auto changes = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
            rc::gen::pair(rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>()));
        for (std::size_t change = 0; change < std::min<std::size_t>(changes.size(), 3); ++change) {
            const auto [at, value] = changes[change];
            const std::size_t place = 1 + at % (request.size() - 1);  // the service stays
            request[place] = value;
        }
        const bool unconfirmed = request[0] != 0xC0 && (request[2] & 0x40U) == 0;
        const Octets answer = manager.send(request);
        RC_ASSERT(answer.size() <= size);
        if (answer.empty()) {
            RC_ASSERT(unconfirmed);
            continue;
        }
        RC_ASSERT(answer[0] == request[0] + 4 || test::hex(answer).starts_with("D801"));
        if (answer[0] == 0xC4) RC_ASSERT(dlms::read_get_response(answer).has_value());
        if (answer[0] == 0xC5) RC_ASSERT(dlms::read_set_response(answer).has_value());
        if (answer[0] == 0xC7) RC_ASSERT(dlms::read_action_response(answer).has_value());
    }
}

}  // namespace
}  // namespace blathy::meter
