#!/usr/bin/env bash
# Prints what a firmware image takes of flash and RAM, in octets.
#   usage: scripts/firmware_size.sh IMAGE.elf
set -euo pipefail

arm-none-eabi-size -A -d "$1" | awk '
    { octets[$1] = $2 }
    function row(name, n) { printf "  %-34s %9d\n", name, n }
    END {
        flash = octets[".text"] + octets[".rodata"] + octets[".data"]
        ram = octets[".data"] + octets[".bss"] + octets[".stack"]
        print "Firmware size (octets)"
        row("code (text)", octets[".text"])
        row("constants (rodata)", octets[".rodata"])
        row("initial values (data)", octets[".data"])
        row("FLASH", flash)
        row("initialised variables (data)", octets[".data"])
        row("zeroed variables (bss)", octets[".bss"])
        row("stack reserved", octets[".stack"])
        row("RAM", ram)
        if (octets[".data_chip"] > 0) row("external data flash chip", octets[".data_chip"])
    }'
