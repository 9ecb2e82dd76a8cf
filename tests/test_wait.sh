#!/bin/bash
# test_wait.sh - mixctl waits for states of the daemon with its null driver, and no longer than told
set -u
cd "$(dirname "$0")/.." || exit
build=${BUILD:-build}
command -v sox >/dev/null || { echo "needs sox"; exit 77; }
work=$(mktemp -d)
sock=$work/sock
failures=0
mixctl() { "$build/mixctl" -s "$sock" "$@"; }
fail() { # what, wanted, got
    printf '%s:\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}
is() { # what, wanted, got
    [ "$2" = "$3" ] || fail "$@"
}
exits() { # wanted, complaint, command...
    local want=$1 complaint=$2 got
    shift 2
    "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    is "exit status of $*" "$want" "$got"
    is "complaint of $*" "$complaint" "$(cat "$work/err")"
    is "output of $*" "" "$(cat "$work/out")"
}

# A tone of two seconds, then nothing.
sox -n -r 48000 -c 1 "$work/tone.wav" synth 2 sine 480 gain -6
echo "add strip tone source=$work/tone.wav" >"$work/session"
"$build/mixd" --driver null -s "$sock" "$work/session" 2>"$work/log" &
mixd=$!
trap 'kill $mixd 2>/dev/null; wait; rm -rf "$work"' EXIT
until mixctl status >/dev/null 2>&1; do
    kill -0 $mixd || { cat "$work/log"; exit 1; }
done

usage='mixctl: wait playing|stopped|primed|silence [--timeout TIME], such as 2.5s'
exits 2 "$usage" mixctl wait
exits 2 "$usage" mixctl wait tea
exits 2 "$usage" mixctl wait playing --timeout
exits 2 "$usage" mixctl wait playing --timeout soon
exits 2 "$usage" mixctl wait playing --timeout 1s more
exits 3 "mixctl: no daemon at $work/nobody: No such file or directory" \
    "$build/mixctl" -s "$work/nobody" wait playing

exits 0 "" mixctl wait primed
is "primed" 1 "$(mixctl status | grep -c primed=on)"
exits 0 "" mixctl wait stopped
exits 0 "" mixctl wait silence --timeout 20s
exits 1 "mixctl: no playing after 100ms" mixctl wait playing --timeout 100ms

# Who waits first hears of it; a tone that sounds is no silence until it ends.
mixctl wait playing --timeout 20s &
waiter=$!
mixctl play >/dev/null
wait $waiter
is "status of a wait that was met" 0 $?
exits 1 "mixctl: no silence after 500ms" mixctl wait silence --timeout 500ms
exits 0 "" mixctl wait silence --timeout 20s
is "position after the tone" 1 "$(mixctl get transport/state | grep -c rolling)"
is "frames that sounded" "$((2 * 48000))" \
    "$(mixctl stats | sed -n 's|^strip/tone .* played=\([0-9]*\).*|\1|p')"

mixctl stop >/dev/null
exits 0 "" mixctl wait stopped
mixctl wait playing 2>"$work/err" &
waiter=$!
until mixctl status | grep -q clients=2; do # the waiter and this question
    kill -0 $waiter || break
done
mixctl quit >/dev/null
wait $waiter
is "status when the daemon goes" 3 $?
is "complaint when the daemon goes" 'mixctl: the daemon has gone' "$(cat "$work/err")"

[ "$failures" = 0 ] && echo "mixctl waits"
exit $((failures > 0))
