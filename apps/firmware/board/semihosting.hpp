// What a debugger or QEMU on the other side of a breakpoint can do for the target (Arm "Semihosting for AArch32").
#pragma once

namespace blathy::board::semihosting {

// Whether somebody answers. Asks once, from outside any interrupt; without a listener the breakpoint faults and
// on_fault() steps over it.
bool probe();
[[nodiscard]] bool available();

// Both only while available(). `text` ends with a zero.
void write(const char* text);
// Ends QEMU with this exit status.
void exit(int status);

}  // namespace blathy::board::semihosting
