// The meter on a Cortex-M4: the optical port (IEC 62056-21, mode E into HDLC) on UART0, RS485 (HDLC) on UART1, and the
// service console on UART2.
#include <array>
#include <cstdint>
#include <optional>

#include "apps/firmware/board/clock.hpp"
#include "apps/firmware/board/console.hpp"
#include "apps/firmware/board/data_flash.hpp"
#include "apps/firmware/board/entropy.hpp"
#include "apps/firmware/board/interrupts.hpp"
#include "apps/firmware/board/memory.hpp"
#include "apps/firmware/board/semihosting.hpp"
#include "apps/firmware/board/uart.hpp"
#include "apps/firmware/port.hpp"
#include "apps/firmware/waveform.hpp"
#include "meter/local_port/optical_port.hpp"
#include "meter/meter.hpp"
#include "meter/metrology/metrology.hpp"
#include "meter/models/sed302.hpp"
#include "meter/server/hdlc_port.hpp"

using namespace blathy;

namespace {

constexpr const meter::Model& model = meter::sed302;
constexpr std::uint32_t serial_number = 1;
// An emulator's or an adapter's octets arrive in bursts.
constexpr std::uint16_t octet_delay_ms = 75;
// A product has it in fuses that nothing but the firmware reads.
constexpr std::array<std::uint8_t, 16> demo_device_key = {'D', 'E', 'M', 'O', '-', 'D', 'E', 'V',
                                                          'I', 'C', 'E', '-', 'K', 'E', 'Y', '-'};

void print_banner() {
    const board::MemoryFigures memory = board::memory_figures();
    board::print("Blathy ", BLATHY_VERSION, " on Cortex-M4F, MPS2 AN386");
    board::print("flash ", memory.flash_used, " of ", memory.flash_size, " octets");
    board::print("ram   ", memory.ram_used, " of ", memory.ram_size, " octets, stack included");
    board::print("stack ", memory.stack_high_water, " of ", memory.stack_size, " octets used");
    board::print("up    ", board::uptime_ms(), " ms after reset");
}

// Everything of the meter, at one place in RAM.
struct Firmware {
    board::DataFlash flash{board::DataFlash::data};
    board::DataFlash calibration_flash{board::DataFlash::calibration};
    meter::Store store{flash};
    meter::CalibrationMemory calibration{calibration_flash, serial_number};
    board::Entropy entropy;
    firmware::Waveform waveform{model};
    std::optional<meter::Meter> meter;          // once the store is mounted
    std::optional<meter::Metrology> metrology;  // by the calibration
    std::optional<firmware::Port<meter::OpticalPort>> optical;
    std::optional<firmware::Port<meter::HdlcPort>> rs485;
    std::uint64_t samples = 0;

    void start() {
        store.mount();
        const bool leaves_the_factory = store.empty();
        meter.emplace(model, meter::Identity(model, serial_number), meter::Configuration{}, store, std::nullopt,
                      meter::EventHook{}, meter::security::SecurityPorts{&entropy, demo_device_key});
        meter->connect(calibration);
        if (leaves_the_factory) {
            (void)meter->security().provision_demo_keys();
            // The waveform's front end is a perfect one: there is nothing to correct.
            if (meter->calibrate({})) (void)meter->seal_calibration();
        }
        start_metrology();
        optical.emplace(board::uart0, *meter,
                        meter::OpticalPortSettings{.has_setup = true, .hdlc = of(meter::HdlcLine::optical)});
        rs485.emplace(board::uart1, *meter, of(meter::HdlcLine::rs485));
    }

    void start_metrology() {
        const auto found = calibration.read();
        metrology.emplace(model, found ? found->calibration : meter::Calibration{});
        meter->connect(metrology->spectra());
    }

    static meter::HdlcPortSettings of(meter::HdlcLine line) { return {.line = line, .octet_delay_ms = octet_delay_ms}; }

    // The samples that are due by now, as the converter would have delivered them.
    void measure(std::uint64_t now_ms) {
        const std::uint64_t due = now_ms * model.sample_rate_hz / 1000;
        for (; samples < due; ++samples) {
            if (metrology->push(waveform.next())) meter->advance(metrology->interval());
        }
    }
};

}  // namespace

int main() {
    board::semihosting::probe();
    board::uart2.open(115'200);
    static Firmware device;
    device.start();
    print_banner();
    if (device.meter->security().has_demo_keys()) {
        board::print("Warning: this meter has demo keys, which everybody knows.");
    }
    while (true) {
        const std::uint64_t now_ms = board::uptime_ms();
        device.measure(now_ms);
        device.optical->poll(static_cast<std::uint32_t>(now_ms));
        device.rs485->poll(static_cast<std::uint32_t>(now_ms));
        device.entropy.stir();

        const board::InterruptLock lock;
        if (board::uart0.readable() == 0 && board::uart1.readable() == 0) board::wait_for_interrupt();
    }
}
