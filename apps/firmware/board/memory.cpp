#include "apps/firmware/board/memory.hpp"

#include <algorithm>
#include <span>

#include "apps/firmware/board/registers.hpp"

// Addresses and sizes from the linker script; a size is the symbol's address.
extern "C" {
extern const std::uint8_t flash_end[], flash_size[], ram_size[], bss_end[], data_chip_start[];
extern std::uint32_t stack_bottom[], stack_top[];
}

namespace blathy::board {
namespace {

constexpr std::uint32_t paint = 0xC5C5C5C5;
constexpr std::uintptr_t ram_start = 0x20000000;
constexpr std::uintptr_t peripherals_start = 0x40000000;

std::uintptr_t number(const void* symbol) {
    return reinterpret_cast<std::uintptr_t>(symbol);
}

// Attributes of a region (Arm DDI 0403E, B3.5.9): access permission, execute never, memory type and size.
enum Access : std::uint32_t { none = 0u << 24, read_write = 3u << 24, read_only = 6u << 24 };
constexpr std::uint32_t execute_never = 1u << 28;
constexpr std::uint32_t normal_memory = 1u << 17;
constexpr std::uint32_t device_memory = 1u << 16;

// The size is 2^size_log2 octets and the start a multiple of it; of two regions that overlap the higher number wins.
void protect(std::uint32_t region, std::uintptr_t start, std::uint32_t size_log2, std::uint32_t attributes) {
    constexpr std::uint32_t region_valid = 1u << 4;
    constexpr std::uint32_t enable = 1u << 0;
    MpuRegionBase::write(start | region_valid | region);
    MpuRegionAttributes::write(attributes | (size_log2 - 1) << 1 | enable);
}

}  // namespace

MemoryFigures memory_figures() {
    const std::span<const std::uint32_t> stack(stack_bottom, stack_top);
    const auto deepest = std::find_if(stack.begin(), stack.end(), [](std::uint32_t word) { return word != paint; });
    return {.flash_used = number(flash_end),
            .flash_size = number(flash_size),
            .ram_used = number(bss_end) - ram_start,
            .ram_size = number(ram_size),
            .stack_size = stack.size_bytes(),
            .stack_high_water = static_cast<std::size_t>(stack.end() - deepest) * sizeof(std::uint32_t)};
}

void paint_stack() {
    std::uint32_t* top = nullptr;
    asm volatile("mov %0, sp" : "=r"(top));
    // Volatile, lest the loop becomes a call that keeps its return address where it paints.
    for (volatile std::uint32_t* word = stack_bottom; word < top; word = word + 1) *word = paint;
}

void protect_memory() {
    constexpr std::uint32_t enable = 1u << 0;
    protect(0, 0x00000000, 22, read_only | normal_memory);                                // 4 MiB of code
    protect(1, ram_start, 22, read_write | normal_memory | execute_never);                // 4 MiB of data
    protect(2, number(data_chip_start), 24, read_write | normal_memory | execute_never);  // 16 MiB of data chip
    protect(3, peripherals_start, 29, read_write | device_memory | execute_never);
    protect(4, 0x00000000, 8, none | execute_never);  // the vectors, which the processor itself fetches regardless
    MpuControl::write(enable);
    asm volatile("dsb\n isb" ::: "memory");
}

bool is_in_ram(std::uintptr_t address, std::size_t octets) {
    return address >= ram_start && address - ram_start <= number(ram_size) - octets;
}

}  // namespace blathy::board
