// The metrology on a Cortex-M4: that it gives the bits of every other machine, and how many instructions a sample
// takes.
//
// It is run by scripts/metrology_cortex.sh in QEMU with -icount shift=0, where every instruction takes one nanosecond
// of the timer's time, and talks through semihosting.
#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

#include "apps/firmware/board/console.hpp"
#include "apps/firmware/board/registers.hpp"
#include "apps/firmware/board/semihosting.hpp"
#include "meter/metrology/metrology.hpp"
#include "meter/models/models.hpp"

#include "tests/support/metrology_trace.hpp"

using namespace blathy;

namespace {

constexpr std::uint32_t instructions_per_ms = 1'000'000;
constexpr std::uint32_t core_clock_hz = 100'000'000;  // of the microcontroller that a share is given for
constexpr std::uint32_t measured_samples = 8'000;
constexpr std::size_t period = 80;

template <class... Parts>
void say(const Parts&... parts) {
    board::semihosting::write(board::Line(parts...).c_str());
}

// Counts instructions by the timer, which comes round every millisecond: between two laps less than one may pass.
class Laps {
  public:
    std::uint32_t lap() {
        const std::uint32_t now = board::SystickValue::read();
        const std::uint32_t round = board::SystickReload::read() + 1;
        const std::uint32_t passed = (last_ + round - now) % round;  // it counts down
        last_ = now;
        return passed * (instructions_per_ms / round);
    }

  private:
    std::uint32_t last_ = board::SystickValue::read();
};

alignas(meter::Metrology) std::array<std::byte, sizeof(meter::Metrology)> place;

meter::Metrology& fresh(const meter::Model& model, const meter::Calibration& calibration) {
    return *new (place.data()) meter::Metrology(model, calibration);
}

void print_hash(const meter::Model& model) {
    const std::uint64_t hash = test::trace(model, fresh(model, test::trace_calibration()));
    say("trace ", model.name, " ", board::Hex{static_cast<std::uint32_t>(hash >> 32)},
        board::Hex{static_cast<std::uint32_t>(hash)});
}

// Means over whole windows, with all that happens at the end of cycles and windows; and the longest single sample.
void print_cost(const meter::Model& model) {
    std::array<meter::Samples, period> samples;
    test::TraceSignal signal;
    for (meter::Samples& sample : samples) sample = signal.next();
    meter::Metrology& metrology = fresh(model, test::trace_calibration());
    for (std::uint32_t n = 0; n < measured_samples / 4; ++n) metrology.push(samples[n % period]);
    std::uint64_t all = 0;
    std::uint32_t longest = 0;
    Laps laps;
    for (std::uint32_t n = 0; n < measured_samples; ++n) {
        metrology.push(samples[n % period]);
        const std::uint32_t passed = laps.lap();
        all += passed;
        longest = std::max(longest, passed);
    }
    const std::uint64_t each = all / measured_samples;
    const std::uint64_t share_permyriad = each * model.sample_rate_hz * 10'000 / core_clock_hz;
    say("cost ", model.name, " ", each, " instructions a sample, ", share_permyriad / 100, ".",
        share_permyriad % 100 / 10, share_permyriad % 10, " % of 100 MHz, longest ", longest);
}

}  // namespace

int main() {
    board::semihosting::probe();
    for (const meter::Model* model : meter::all_models()) print_hash(*model);
    for (const meter::Model* model : meter::all_models()) print_cost(*model);
    say("state ", sizeof(meter::Metrology), " octets");
    board::semihosting::exit(0);
}
