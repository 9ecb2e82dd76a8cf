#!/bin/bash
# test_jackbox.sh - JACK worlds stand apart, and jack_tap plays and records bit for bit
set -u
cd "$(dirname "$0")/.." || exit
BUILD=${BUILD:-build}

# In a world of its own each; a world inside it sees nothing of it.
if [ -z "${JACKBOX_PID-}" ]; then
    for world in 64 "1024 44100"; do
        # shellcheck disable=SC2086
        tests/jackbox.sh $world -- "$0" || exit
    done
    tests/jackbox.sh 64 -- sh -c 'exit 3'
    [ $? = 3 ] || { echo "the command's status is lost"; exit 1; }
    # The driver of a server that does not wait plays what was made in the period before.
    for world in "sync 64" "async 128"; do
        # shellcheck disable=SC2086
        set -- $world
        tests/jackbox.sh 64 $1 -- jack_lsp -l system:playback_1 |
            grep -q "playback latency = \[ $2 $2 \]" || { echo "not $1"; exit 1; }
    done
    exec tests/jackbox.sh 64 -- "$0" killed
fi

rate=$(jack_samplerate)
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$dir"' EXIT
fail() {
    echo "at $rate Hz: $*"
    exit 1
}

# Who cannot have a world of their own: a killed server keeps no place, of which there are 8.
if [ "${1-}" = killed ]; then
    chmod 755 "$dir" && cp tests/jackbox.sh "$dir" || exit
    user=$(id -u) plain=
    [ "$user" = 0 ] && user=65534 plain="setpriv --reuid=65534 --regid=65534 --clear-groups"
    for _ in {1..9}; do
        # shellcheck disable=SC2016
        name=$($plain "$dir/jackbox.sh" 64 -- sh -c 'echo $JACK_DEFAULT_SERVER
            kill -KILL $JACKBOX_PID' 2>"$dir/said") || fail "no server: $name $(cat "$dir/said")"
        ! grep -aqF "jack-$user:$name:" /dev/shm/jack-shm-registry || fail "$name keeps its place"
    done
    exit 0
fi
# What a program says is written at once; so this ends when it does, or with the program.
await() { # pattern file pid
    until grep -q "$1" "$2" 2>/dev/null; do
        kill -0 "$3" 2>/dev/null || grep -q "$1" "$2" || fail "ended without saying $1: $(cat "$2")"
        sleep 0.01
    done
}

# Half a second of two different noises, in steps of 2^-23, which a float holds exactly.
sox -R -n -r "$rate" -c 2 -b 24 "$dir/in.wav" synth 0.5 whitenoise whitenoise gain -6 || exit 1
frames=$((rate / 2))

"$BUILD/tests/jack_tap" -n recorder -r "$dir/out.wav" -f $((3 * rate)) - - >"$dir/recorder" 2>&1 &
recorder=$!
await ready "$dir/recorder" $recorder
"$BUILD/tests/jack_tap" -n player -p "$dir/in.wav" >"$dir/player" 2>&1 &
player=$!
await ready "$dir/player" $player
ports=$(jack_lsp -c)
[ "$(grep -cE '^(player:out|recorder:in)_[12]$' <<<"$ports")" = 4 ] || fail "not seen: $ports"
[ "$(grep -c '^   ' <<<"$ports")" = 0 ] || fail "connected before anybody asked: $ports"
inner=$(tests/jackbox.sh 256 -- jack_lsp) || fail "no world inside this one: $inner"
grep -q system:capture_1 <<<"$inner" || fail "an empty world: $inner"
! grep -q player <<<"$inner" || fail "not apart: $inner"

# Crosswise, so that channels cannot be confused; the recorder begins first.
jack_connect player:out_1 recorder:in_2
! grep -q began "$dir/recorder" || fail "began with a port still unconnected"
jack_connect system:capture_1 recorder:in_1
await began= "$dir/recorder" $recorder
jack_disconnect system:capture_1 recorder:in_1
jack_connect player:out_2 recorder:in_1
await frames= "$dir/player" $player
kill -TERM $recorder # enough
wait $recorder || fail "the recorder failed: $(cat "$dir/recorder")"
wait $player || fail "the player failed: $(cat "$dir/player")"
grep -q "^frames=$frames " "$dir/player" || fail "the player said: $(cat "$dir/player")"

python3 - "$dir/in.wav" "$dir/out.wav" "$frames" <<'END' || fail "$(cat "$dir/recorder")"
import sys
sys.path.insert(0, "tests")
from wavs import read
played, heard, frames = read(sys.argv[1]), read(sys.argv[2]), int(sys.argv[3])
left, right = heard.channels[1], heard.channels[0]
start = next(i for i, x in enumerate(left) if x)
assert heard.rate == played.rate and len(played.channels[0]) == frames
assert left[start:start + frames] == played.channels[0], "channel 1 differs"
assert right[start:start + frames] == played.channels[1], "channel 2 differs"
assert not any(left[start + frames:]) and not any(right[:start]), "not silent around it"
END
