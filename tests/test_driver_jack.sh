#!/bin/bash
# test_driver_jack.sh - mixd in a JACK graph: its ports, its sound, periods that change
set -u
cd "$(dirname "$0")/.." || exit
if [ -z "${JACKBOX_PID-}" ]; then
    # A server that does not wait loses sound when the machine is held up: once more, then.
    for world in 64 "1024 44100" "1024 async"; do
        for _ in 1 2 3 4 5; do
            # shellcheck disable=SC2086
            tests/jackbox.sh $world -- "$0"
            status=$?
            [ $status = 77 ] || break
        done
        [ $status = 0 ] || exit $status
    done
    exit 0
fi
. tests/withmixd.sh
rate=$(jack_samplerate)

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
await ctl_says 'primed=on' status # and the strip is on the desk
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
