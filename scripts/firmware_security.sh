#!/usr/bin/env bash
# Prints what security takes of the flash and RAM of a firmware image, in octets: the sections of its object files and of
# Mbed TLS that the linker kept, and the parts of the meter's state that are for it.
#   usage: scripts/firmware_security.sh [IMAGE.elf]
set -euo pipefail
cd "$(dirname "$0")/.."
image=${1:-build/firmware/apps/firmware/blathy-firmware.elf}
map=$image.map
if [[ ! -r $map ]]; then
    echo "firmware_security.sh: there is no $map; make firmware makes it" >&2
    exit 2
fi

# The sources of security; the security setup and the counters as objects are among the classes of the dictionary.
sources=$(printf '%s ' dlms/security/*.cpp meter/security/*.cpp meter/cosem/classes/security.cpp)

# What is kept stands below the heading of the memory map: a section's name, and with it or on the next line its address,
# size and object file.
awk -v sources="$sources" '
    BEGIN {
        count = split(sources, list, " ")
        for (i = 1; i <= count; ++i) {
            name = list[i]; room = name
            sub(/.*\//, "", name); sub(/\/[^\/]*$/, "", room)
            if (room ~ /cosem/) room = "meter/security"
            of[(room ~ /^dlms/ ? "libblathy_dlms.a(" : "libblathy_meter.a(") name ".obj)"] = room
        }
    }
    function number(hex,    value, i) {
        value = 0
        for (i = 3; i <= length(hex); ++i) value = value * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
        return value
    }
    function take(section, size, file,    room, base) {
        base = file; sub(/.*\//, "", base)
        room = base ~ /^libblathy_mbedtls\.a/ ? "Mbed TLS" : of[base]
        if (section ~ /^\.(text|rodata|ARM)/) { all_flash += size; flash[room] += size }
        if (section ~ /^\.data(\.|$)/) { all_flash += size; flash[room] += size; ram[room] += size }
        if (section ~ /^\.bss(\.|$)/) ram[room] += size
    }
    /^Linker script and memory map/ { kept = 1; next }
    !kept { next }
    /^ \.[a-zA-Z]/ {
        section = $1
        if (NF >= 4 && $2 ~ /^0x/) { take(section, number($3), $4); section = "" }
        next
    }
    /^ +0x[0-9a-f]+ +0x[0-9a-f]+ +[^ ]/ && section != "" { take(section, number($2), $3); section = ""; next }
    /^[.*]/ { section = "" }
    END {
        print "Security in the firmware (octets)"
        split("dlms/security,meter/security,Mbed TLS", rooms, ",")
        for (i = 1; i <= 3; ++i) {
            printf "  %-34s %9d\n", rooms[i], flash[rooms[i]]
            total += flash[rooms[i]]; variables += ram[rooms[i]]
        }
        printf "  %-34s %9d\n", "FLASH", total
        printf "  %-34s %8.1f%%\n", "of the image", 100 * total / all_flash
        printf "  %-34s %9d\n", "variables (data, bss)", variables
    }' "$map"

# A class takes what the cross compiler says.
size_of() {
    printf '#include "%s"\nextern "C" { extern const unsigned size; const unsigned size = sizeof(%s); }\n' "$1" "$2" |
        arm-none-eabi-g++ -x c++ -std=c++20 -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -fno-exceptions \
            -fno-rtti -I. -isystem "$(dirname "$image")/../../target-headers" -S -o - - |
        awk '$1 == ".word" { print $2 }'
}
row() {
    printf '  %-34s %9d\n' "$1" "$2"
}
state=$(size_of meter/security/meter_security.hpp blathy::meter::security::MeterSecurity)
session=$(size_of meter/security/secured_association.hpp blathy::meter::security::SecuredAssociation)
row "state of the meter" "$state"
row "each session" "$session"
