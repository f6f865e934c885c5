#!/usr/bin/env bash
# Runs clang-tidy on the sources of the rooms that the debug preset compiles; one process a processor.
#   usage: scripts/tidy.sh [REVISION]     only the sources changed since REVISION
#          scripts/tidy.sh --analyze      the static analyzer, on the core; it takes as long again
set -euo pipefail
cd "$(dirname "$0")/.."

rooms=(base dlms sts meter world station apps)
# Several sources are compiled together by a file that includes them; that is what it is for.
checks=('--checks=-bugprone-suspicious-include')
if [[ ${1:-} == --analyze ]]; then
    rooms=(base dlms sts meter)
    checks=('--checks=-*,clang-analyzer-*')
    shift
fi
database=build/debug/compile_commands.json
if [[ ! -f $database ]]; then
    echo "tidy.sh: $database is missing; run: cmake --preset debug" >&2
    exit 1
fi

if (($# > 0)); then
    candidates=$(git diff --name-only --diff-filter=d "$1" -- "${rooms[@]/%/\/*.cpp}")
else
    candidates=$(find . -name '*.cpp' -printf '%P\n' | grep -E "^($(IFS='|' && echo "${rooms[*]}"))/")
fi
# What is compiled is a candidate, or a file that includes several of them.
mapfile -t sources < <(sed -n 's|^ *"file": "\(.*\)".*|\1|p' "$database" | sort -u | while read -r compiled; do
    if [[ $compiled == */Unity/* ]]; then
        sed -n "s|^#include \"$PWD/\(.*\)\"|\1|p" "$compiled"
    else
        echo "${compiled#"$PWD/"}"
    fi | grep -qFxf <(echo "$candidates") && echo "$compiled"
done)
echo "clang-tidy on ${#sources[@]} sources"
((${#sources[@]} > 0)) || exit 0
printf '%s\0' "${sources[@]}" |
    xargs --null --max-args 1 --max-procs "$(nproc)" clang-tidy --quiet "${checks[@]}" -p build/debug 2> >(
        grep -vE '^[0-9]+ warnings? (generated|treated as errors)|^Suppressed |^Use -header-filter' >&2 || true
    )
