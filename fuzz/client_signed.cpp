// The whole client at a whole meter of suite 1, with signatures and keys of general-ciphering, while somebody on the
// way alters, cuts, repeats and invents answers. The first octet chooses how requests are protected, the second what is
// asked; then one octet for each answer says what becomes of it.
#include <algorithm>
#include <deque>

#include "fuzz/client_questions.hpp"
#include "fuzz/signed_pairs.hpp"

namespace blathy::fuzz {
namespace {

class TamperedLink final : public station::Link {
  public:
    TamperedLink(meter::Meter& meter, ByteReader input) : client_(meter, test::management_client_sap), input_(input) {}

    Result<void, station::Error> send(Bytes apdu, const station::Deadline&) override {
        for (station::Octets answer = client_.send(apdu); !answer.empty(); answer = client_.more()) tamper(answer);
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
    void tamper(station::Octets answer) {
        const std::uint8_t how = input_.u8();
        switch (how & 0x07U) {
            case 1:  // another bit of some octet
                answer[input_.u16() % answer.size()] ^= static_cast<std::uint8_t>(1U << (how >> 5U));
                break;
            case 2:
                answer.resize(input_.u16() % answer.size());
                break;
            case 3:  // what came before
                answer = last_;
                break;
            case 4: {
                const Bytes invented = input_.bytes(std::min<std::size_t>(input_.u8(), input_.remaining()));
                answer = station::to_octets(invented);
                break;
            }
            case 5:
                answers_.push_back(answer);
                break;
            case 6:
                answer.push_back(input_.u8());
                break;
            default:
                break;
        }
        if (answer.empty()) return;
        last_ = answer;
        answers_.push_back(std::move(answer));
    }

    test::Client client_;
    ByteReader input_;
    std::deque<station::Octets> answers_;
    station::Octets last_;
    station::Octets current_;
};

}  // namespace
}  // namespace blathy::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    ByteReader input({data, size});
    test::Bench bench;
    const std::uint8_t how = input.u8();
    const std::uint8_t what = input.u8();
    station::Options options = fuzz::small_options((how & 0x10U) != 0);
    options.association.security = fuzz::signed_security(bench, how);
    auto client = station::Client::associate(std::make_unique<fuzz::TamperedLink>(bench.meter, input), options);
    if (client) fuzz::ask(*client, what);
    return 0;
}
