// The whole client against a meter whose answers are the fuzzer's octets: it may fail, but it must end, within bounds.
// The first octet of the input decides what is asked, and whether general block transfer is wanted. Each answer is
// preceded by its length in one octet.
#include <algorithm>

#include "fuzz/client_questions.hpp"

namespace {

using namespace blathy;
using namespace blathy::station;

class FuzzedLink : public Link {
  public:
    FuzzedLink(Bytes script, bool half_duplex) : script_(script), half_duplex_(half_duplex) {}

    Result<void, Error> send(Bytes, const Deadline&) override { return {}; }
    Result<Bytes, Error> receive(const Deadline&) override {
        if (script_.at_end()) return fail(timeout_error("the script is over"));
        const std::size_t size = script_.u8();
        return script_.bytes(std::min(size, script_.remaining()));
    }
    [[nodiscard]] bool is_reliable() const override { return false; }
    [[nodiscard]] bool is_half_duplex() const override { return half_duplex_; }

  private:
    ByteReader script_;
    bool half_duplex_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes input(data, size);
    if (input.empty()) return 0;
    const std::uint8_t what = input[0];
    const bool general_blocks = (what & 0x40U) != 0;
    // Every other input begins within the association, which fuzzers don't easily find their way into.
    static constexpr std::array<std::uint8_t, 44> aare = {
        43,   0x61, 0x29, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01, 0xA2,
        0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03, 0x02, 0x01, 0x00, 0xBE, 0x10, 0x04, 0x0E,
        0x08, 0x00, 0x06, 0x5F, 0x1F, 0x04, 0x00, 0x20, 0x5E, 0xDF, 0x00, 0x40, 0x00, 0x07};
    Octets script;
    if ((what & 0x80U) == 0) append(script, aare);
    append(script, input.subspan(1));
    auto client = Client::associate(std::make_unique<FuzzedLink>(Bytes(script), (what & 0x20U) != 0),
                                    fuzz::small_options(general_blocks));
    if (client) fuzz::ask(*client, what & 0x1FU);
    return 0;
}
