// Where the linker put things, the guards around them, and how much of the stack has been used.
#pragma once

#include <cstddef>
#include <cstdint>

namespace blathy::board {

struct MemoryFigures {
    std::size_t flash_used;
    std::size_t flash_size;
    std::size_t ram_used;  // data, zeroed data and the whole stack
    std::size_t ram_size;
    std::size_t stack_size;
    std::size_t stack_high_water;  // most octets of the stack in use at any time since reset
};

MemoryFigures memory_figures();

// Fills the unused stack with a pattern, so that memory_figures() can see how deep it was ever used.
void paint_stack();

// Code cannot be written, data cannot be executed, address 0 cannot be touched, and the stack cannot grow out of RAM.
void protect_memory();

[[nodiscard]] bool is_in_ram(std::uintptr_t address, std::size_t octets);

}  // namespace blathy::board
