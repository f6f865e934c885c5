#!/usr/bin/env bash
# Installs those Debian 12 packages that are missing for a purpose.
#   usage: scripts/install.sh run|test|firmware|checks|bench|all ...
set -euo pipefail

run=(g++ cmake ninja-build libboost1.81-dev libexpected-dev libcli11-dev libtomlplusplus-dev
    nlohmann-json3-dev libfmt-dev libmbedtls-dev ca-certificates)
test=(libgtest-dev libgmock-dev librapidcheck-dev clang lld libclang-rt-14-dev)
firmware=(cmake ninja-build gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib libexpected-dev
    libboost1.81-dev dpkg-dev qemu-system-arm)
checks=(clang lld clang-tidy clang-format libclang-rt-14-dev)
bench=(libbenchmark-dev)

usage() {
    sed -n '3s/^#   //p' "$0" >&2
    exit 2
}

has_command() { command -v "$1" >/dev/null; }

has_node() {
    has_command node && has_command npm && (($(node -p 'process.versions.node.split(".")[0]') >= 18))
}

has_browser() {
    has_command chromium || has_command chromium-browser || has_command google-chrome
}

wanted=()
want_run() {
    wanted+=("${run[@]}")
    has_node || wanted+=(nodejs npm)
}
want_test() {
    want_run
    wanted+=("${test[@]}")
    has_browser || wanted+=(chromium)
}
want_checks() {
    want_run
    wanted+=("${checks[@]}")
}
want_bench() {
    want_run
    wanted+=("${bench[@]}")
}

(($# > 0)) || usage
for purpose; do
    case $purpose in
        run) want_run ;;
        test) want_test ;;
        firmware) wanted+=("${firmware[@]}") ;;
        checks) want_checks ;;
        bench) want_bench ;;
        all)
            want_test
            wanted+=("${firmware[@]}" "${checks[@]}" "${bench[@]}")
            ;;
        *) usage ;;
    esac
done

if ! has_command apt-get; then
    echo "install.sh: this is not Debian; see that these are installed: ${wanted[*]}" >&2
    exit 0
fi

mapfile -t missing < <(comm -13 \
    <(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u) \
    <(printf '%s\n' "${wanted[@]}" | sort -u))
((${#missing[@]} > 0)) || exit 0

as_root=()
if ((EUID != 0)); then
    if ! has_command sudo; then
        echo "install.sh: as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o Dpkg::Use-Pty=0 "$@" 2>&1 | tee "$log"
}

update() {
    echo "Updating the package lists"
    apt update >/dev/null
}

# One line for the start, one for every 25th package and, on failure, what apt said.
install() {
    apt install --no-install-recommends "${missing[@]}" | awk '
        / newly installed/ { total = $3 }
        /^Setting up / && ++done % 25 == 0 { printf "  %d of %d\n", done, total; fflush() }'
}

echo "Installing ${missing[*]}"
updated=false
if ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then
    update
    updated=true
fi
# Lists that are out of date name packages which the mirror no longer has.
if ! install && { $updated || ! { update && install; }; }; then
    tail -n 20 "$log" >&2
    exit 1
fi
