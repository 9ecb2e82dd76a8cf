#!/bin/bash
# test_jack_latency.sh - JACK is told how far our outputs lag behind our inputs, and it is true
#
# What jack_lsp -l says of mixd's ports must be what the driver's ports say, plus the 63 frames of a
# limiter's look-ahead at 48 kHz once one is in the master, plus a quantum at a period that the
# quantum does not divide; and jack_iodelay must measure as much. The driver itself plays a period
# later in a server that is not synchronous.
set -u
cd "$(dirname "$0")/.."
if [ "${1-}" != inside ]; then
    tests/jackbox.sh 64 -- "$0" inside && exec tests/jackbox.sh 64 async -- "$0" inside
    exit
fi
work=$(mktemp -d)
mixctl="${BUILD:-build}/mixctl -s $work/socket"
fail() {
    echo "FAILED $JACKBOX_MODE: $*"
    exit 1
}
latency() { # port capture|playback -> frames
    jack_lsp -l "$1" | sed -n "s/.*$2 latency = \[ \([0-9]*\) .*/\1/p" | head -n 1
}
told() { # frames: what out_1 must lag behind capture_1, and playback_1 lag behind mic_1
    local out in
    out=$(($(latency mixd:out_1 capture) - $(latency system:capture_1 capture)))
    in=$(($(latency mixd:mic_1 playback) - $(latency system:playback_1 playback)))
    now="out_1 $out, mic_1 $in frames"
    [ $out = "$1" ] && [ $in = "$1" ]
}
# A loop from a client through another to itself takes a period, because someone has to be first.
measured() { # frames
    local period
    period=$(jack_bufsize)
    now=$(tail -n 4 "$work/iodelay" | sed -n 's/^ *\([0-9.]*\) frames.*/\1/p' | tail -n 1)
    awk -v now="${now:=0}" -v want=$((period + $1)) 'BEGIN { exit !(now > want - 1 && now < want + 1) }'
}
await() { # what frames of-what
    local end=$((SECONDS + 20))
    until "$1" "$2"; do
        [ $SECONDS -lt $end ] || fail "$3 is $1 as $now, not $2 frames"
        sleep 0.1
    done
    echo "ok     $JACKBOX_MODE, $3: $2 frames $1"
}
loop() { # frames of-what
    $mixctl connect jack_delay:out mixd:mic_1 >/dev/null || fail "connect"
    $mixctl connect mixd:out_1 jack_delay:in >/dev/null || fail "connect"
    await measured "$@"
    $mixctl disconnect jack_delay:out mixd:mic_1 >/dev/null
    $mixctl disconnect mixd:out_1 jack_delay:in >/dev/null
    until ! $mixctl ports | grep -q 'jack_delay.* live=on'; do :; done
}
both() { # frames of-what
    await told "$@"
    loop "$@"
}

cat >"$work/s.session" <<'END'
add input mic channels=1
connect system:capture_1 mixd:mic_1
connect mixd:out_1 system:playback_1
END
"${BUILD:-build}/mixd" -q -s "$work/socket" "$work/s.session" &
daemon=$!
trap 'kill $daemon 2>/dev/null; wait $daemon 2>/dev/null; rm -rf "$work"' EXIT
until $mixctl ports 2>/dev/null | grep -q 'to=mixd:mic_1 live=on'; do
    kill -0 $daemon || fail "mixd ended"
done
# It goes with the server, which is not told of a client that is killed, and may wait a minute for it.
stdbuf -oL jack_iodelay >"$work/iodelay" 2>&1 &
iodelay=$!
until [ "$($mixctl ports | grep -c jack_delay:)" = 2 ]; do
    kill -0 $iodelay || fail "no jack_iodelay"
done

[ $JACKBOX_MODE = sync ] && periods=1 || periods=2
[ "$(latency system:playback_1 playback)" = $((periods * 64)) ] ||
    fail "the driver plays after $(latency system:playback_1 playback) frames"
both 0 "an empty desk"
$mixctl insert master limiter >/dev/null || fail "insert"
both 63 "a limiter"
jack_bufsize 48 >/dev/null
both $((63 + 64)) "a limiter, and a period of 48 frames"
$mixctl remove master/limiter >/dev/null || fail "remove"
await told 64 "a period of 48 frames"
$mixctl quit >/dev/null
wait $daemon || fail "mixd did not end well"
