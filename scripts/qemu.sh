#!/usr/bin/env bash
# Runs the firmware image in QEMU (Arm MPS2 with AN386, Cortex-M4F) until Ctrl-C.
#   usage: scripts/qemu.sh [PORT] [IMAGE.elf]
# UART0, the optical port, is a pseudo terminal whose name is printed (blathy read optical:/dev/pts/N); UART1, RS485, is
# TCP port PORT (4060 unless given) of 127.0.0.1 (blathy read hdlc+tcp://127.0.0.1:4060); the service console, UART2, is
# this terminal.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${1:-4060}
image=${2:-build/firmware/apps/firmware/blathy-firmware.elf}
if [[ ! -f $image ]]; then
    echo "qemu.sh: $image is missing; build it with: make firmware" >&2
    exit 1
fi
# What the firmware says to a debugger it says to the service console as well, so that it is shown once.
exec qemu-system-arm -M mps2-an386 -display none -monitor none -kernel "$image" \
    -chardev null,id=debugger -semihosting-config enable=on,target=native,chardev=debugger \
    -serial pty -serial "tcp:127.0.0.1:$port,server=on,wait=off" -serial stdio
