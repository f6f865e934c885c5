#include "apps/firmware/board/semihosting.hpp"

#include <array>
#include <cstdint>

namespace blathy::board::semihosting {
namespace {

constexpr std::uint32_t sys_write0 = 0x04;
constexpr std::uint32_t sys_iserror = 0x08;
constexpr std::uint32_t sys_exit_extended = 0x20;
constexpr std::uint32_t application_exit = 0x20026;

constinit bool answered = false;

std::uint32_t call(std::uint32_t operation, const void* argument) {
    register std::uint32_t r0 asm("r0") = operation;
    register const void* r1 asm("r1") = argument;
    asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

}  // namespace

bool probe() {
    // "Is 0 an error?" is 0 from whoever answers; a breakpoint that was stepped over leaves the operation's number.
    const std::uint32_t status = 0;
    answered = call(sys_iserror, &status) == 0;
    return answered;
}

bool available() {
    return answered;
}

void write(const char* text) {
    call(sys_write0, text);
}

void exit(int status) {
    const std::array<std::uint32_t, 2> reason_and_status{application_exit, static_cast<std::uint32_t>(status)};
    call(sys_exit_extended, reason_and_status.data());
}

}  // namespace blathy::board::semihosting
