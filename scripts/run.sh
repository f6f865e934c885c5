#!/usr/bin/env bash
# From a fresh clone to a reading: installs what is missing, builds, starts a meter with its front panel, reads it over
# its own port and stays until Ctrl-C.
#   usage: scripts/run.sh [OPTION OF blathy meter] ...
set -euo pipefail
started=$EPOCHREALTIME
cd "$(dirname "$0")/.."

# The value of an option on the command line, or the default, which then joins the command line.
options=("$@")
value=
option_or() {
    local name=$1 default=$2 i
    for ((i = 0; i < ${#options[@]}; ++i)); do
        case ${options[i]} in
            "$name")
                value=${options[i + 1]:-}
                return
                ;;
            "$name="*)
                value=${options[i]#*=}
                return
                ;;
        esac
    done
    value=$default
    options+=("$name" "$default")
}
option_or --model SED302
option_or --listen tcp://127.0.0.1:4059
listen=$value
option_or --panel 127.0.0.1:8080
panel=$value

# Whether somebody answers at HOST:PORT. A meter that listens on every address is tried on this machine's own.
answers() {
    local host=${1%:*} port=${1##*:}
    [[ $host == 0.0.0.0 ]] && host=127.0.0.1
    (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}

for address in "${listen#tcp://}" "$panel"; do
    if answers "$address"; then
        echo "run.sh: $address is already in use. Choose other ports, for example:" >&2
        echo "  make run ARGS=\"--listen tcp://127.0.0.1:4060 --panel 127.0.0.1:8081\"" >&2
        exit 1
    fi
done

scripts/install.sh run
make --silent --no-print-directory build

build/blathy meter "${options[@]}" &
meter=$!
stop_meter() {
    kill -TERM "$meter" 2>/dev/null || true
    wait "$meter" || true
}
trap 'stop_meter; exit 0' INT TERM
trap stop_meter EXIT

for ((tenths = 0; tenths < 100; ++tenths)); do
    answers "${listen#tcp://}" && break
    if ! kill -0 "$meter" 2>/dev/null; then
        echo "run.sh: the meter did not start" >&2
        exit 1
    fi
    sleep 0.1
done
if ((tenths == 100)); then
    echo "run.sh: no answer at $listen within 10 s" >&2
    exit 1
fi

# A meter without keys of its own takes this password; one that has them says who it is, and what time it has.
reader=(--client 2)
if [[ " ${options[*]} " == *" --keys "* ]]; then reader=(); fi
BLATHY_PASSWORD=DEMO-PASSWORD build/blathy read "${listen/0.0.0.0/127.0.0.1}" "${reader[@]}"
awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "\nmake run to first reading: %.1f s\n", to - from }'
echo "front panel: http://${panel/0.0.0.0/127.0.0.1}/"
echo "Ctrl-C stops the meter"
wait "$meter"
