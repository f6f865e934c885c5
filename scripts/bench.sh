#!/usr/bin/env bash
# Runs the benchmarks that `make bench` built.
#   usage: scripts/bench.sh [OPTION OF GOOGLE BENCHMARK] ...
set -euo pipefail
cd "$(dirname "$0")/.."

build/bench/bench/blathy_wire_bench
echo
exec build/bench/bench/blathy_bench "$@"
