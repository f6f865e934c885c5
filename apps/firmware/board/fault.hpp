// The end of a run that cannot go on: say why on the service console and to a debugger, then stop.
#pragma once

#include <cstdint>
#include <string_view>

namespace blathy::board {

// For a broken promise inside the program (a pure virtual call, an abort, an index out of range).
[[noreturn]] void stop(std::string_view reason);

// Reports a processor fault from the frame that the processor stacked (Arm DDI 0403E, B1.5.6) and stops. Returns only
// from a semihosting breakpoint that nobody answers, with the frame changed to continue behind it.
extern "C" void on_fault(std::uint32_t* frame, std::uint32_t exception_number);

// Entry of every exception that has no handler of its own.
extern "C" void fault_handler();

}  // namespace blathy::board
