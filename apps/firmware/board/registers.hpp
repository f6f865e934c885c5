// Memory-mapped registers of the Armv7-M core that the board layer uses (Arm DDI 0403E, part B).
#pragma once

#include <cstdint>

namespace blathy::board {

template <std::uintptr_t address>
struct Register {
    [[nodiscard]] static std::uint32_t read() { return *pointer(); }
    static void write(std::uint32_t value) { *pointer() = value; }
    static void set(std::uint32_t bits) { write(read() | bits); }

  private:
    static volatile std::uint32_t* pointer() { return reinterpret_cast<volatile std::uint32_t*>(address); }
};

// System timer, B3.3.
using SystickControl = Register<0xE000E010>;
using SystickReload = Register<0xE000E014>;
using SystickValue = Register<0xE000E018>;

// System control block, B3.2.
using ConfigurationControl = Register<0xE000ED14>;
using SystemHandlerControl = Register<0xE000ED24>;
using ConfigurableFaultStatus = Register<0xE000ED28>;
using HardFaultStatus = Register<0xE000ED2C>;
using MemManageAddress = Register<0xE000ED34>;
using BusFaultAddress = Register<0xE000ED38>;
using CoprocessorAccess = Register<0xE000ED88>;

// Memory protection unit, B3.5.
using MpuControl = Register<0xE000ED94>;
using MpuRegionBase = Register<0xE000ED9C>;
using MpuRegionAttributes = Register<0xE000EDA0>;

}  // namespace blathy::board
