#!/bin/bash
# test_driver_jack_freewheel.sh - as fast as the machine can, there and back: no track loses a frame
#
# Nobody may come or go meanwhile, jack_freewheel included: JACK 1.9.21 hangs when a client closes
# while it freewheels. Now and then jackd aborts when freewheeling ends, whoever its clients are: then
# nothing is shown.
set -u
cd "$(dirname "$0")/.." || exit
if [ -z "${JACKBOX_PID-}" ]; then
    tests/jackbox.sh 64 -- "$0" || exit
    for _ in 1 2 3 4 5; do # until the machine leaves it alone
        tests/jackbox.sh 64 async -- "$0"
        status=$?
        [ $status = 77 ] || break
    done
    exit "$status"
fi
. tests/withmixd.sh
rate=$(jack_samplerate)
noise "$dir/long.wav" 20
echo "add strip noise source=$dir/long.wav" >"$dir/session"
start "$dir/session"
await ctl_says driver=jack status
tap "$dir/heard.wav" $((200 * rate)) mixd:out_1
ctl play >/dev/null
aborted() {
    ! kill -0 "$JACKBOX_PID" 2>/dev/null
}
turned() { # on or off
    ctl_says "freewheel=$1 " status || aborted
}
at() {
    ctl status | sed -n 's/.* position.frames=\([0-9]*\).*/\1/p'
}
is_past() { # frame
    [ "$(at)" -gt "$1" ] || aborted
}
for _ in 1 2; do
    "$BUILD/tests/jack_mover" -n wheel freewheel >/dev/null &
    wheel=$!
    await turned on
    await is_past $(($(at) + rate))
    kill -TERM $wheel
    await turned off
    if aborted; then
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
