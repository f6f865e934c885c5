#!/usr/bin/env bash
# Fails when a firmware image holds anything of a heap, of exceptions or of run-time type information.
#   usage: scripts/firmware_check.sh IMAGE.elf
set -euo pipefail

image=$1
# The C heap, operator new and new[], throwing and unwinding, type information, and formatted output (which allocates).
forbidden='^(_?(malloc|calloc|realloc|free|memalign|sbrk)(_r)?|_Zn[wa].*|__cxa_(throw|rethrow|allocate_exception|begin_catch|guard_acquire)|__gxx_personality_v0|_Unwind_.*|_ZT[IS].*|_?v?f?s?n?i?printf(_r)?)$'

if ! symbols=$(arm-none-eabi-nm --format=posix "$image"); then
    echo "firmware_check: cannot read $image" >&2
    exit 2
fi
if found=$(cut -d' ' -f1 <<<"$symbols" | grep -E "$forbidden" | sort -u); then
    echo "firmware_check: $image must not contain:" >&2
    while read -r symbol; do
        echo "  $symbol ($(arm-none-eabi-c++filt "$symbol"))" >&2
    done <<<"$found"
    echo "The linker map beside the image names the object that pulled each of them in." >&2
    exit 1
fi
