#!/bin/bash
# test_driver_jack_freewheel.sh - as fast as the machine can, there and back: no track loses a frame
#
# Nobody may come or go meanwhile, jack_freewheel included: JACK 1.9.21 hangs when a client closes
# while it freewheels. Now and then jackd aborts when freewheeling ends, whoever its clients are: then
# nothing is shown.
set -u
cd "$(dirname "$0")/.." || exit
if [ -z "${JACKBOX_PID-}" ]; then
    tests/jackbox.sh 64 -- "$0" && exec tests/jackbox.sh 64 async -- "$0"
    exit
fi
. tests/withmixd.sh
rate=$(jack_samplerate)
noise "$dir/long.wav" 20
echo "add strip noise source=$dir/long.wav" >"$dir/session"
start "$dir/session"
await ctl_says driver=jack status
tap "$dir/heard.wav" $((200 * rate)) mixd:out_1
ctl play >/dev/null
turned() { # on or off, unless the server is no more
    ctl_says "freewheel=$1 " status || ! kill -0 "$JACKBOX_PID" 2>/dev/null
}
for _ in 1 2; do
    "$BUILD/tests/jack_mover" -n wheel freewheel >/dev/null &
    wheel=$!
    await turned on
    kill -TERM $wheel
    await turned off
    if ! kill -0 "$JACKBOX_PID" 2>/dev/null; then
        await ctl_says driver=lost status # but we are there
        echo "jackd aborted"
        exit 77
    fi
    wait $wheel || fail "wheel ended with $?"
done
ctl_says ' starved=0 ' stats || fail "starved: $(ctl stats)"
kill -TERM $tap
await_tap frames=
compare "$dir/long.wav" "$dir/heard.wav" exact
quit
