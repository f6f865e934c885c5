// What the compiler and the standard library call behind a program's back. Defining these here keeps libstdc++'s and
// newlib's versions out, which bring the unwinder and a heap.
#include <cstddef>

#include "apps/firmware/board/fault.hpp"

using blathy::board::stop;

extern "C" {

void abort() {
    stop("abort");
}
void __cxa_pure_virtual() {
    stop("pure virtual call");
}
void __assert_func(const char*, int, const char*, const char*) {
    stop("assertion");
}

// Statics are never destroyed: a meter does not exit.
void* __dso_handle = nullptr;
int __aeabi_atexit(void*, void (*)(void*), void*) {
    return 0;
}

// Named by the unwind tables of libgcc's arithmetic; the linker script drops the tables themselves.
void __aeabi_unwind_cpp_pr0() {}
void __aeabi_unwind_cpp_pr1() {}
}

// The deleting destructor of a class with virtual functions names these, though nothing is ever allocated.
void operator delete(void*) noexcept {
    stop("operator delete");
}
void operator delete(void*, std::size_t) noexcept {
    stop("operator delete");
}

namespace std {

void __throw_out_of_range(const char*) {
    stop("out of range");
}
void __throw_out_of_range_fmt(const char*, ...) {
    stop("out of range");
}
void __throw_length_error(const char*) {
    stop("length error");
}
void __throw_logic_error(const char*) {
    stop("logic error");
}
void __throw_invalid_argument(const char*) {
    stop("invalid argument");
}

}  // namespace std
