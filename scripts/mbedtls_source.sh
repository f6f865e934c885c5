#!/usr/bin/env bash
# Puts the source of Debian's Mbed TLS package, with its patches, into a folder: the firmware compiles it for its target.
# It comes from wherever this machine gets its Debian packages, and needs no root.
#   usage: scripts/mbedtls_source.sh FOLDER
set -euo pipefail

if (($# != 1)); then
    sed -n '4s/^#   //p' "$0" >&2
    exit 2
fi
folder=$(realpath --canonicalize-missing "$1")
[[ -d $folder ]] && exit 0

private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
mkdir -p "$private"/{lists/partial,archives/partial,source}

apt() {
    apt-get --quiet --quiet -o Dir::Cache="$private" -o APT::Sandbox::User="$(id -un)" "$@"
}
own_lists=(-o Dir::State::Lists="$private/lists")

# The machine's own Debian archives, asked for sources. They are known by the lists of a former update, or of one here.
archives() {
    apt indextargets "$@" --format '$(COMPONENT)|$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' |
        sed -n 's/^main|//p' | sort -u
}
targets=$(archives)
if [[ -z $targets ]]; then
    apt "${own_lists[@]}" update || true
    targets=$(archives "${own_lists[@]}")
fi
if [[ -z $targets ]]; then
    echo "mbedtls_source.sh: this machine has no Debian archive" >&2
    exit 1
fi
sed 's/.*/deb-src & main/' <<<"$targets" >"$private/sources.list"

sources=("${own_lists[@]}" -o Dir::Etc::SourceList="$private/sources.list" -o Dir::Etc::SourceParts=-)
echo "Fetching the source of mbedtls"
if ! { apt "${sources[@]}" update && (cd "$private/source" && apt "${sources[@]}" source mbedtls); } >"$private/log" 2>&1; then
    tail -n 20 "$private/log" >&2
    exit 1
fi
mkdir -p "$(dirname "$folder")"
cp -r "$private"/source/mbedtls-*/ "$folder"
