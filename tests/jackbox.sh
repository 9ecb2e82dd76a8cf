#!/bin/bash
# jackbox.sh - run a command in a JACK world of its own
#
# jackbox.sh PERIOD [RATE] [async] -- COMMAND...
#
# Starts a jackd with the dummy driver (48000 Hz unless RATE says otherwise), waits until clients can
# join it, runs COMMAND and returns its status after ending everything that was started. The server
# is synchronous (-S): a period waits for a client that a busy machine holds up, up to 5 s. `async`:
# as people run it, which is JACK's default: a period goes on without the sound of who is late. As root the
# world has its own processes, network and /dev/shm, because a machine bears 8 JACK servers at most
# and one that was killed keeps its place for ever; without root it is only a server of its own name.
# Exit 77, and why, when there can be no JACK here.
#
# COMMAND sees:
#   JACK_DEFAULT_SERVER  the server's name, which JACK's clients use by themselves
#   JACKBOX_JACKD        the command that started the server; it runs in the foreground
#   JACKBOX_PID          its process, for who wants to kill it
#   JACKBOX_LOG          what it said
#   JACKBOX_MODE         sync or async
#
# COMMAND must not open two JACK clients at the same time, jack_lsp and jack_connect included: JACK
# 1.9.21 may hand a closing client's number to an opening one while a third still holds the old
# one's futex under it, and then wakes the wrong client for ever ("was not finished, state =
# Triggered" in the log). Wait until each says that it is there.
set -u

inside=
if [ "${1-}" = --inside ]; then
    inside=1
    shift
fi
period=${1-}
shift
rate=48000 JACKBOX_MODE=sync
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
    sync | async) JACKBOX_MODE=$1 ;;
    *) rate=$1 ;;
    esac
    shift
done
if [ "${1-}" != -- ] || [ $# -lt 2 ]; then
    echo "usage: jackbox.sh PERIOD [RATE] [async] -- COMMAND..." >&2
    exit 2
fi
shift

command -v jackd >/dev/null || {
    echo "no jackd here"
    exit 77
}
apart=(unshare --mount --net --pid --fork --kill-child)
if [ -z "$inside" ] && [ "$(id -u)" = 0 ] && "${apart[@]}" true 2>/dev/null; then
    exec "${apart[@]}" "$0" --inside "$period" "$rate" $JACKBOX_MODE -- "$@"
fi
if [ -n "$inside" ]; then
    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    mount -t proc proc /proc
    ip link set lo up
fi

box=$(mktemp -d)
export JACK_DEFAULT_SERVER=box$$ JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
export JACKBOX_LOG=$box/jackd.log JACKBOX_JACKD JACKBOX_PID JACKBOX_MODE
JACKBOX_PID='' command=''
finish() {
    # shellcheck disable=SC2086
    kill $command $JACKBOX_PID 2>/dev/null
    # shellcheck disable=SC2086
    wait $command $JACKBOX_PID 2>/dev/null
    rm -rf "$box"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# With real-time priority where the machine allows it, else without.
[ $JACKBOX_MODE = sync ] && mode='-S -t 5000' || mode=
for priority in -R -r; do
    JACKBOX_JACKD="jackd $priority $mode -n $JACK_DEFAULT_SERVER -d dummy -r $rate -p $period"
    $JACKBOX_JACKD >"$JACKBOX_LOG" 2>&1 </dev/null &
    JACKBOX_PID=$!
    while kill -0 "$JACKBOX_PID" 2>/dev/null; do
        if jack_lsp >/dev/null 2>&1; then
            "$@" &
            command=$!
            wait $command
            exit
        fi
        sleep 0.02
    done
done
cat "$JACKBOX_LOG"
echo "jackd cannot run here"
exit 77
