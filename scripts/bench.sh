#!/usr/bin/env bash
# Runs the benchmarks that `make bench` built.
#   usage: scripts/bench.sh [OPTION OF GOOGLE BENCHMARK] ...
set -euo pipefail
cd "$(dirname "$0")/.."

build/bench/bench/blathy_wire_bench
echo
build/bench/bench/blathy_bench "$@"
echo
if [[ -f build/firmware/bench/cortex/blathy-metrology.elf ]]; then
    echo "Metrology on a Cortex-M4 (QEMU)"
    scripts/metrology_cortex.sh
else
    echo "The metrology's instructions on a Cortex-M4, and what security takes there, need: make firmware"
fi
if [[ -f build/firmware/apps/firmware/blathy-firmware.elf.map ]]; then
    echo
    scripts/firmware_security.sh
fi
