#!/bin/bash
# test_driver_jack.sh - mixd in a JACK graph: its ports, its sound, periods that change, freewheeling
set -u
cd "$(dirname "$0")/.." || exit
if [ -z "${JACKBOX_PID-}" ]; then
    for world in 64 "1024 44100"; do
        # shellcheck disable=SC2086
        tests/jackbox.sh $world -- "$0" || exit
    done
    exit 0
fi
. tests/withmixd.sh
rate=$(jack_samplerate)

# What is heard of FILE in RECORDING from its first sound on, apart from what HOW allows.
compare() { # file recording how
    python3 - "$@" <<'END' || fail "$2 is not what was played"
import sys
sys.path.insert(0, "tests")
from wavs import onset, read
source, heard, how = read(sys.argv[1]), read(sys.argv[2]), sys.argv[3]
start = onset(heard.channels)
assert start is not None, "nothing but silence"
for c, (played, got) in enumerate(zip(source.channels, heard.channels)):
    got = got[start:]
    if how == "delayed":  # once, by a quantum of silence
        split = next(i for i in range(len(got)) if got[i] != played[i])
        assert not any(got[split:split + 64]), f"frame {split} is wrong"
        got = got[:split] + got[split + 64:]
    n = min(len(got), len(played))
    assert n > heard.rate // 5, f"only {n} frames"
    wrong = next((i for i in range(n) if got[i] != played[i]), None)
    assert wrong is None, f"channel {c + 1} differs from frame {wrong} on"
    if how == "whole":
        assert n == len(played), f"{n} frames of {len(played)}"
        assert not any(got[n:]), "sound after the end"
END
}

noise() { # file seconds
    sox -R -n -r "$rate" -c 2 -b 24 "$1" synth "$2" whitenoise whitenoise gain -6 || exit 1
}
noise "$dir/short.wav" 0.5
noise "$dir/long.wav" 20
sox "$dir/long.wav" "$dir/live.wav" trim 0 0.5 || exit 1
echo "add strip noise source=$dir/short.wav" >"$dir/short.session"
echo "add strip noise source=$dir/long.wav" >"$dir/long.session"

# The ports are there before anything plays, and connected to nothing.
start "$dir/short.session"
await ctl_says driver=jack status
ports=$(jack_lsp -cp)
grep -A1 -x mixd:out_1 <<<"$ports" | grep -q 'properties: output,$' || fail "ports: $ports"
grep -q -x mixd:out_2 <<<"$ports" || fail "ports: $ports"
! grep -q '^   [^ ]' <<<"$ports" || fail "connected before anybody asked: $ports"
properties=$(jack_property -l)
grep -q 'pretty-name value: Master 1 ' <<<"$properties" || fail "properties: $properties"
grep -q 'order value: 1 ' <<<"$properties" || fail "properties: $properties"

# A file, whole, bit for bit, and the ports while it plays and when it has ended.
tap "$dir/heard.wav" $rate mixd:out_1 mixd:out_2
ctl play >/dev/null || fail "play is refused"
ports=$(jack_lsp)
await_tap frames=
compare "$dir/short.wav" "$dir/heard.wav" whole
grep -q -x mixd:out_1 <<<"$ports" || fail "no ports while it plays: $ports"
ctl stop >/dev/null
jack_lsp | grep -q -x mixd:out_1 || fail "no ports when it has ended"

# A live input, claimed while running.
ctl add input mic channels=2 >/dev/null || fail "add input is refused"
await ctl_says 'mixd:mic_2 .*input own=on' ports
jack_lsp | grep -q -x mixd:mic_2 || fail "JACK does not see the input"
tap "$dir/heard.wav" $((60 * rate)) mixd:out_1 mixd:out_2
"$BUILD/tests/jack_tap" -n player -p "$dir/live.wav" mixd:mic_1 mixd:mic_2 || fail "no player"
kill -TERM $tap
await_tap frames=
compare "$dir/live.wav" "$dir/heard.wav" whole
ctl remove input/mic >/dev/null || fail "remove is refused"
gone() { ! ctl_says mixd:mic ports; }
await gone

# Connections by name.
ctl connect mixd:out_1 system:playback_2 >/dev/null || fail "connect is refused"
ctl_says same=1 connect mixd:out_1 system:playback_2 || fail "connected twice"
jack_lsp -c mixd:out_1 | grep -q system:playback_2 || fail "not connected"
ctl_says 'from=mixd:out_1 to=system:playback_2 live=on' ports || fail "not told"
ctl disconnect mixd:out_1 system:playback_2 >/dev/null || fail "disconnect is refused"
! jack_lsp -c mixd:out_1 | grep -q system:playback_2 || fail "still connected"
! ctl connect mixd:out_1 system:capture_1 2>"$dir/refused" || fail "two outputs connected"
! ctl_says system:capture_1.*live ports || fail "remembers what cannot be"
quit
! jack_lsp | grep -q mixd || fail "it left its client behind"

# Periods change under way: those that are no multiple of the quantum cost 64 frames, once.
start "$dir/long.session"
await ctl_says driver=jack status
tap "$dir/heard.wav" $((60 * rate)) mixd:out_1 mixd:out_2
ctl play >/dev/null
for period in 1024 256 48 441 64 512; do
    jack_bufsize $period >/dev/null
    await ctl_says "period=$period " status
    [ $period = 256 ] && latency=0 || latency=64
    [ $period = 1024 ] || ctl_says "latency=$latency " status || fail "latency at $period"
done
jack_lsp -l mixd:out_1 | grep -q 'port capture latency = \[ 64 64 \]' || fail "untold latency"
kill -TERM $tap
await_tap frames=
compare "$dir/long.wav" "$dir/heard.wav" delayed
ctl_says ' starved=0 ' stats || fail "starved while periods changed"
quit

# As fast as the machine can, there and back: no track loses a frame. Nobody else may come or go
# meanwhile: JACK 1.9.21 hangs when a client closes while it freewheels.
start "$dir/long.session"
await ctl_says driver=jack status
tap "$dir/heard.wav" $((200 * rate)) mixd:out_1
ctl play >/dev/null
for turn in y n y n; do
    jack_freewheel $turn >/dev/null
    [ $turn = y ] && is=on || is=off
    await ctl_says freewheel=$is status
done
ctl_says ' starved=0 ' stats || fail "starved: $(ctl stats)"
kill -TERM $tap
await_tap frames=
compare "$dir/long.wav" "$dir/heard.wav" exact
quit
