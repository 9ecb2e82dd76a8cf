#!/bin/bash
# test_top.sh - the control surface in a terminal of tmux, against the daemon with its null driver
#
# Screens are compared by what they say; a condition is awaited until it holds, for WAIT_S at most.
set -u
cd "$(dirname "$0")/.." || exit
build=$(realpath "${BUILD:-build}")
command -v tmux >/dev/null && command -v sox >/dev/null || {
    echo "needs tmux and sox"
    exit 77
}
work=$(mktemp -d)
sock=$work/sock
failures=0 terminals=0
mixd=''
WAIT_S=20 POLL_S=0.02
export TMUX_TMPDIR=$work LC_ALL=C.UTF-8
unset TMUX NO_COLOR

tmux_() { tmux -L "top$terminals" -f /dev/null "$@" 2>>"$work/log"; }
mixctl() { "$build/mixctl" -s "$sock" "$@"; }
finish() {
    tmux_ kill-server
    [ -z "$mixd" ] || kill "$mixd" 2>/dev/null
    wait
    rm -rf "$work"
}
trap finish EXIT

start_mixd() { # session
    "$build/mixd" --driver null -s "$sock" --play "$1" 2>>"$work/log" &
    mixd=$!
    until mixctl status >/dev/null 2>&1; do
        kill -0 $mixd || { cat "$work/log"; exit 1; }
    done
}
fail() { # what, wanted, got
    printf '%s:\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}
is() { # what, wanted, got
    [ "$2" = "$3" ] || fail "$@"
}
screen() { tmux_ capture-pane -p "$@"; }
keys() { tmux_ send-keys "$@"; }
# Waits until a line of the screen matches; then all other patterns must too.
shows() { # what, pattern...
    local what=$1 pattern end=$((SECONDS + WAIT_S))
    shift
    for pattern; do
        until screen | grep -Eq -- "$pattern"; do
            if [ $SECONDS -ge $end ]; then
                fail "$what" "$pattern" "$(echo && screen)"
                break
            fi
            sleep $POLL_S
        done
    done
}
hides() { # what, pattern
    local end=$((SECONDS + WAIT_S))
    while screen | grep -Eq -- "$2"; do
        if [ $SECONDS -ge $end ]; then
            fail "$1" "no $2" "$(echo && screen)"
            break
        fi
        sleep $POLL_S
    done
}
value() { mixctl get "$1" | sed 's/^[^=]*=//'; }
becomes() { # what, address, wanted
    local end=$((SECONDS + WAIT_S))
    until [ "$(value "$2")" = "$3" ]; do
        if [ $SECONDS -ge $end ]; then
            fail "$1" "$2=$3" "$(value "$2")"
            break
        fi
        sleep $POLL_S
    done
}
# A shell in a new terminal that runs mixctl top.
open_top() { # columns, rows, [setting=value...]
    tmux_ kill-server
    terminals=$((terminals + 1))
    local size=(-x "$1" -y "$2")
    shift 2
    tmux_ new-session -d "${size[@]}" "env $* PS1= sh"
    keys "echo before; $build/mixctl -s $sock top; echo left=\$?" Enter
}

# A sine of -6 dBFS in the middle, which the pan law leaves alone; its RMS is 3.01 dB below.
sox -n -r 48000 -c 1 -b 24 "$work/sine.wav" synth 4 sine 480 gain -6
cat >"$work/small.session" <<END
add bus hall
add strip vox source=$work/sine.wav
add strip drums source=$work/sine.wav gain=-20dB
loop 0 4s
END
start_mixd "$work/small.session"

# What stands there.
open_top 80 24
shows "the desk" 'rolling +0:0[0-3]\.[0-9]{3} +loop 0s 4s +mixd +null +48000 Hz +period 256' \
    '^ OUT +4[0-9]\.[0-9]{2} █' '^ CAP +[0-9.]+ █' '^ LOAD +[0-9.]+ ' '^ BUF +[0-9.]+ ' \
    'BUF\.low [0-9.]+ +starved [0-9]+ xruns [0-9]+ xruns\.own [0-9]+ late 0 clips [0-9]+ nans 0' \
    'emptiest tracks' '(vox|drums) +[01]\.[0-9]{2} [█▏▎▍▌▋▊▉]' 'info: listening at' \
    '^>vox +\.\. +0\.0 [─┼]+█─* █+.* +-6\.0 +-9\.0 +[01]\.[0-9]{2}$' \
    '^ drums +\.\. +-20\.0 ' '^ bus/hall +\.\. +0\.0 ' '^ master +\.\. +0\.0 ' '\? help +3 of 3'
is "lines" 24 "$(screen | wc -l)"

# Keys move what is chosen, and what others move is seen.
keys Down
shows "the choice" '^>drums'
keys m
becomes "mute" strip/drums/mute on
shows "mute" '^>drums +M\.'
keys s
shows "solo" '^>drums +MS'
keys m s
becomes "no solo" strip/drums/solo off
shows "neither" '^>drums +\.\. '
keys + +
becomes "fader up" strip/drums/gain -18dB
keys -
becomes "fader down" strip/drums/gain -19dB
keys 0
becomes "unity" strip/drums/gain 0dB
shows "unity" '^>drums +\.\. +0\.0 '
mixctl set strip/drums/gain -inf >/dev/null
shows "a closed fader" '^>drums +\.\. +-inf █'
keys +
becomes "a closed fader moves up" strip/drums/gain -60dB
mixctl set strip/drums/gain -12dB >/dev/null
shows "another's hand" '^>drums +\.\. +-12\.0 '
keys End
shows "the last" '^>master'
keys -
becomes "master" master/gain -1dB
keys Up s
shows "a refusal" 'there is no bus/hall/solo'
keys Tab
shows "the master is next to the buses" '^>master'
keys Tab
shows "and then the strips again" '^>vox'
keys Tab
shows "the kind after strips" '^>bus/hall'
keys Home ' '
becomes "stop" transport/state stopped
shows "stop" '■ stopped'
keys r
becomes "back to the start" transport/position 0s
shows "back to the start" 'stopped +0:00\.000'
keys ' '
shows "play" '▶ rolling'
mixctl add strip late source="$work/sine.wav" gain=-3dB >/dev/null
shows "a new strip" '^ late +\.\. +-3\.0 ' '4 of 4'
mixctl remove strip/late >/dev/null
hides "a removed strip" '^ late'

# Help, filter.
keys '?'
shows "help" '^ up down' '^ OUT +thousands of frames' '^ q +leave'
keys x
hides "help" 'up down'
keys / DR
shows "what is typed" '^/DR_' '^ ?>?drums'
hides "filtered" '^[ >]vox'
keys Enter
shows "the filter stays" '1 of 3 match /DR'
keys +
becomes "keys obey the filter" strip/drums/gain -11dB
keys / '*a*l' Enter
shows "a glob" '^[ >]bus/hall' 'match /\*a\*l'
keys Escape
shows "all again" '3 of 3 strips' '^[ >]vox'

# A daemon that takes no commands holds nothing up: what it cannot take is refused, and said so.
keys Home
shows "the first" '^>vox'
kill -STOP "$mixd"
for i in $(seq 20); do
    keys -N 50 +
done
shows "a busy daemon" 'the daemon does not take commands now'
keys '?'
shows "help meanwhile" '^ up down'
keys x
kill -CONT "$mixd"
end=$((SECONDS + WAIT_S))
while [ "$(value strip/vox/gain)" = 0dB ] && [ $SECONDS -lt $end ]; do sleep $POLL_S; done
until [ "$(value strip/vox/gain)" = 0dB ] || [ $SECONDS -ge $end ]; do
    keys 0
    sleep $POLL_S
done
[ $SECONDS -lt $end ] || fail "keys afterwards" 0dB "$(value strip/vox/gain)"

# Sizes: whatever fits, and nothing is wider than the terminal.
tmux_ resize-window -x 130 -y 40
shows "wide" 'vox +\.\. .{90,}$'
tmux_ resize-window -x 50 -y 9
shows "small" '^.vox +\.\. +0\.0 █' '^ master'
hides "small" 'CAP'
tmux_ resize-window -x 3 -y 2
tmux_ resize-window -x 1 -y 1
tmux_ resize-window -x 80 -y 24
shows "as before" '^ CAP +[0-9.]+ █' '^[ >]master'

# Only what changed is sent: a choice that moves sends no label anew and never clears the screen.
keys ' '
shows "stopped" '■ stopped'
keys Home
shows "the first" '^>vox'
tmux_ pipe-pane "cat >$work/sent"
keys Down
shows "the second" '^>drums'
tmux_ pipe-pane
[ -s "$work/sent" ] || fail "what was sent" "something" "nothing"
grep -aqE $'\033\\[2?J|BUF\\.low|bus/hall|emptiest|starved' "$work/sent" &&
    fail "what was sent" "only changes" "$(cat -v "$work/sent")"

# The daemon goes, and comes back with another desk.
kill "$mixd"
wait "$mixd"
shows "no daemon" 'no daemon: trying again' '^ OUT +- ' '■ - +- '
for i in $(seq 200); do
    echo "add strip track-$i source=$work/sine.wav gain=-40dB"
done >"$work/big.session"
start_mixd "$work/big.session"
shows "another daemon" '^[ >]track-1 +\.\. +-40\.0 ' '200 of 200' '^ OUT +4[0-9]\.' '^ master'
hides "no daemon" 'no daemon'
hides "the old desk" 'vox|bus/hall'
keys End Up
shows "the end of 200" '^>track-200 ' '^ track-190 ' '^ master'
keys PageUp
shows "a page up" '^>track-18[0-9] '
keys / 'track-1?7' Enter Home
shows "a filter of 200" '^>track-107' '^ track-197' '10 of 200 match'
keys e
shows "the emptiest first" '^ emptiest first|^ track-1\?7 '
keys q
shows "the terminal as it was" '^before' '^left=0'
is "lines that were left" 0 "$(screen | grep -c track)"

# Without UTF-8 and without colours.
open_top 80 24 LC_ALL=C NO_COLOR=1
shows "ASCII" '^ OUT +4[0-9]\.[0-9]{2} #' '^>track-1 +\.\. +-40\.0 -*O-*\+-* [#|.]+ '
is "bytes beyond ASCII" 0 "$(screen | LC_ALL=C grep -c '[^ -~]')"
is "colours" 0 "$(screen -e | grep -cE $'\033\\[([0-9;]*;)?[349][0-7]m')"
keys C-c
shows "interrupted" '^left=0'
open_top 80 24
shows "in colour" '^>track-1 '
[ "$(screen -e | grep -cE $'\033\\[([0-9;]*;)?3[0-7]m')" -gt 0 ] || fail colours some none

# A terminal that can only print; nobody to look at; lines for a file.
open_top 80 24 TERM=dumb
shows "plain lines on a plain terminal" '^strip/track-200 ' '^master '
is "no daemon at all" 3 "$(mixctl -s "$work/nobody" top 2>/dev/null >&2; echo $?)"
mixctl top | awk 'NF == 0 { exit } { print }' >"$work/plain"
is "plain places" 201 "$(grep -cE '^(strip/track-[0-9]+|master) +[#.]+ +-?[0-9inf.]+ +-?[0-9inf.]+ ' "$work/plain")"
is "plain figures" 1 "$(grep -cE '^OUT +4[0-9]\.[0-9]{2} [#.]{7} CAP +[0-9.]+ [#.]{7} LOAD +[0-9.]+ [#.]{7} BUF +[0-9.]+ [#.]{7}$' "$work/plain")"
is "plain columns of the head" 79 "$(awk '{ n = length > n ? length : n } END { print n }' <(grep -v '^strip\|^master' "$work/plain"))"

[ "$failures" = 0 ] && echo "the desk shows what is and does as told"
exit $((failures > 0))
