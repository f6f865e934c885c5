#!/usr/bin/env bash
# Grows fuzz/corpus by the frames that the tests speak: every octet string of theirs becomes an input of every target
# that takes such, in the form that the target takes it (the first lines of its source), and what leads a target where
# its corpus did not is kept. With --learned, so is what the fuzzers found out on this machine (build/fuzz/corpus).
#   usage: scripts/grow_corpus.sh [--learned]
set -euo pipefail
cd "$(dirname "$0")/.."

learned=0
case ${1:-} in
    '') ;;
    --learned) learned=1 ;;
    *)
        sed -n '4s/^#   //p' "$0" >&2
        exit 2
        ;;
esac

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz

seeds=build/fuzz/seeds
rm -rf "$seeds"
perl - "$seeds" tests/*/*.cpp tests/support/*.hpp <<'PERL'
use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use File::Path qw(make_path);

my ($seeds, @sources) = @ARGV;
my $longest = 1024;
my %frames;
for my $source (@sources) {
    open(my $file, '<', $source) or die "$source: $!";
    my $text = join('', <$file>);
    while ($text =~ /\bhex\(\s*((?:"[^"]*"\s*)+)\)/g) {
        my $digits = $1;
        $digits =~ s/[\s"]//g;
        next if $digits !~ /^(?:[0-9A-Fa-f]{2})+$/;
        my $octets = pack('H*', $digits);
        $frames{$octets} = 1 if length($octets) <= $longest;
    }
}

sub keep {
    my ($target, $input) = @_;
    make_path("$seeds/$target");
    open(my $file, '>:raw', "$seeds/$target/" . sha1_hex($input)) or die $!;
    print $file $input;
}
sub short_piece { my $octets = substr($_[0], 0, 255); return pack('C', length($octets)) . $octets; }
sub long_piece { return pack('n', length($_[0])) . $_[0]; }
sub wrapped {
    my ($octets) = @_;
    return $octets if $octets =~ /^\x00\x01.{6}/s;
    return pack('nnnn', 1, 16, 1, length($octets)) . $octets;
}

# The public client's AARQ, which comes before what only an association makes sense of.
my $aarq = pack('H*', '601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0');
my $associated = wrapped($aarq);
my @all = keys %frames;
for my $frame (@all) {
    keep($_, $frame) for qw(acse apdu data value compact_array capture iec62056_21_meter iec62056_21_reader);
    keep('explain', chr($_) . $frame) for 0 .. 4;
    keep('security', chr($_) . $frame) for 0 .. 2;
    keep('text', chr($_) . $frame) for 0 .. 7;
    keep('hdlc_deframer', "\xFF" . $frame);
    # Who: nobody yet, the public and the management client, and the same with general blocks; PDU sizes of 64 and 1024.
    for my $who (0 .. 5) { keep('meter_session', chr($who) . $_ . long_piece($frame)) for "\x04", "\x06"; }
    keep('meter_secured', chr($_) . pack('n', 0x8000 | length($frame)) . $frame) for 0, 1;
    keep('meter_wrapper', "\x7F" . $_ . wrapped($frame)) for '', $associated;
    keep('meter_wrapper', "\x80" . short_piece($associated) . short_piece(wrapped($frame)));
    if ($frame =~ /^\x7E/) {
        keep('meter_hdlc', chr($_) . $frame) for 0, 7;
        keep('client_hdlc', chr(0x20 | $_) . $frame) for 0 .. 3;
    } else {
        # Connected, associated, and then the frame: what its check sequences are, the target knows.
        my $request = short_piece("\xE6\xE6\x00" . $frame);
        my $associate = short_piece("\xE6\xE6\x00" . $aarq);
        keep('meter_hdlc', "\x80\x02\x93\x00\x02\x10" . $associate . "\x02\x32" . $request);
        keep('hdlc_link', "\x93\x02\x00\x10\x02" . $request);
        keep('client_hdlc', chr($_) . "\x73\x00\x00\x30\x00" . short_piece("\xE6\xE7\x00" . $frame)) for 0, 5;
    }
    keep('client_pushes', "\x00" . short_piece(wrapped($frame)));
    keep('client_pushes', "\x01\x00" . short_piece("\xE6\xE7\x00" . $frame));
    # What is asked, within an association and before it.
    for my $question (0 .. 15) {
        keep('station_client', chr($question | $_) . short_piece($frame)) for 0, 0x40;
    }
    keep('station_client', "\x80" . short_piece($frame));
    keep('client_wrapper', chr($_) . wrapped($frame)) for 0, 0x40;
    keep('client_secured', chr($_) . chr(0x80 | (length($frame) & 0x7F)) . $frame) for 0 .. 15;
}
printf "%d frames of the tests\n", scalar @all;
PERL

for inputs in "$seeds"/*; do
    target=$(basename "$inputs")
    into=fuzz/corpus/$target
    [[ -x build/fuzz/targets/$target ]] || continue
    mkdir -p "$into"
    from=("$inputs")
    if ((learned)) && [[ -d build/fuzz/corpus/$target ]]; then from+=("build/fuzz/corpus/$target"); fi
    before=$(find "$into" -type f | wc -l)
    build/fuzz/targets/"$target" -merge=1 -max_len=1024 -timeout=10 "$into" "${from[@]}" >"build/fuzz/merge-$target.log" 2>&1
    printf '  %-20s %4d inputs, %4d of them new\n' "$target" "$(find "$into" -type f | wc -l)" \
        $(($(find "$into" -type f | wc -l) - before))
done
