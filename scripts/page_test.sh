#!/usr/bin/env bash
# The tests of the front panel's page in a headless Chromium: against its mock, then against a meter that runs.
#   usage: scripts/page_test.sh PATH/TO/blathy
set -euo pipefail
blathy=$1
cd "$(dirname "$0")/../web"

output=$(mktemp)
"$blathy" meter --listen tcp://127.0.0.1:0 --panel 127.0.0.1:0 >"$output" &
meter=$!
trap 'kill "$meter" 2>/dev/null; wait "$meter" || true; rm -f "$output"' EXIT

for ((tenths = 0; tenths < 300; ++tenths)); do
    BLATHY_PANEL_URL=$(sed -n 's/^Panel at //p' "$output")
    [[ -n $BLATHY_PANEL_URL ]] && break
    kill -0 "$meter" || exit 1
    sleep 0.1
done
export BLATHY_PANEL_URL
npm run --silent check
npm test --silent
