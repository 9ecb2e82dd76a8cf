#!/bin/bash
# test_jack_latency.sh - JACK is told how far our outputs lag behind our inputs
#
# What jack_lsp -l says of mixd:out_1 must be what the driver's capture ports say, plus the 63 frames
# of a limiter's look-ahead at 48 kHz once one is in the master, plus a quantum at a period that the
# quantum does not divide.
set -u
cd "$(dirname "$0")/.."
if [ "${1-}" != inside ]; then
    exec tests/jackbox.sh 64 -- "$0" inside
fi
work=$(mktemp -d)
mixctl="${BUILD:-build}/mixctl -s $work/socket"
fail() {
    echo "FAILED $*"
    exit 1
}
capture() { # port -> its capture latency, frames
    jack_lsp -l "$1" | sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p' | head -n 1
}
await() { # frames: what out_1 must lag behind capture_1
    local end=$((SECONDS + 20)) want
    while [ $SECONDS -lt $end ]; do
        want=$(($(capture system:capture_1) + $1))
        [ "$(capture mixd:out_1)" = "$want" ] && echo "ok     $2: $1 frames" && return
    done
    fail "$2: mixd:out_1 is at $(capture mixd:out_1) frames, not $want"
}

printf 'add input mic\nconnect system:capture_1 mixd:mic_1\n' >"$work/s.session"
"${BUILD:-build}/mixd" -q -s "$work/socket" "$work/s.session" &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null; rm -rf "$work"' EXIT
until $mixctl ports 2>/dev/null | grep -q 'to=mixd:mic_1 live=on'; do
    kill -0 $daemon || fail "mixd ended"
done

await 0 "an empty desk"
$mixctl insert master limiter >/dev/null || fail "insert"
await 63 "a limiter"
jack_bufsize 48 >/dev/null
await $((63 + 64)) "a limiter, and a period of 48 frames"
$mixctl remove master/limiter >/dev/null || fail "remove"
await 64 "a period of 48 frames"
$mixctl quit >/dev/null
wait $daemon || fail "mixd did not end well"
