#!/bin/bash
# test_render.sh - one session gives the same bits at every period, with every effect there is
#
# The law of the quantum: periods of any length, powers of two or not, cut the same quanta. Checked
# for quanta of 16, 64 and 256 frames with a session that holds every effect of the catalogue (as
# the daemon's own `help insert` lists them), sends, buses, pans, offsets and files of other rates.
set -u
cd "$(dirname "$0")/.."
mixd=${BUILD:-build}/mixd mixctl=${BUILD:-build}/mixctl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "FAILED $*"
    exit 1
}

sox -R -n -r 48000 -b 24 "$work/a.wav" synth 2 pinknoise vol 0.5 || fail "sox"
sox -R -n -r 44100 -c 2 "$work/b.flac" synth 1.5 pluck G3 pluck D4 || fail "sox"
sox -R -n -r 96000 -c 2 "$work/c.wav" synth 1 sine 997 sine 1003 vol 0.4 || fail "sox"
sox -R -n -r 44100 -c 2 "$work/ir.wav" synth 0.7 whitenoise fade l 0 0.7 0.7 vol 0.3 || fail "sox"

# The kinds, from a daemon that knows them.
"$mixd" -q --driver null -s "$work/socket" &
daemon=$!
until [ -S "$work/socket" ]; do kill -0 $daemon || fail "mixd ended"; done
kinds=$("$mixctl" -s "$work/socket" help insert | sed -n 's/.*kind=\([a-z]*\).*/\1/p')
"$mixctl" -s "$work/socket" quit >/dev/null
wait $daemon || fail "mixd did not end well"
[ "$(echo "$kinds" | wc -w)" -ge 5 ] || fail "too few effects: $kinds"

{
    echo "add bus all gain=-2dB"
    echo "add bus second out=bus/all"
    for kind in $kinds; do
        case $kind in
        reverb) echo "insert bus/all $kind ir=ir.wav predelay=7ms wet=-6dB dry=0dB" ;;
        *) echo "insert bus/all $kind" ;;
        esac
        [ "$kind" = reverb ] || echo "insert master $kind as last-$kind"
    done
    echo "set bus/all/eq/low.gain 6dB"
    echo "set bus/all/eq/hp.freq 90Hz"
    echo "set bus/all/compressor/threshold -30dB"
    echo "add strip a source=a.wav gain=-3.7dB pan=L33 send/all=-6dB"
    echo "add strip b source=b.flac gain=-1dB pan=R20 offset=12345f send/second=-9dB send/second/pre=on"
    echo "add strip c source=c.wav trim=-7dB polarity=on quality=best out=bus/second"
} >"$work/s.session"

render() { # quantum, period -> file
    "$mixd" -q render "$work/s.session" -o "$work/q$1-p$2.wav" --quantum "$1" --period "$2" \
        --tail 1s || fail "render --quantum $1 --period $2"
}
random=$((RANDOM % 5000 + 1)) other=$((RANDOM % 200 + 1))
for quantum in 16 64 256; do
    render $quantum 1024
    for period in 16 48 64 100 441 1000 4096 $random $other; do
        render $quantum "$period"
        cmp "$work/q$quantum-p1024.wav" "$work/q$quantum-p$period.wav" ||
            fail "quantum $quantum: period $period gives other bits than 1024"
        rm "$work/q$quantum-p$period.wav"
    done
    echo "ok     quantum $quantum, periods 16 48 64 100 441 1000 1024 4096 $random $other"
done
peak=$(sox "$work/q64-p1024.wav" -n stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
awk "BEGIN { exit !($peak > 0.05) }" || fail "the render is silent: peak $peak"
