#!/usr/bin/env bash
# Runs the metrology's Cortex-M4 program in QEMU, an instruction a nanosecond, and prints what it says.
#   usage: scripts/metrology_cortex.sh [IMAGE.elf]
set -euo pipefail
cd "$(dirname "$0")/.."

image=${1:-build/firmware/bench/cortex/blathy-metrology.elf}
if [[ ! -f $image ]]; then
    echo "metrology_cortex.sh: $image is missing; build it with: make firmware" >&2
    exit 1
fi
exec qemu-system-arm -M mps2-an386 -display none -monitor none -serial none -kernel "$image" -icount shift=0 \
    -semihosting-config enable=on,target=native 2>&1
