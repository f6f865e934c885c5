#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a bounded time, as many side by side as there are processors.
#   usage: scripts/fuzz.sh SECONDS_PER_TARGET | --total SECONDS
# A target starts from fuzz/corpus/TARGET, if there is one, and keeps what it learns in build/fuzz/corpus/TARGET. An input
# that breaks a target is kept in build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
    --total) total=${2:?seconds} ;;
    '' | *[!0-9]*)
        sed -n '3s/^#   //p' "$0" >&2
        exit 2
        ;;
    *) seconds=$1 ;;
esac

shopt -s nullglob
targets=()
for source in fuzz/*.cpp; do
    targets+=("build/fuzz/targets/$(basename "$source" .cpp)")
done
if ((${#targets[@]} == 0)); then
    echo "fuzz.sh: no targets in fuzz/"
    exit 0
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
processors=$(nproc)
if [[ -v total ]]; then
    seconds=$((total * processors / ${#targets[@]}))
    seconds=$((seconds < 5 ? 5 : seconds))
fi
echo "${#targets[@]} targets, $seconds s each, $processors at a time"

fuzz_one() {
    local seconds=$1 program=$2
    local name=${program##*/} log=build/fuzz/logs/${program##*/}.log
    local corpora=("build/fuzz/corpus/$name")
    mkdir -p "${corpora[0]}" build/fuzz/findings build/fuzz/logs
    [[ -d fuzz/corpus/$name ]] && corpora+=("fuzz/corpus/$name")
    if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$name-" "${corpora[@]}" >"$log" 2>&1; then
        awk -v name="$name" '
            $1 == "stat::number_of_executed_units:" { runs = $2 }
            / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") coverage = $(i + 1) }
            END { printf "  %-28s %12d runs, %6d edges\n", name, runs, coverage }' "$log"
    else
        echo "  $name failed; the end of $log:"
        tail -n 40 "$log"
        return 1
    fi
}
export -f fuzz_one
printf '%s\0' "${targets[@]}" |
    xargs --null --max-args 1 --max-procs "$processors" bash -c 'fuzz_one "$@"' fuzz_one "$seconds"
