#!/bin/bash
# jackbox.sh - run a command in a JACK world of its own
#
# jackbox.sh PERIOD [RATE] [async] -- COMMAND...
#
# Starts a jackd with the dummy driver (48000 Hz unless RATE says otherwise), waits until clients can
# join it, runs COMMAND and returns its status after ending everything that was started. The server
# is synchronous (-S): a period waits for a client that a busy machine holds up, up to 5 s. `async`:
# as people run it, which is JACK's default: a period goes on without the sound of who is late.
#
# As root the world has its own processes, network and /dev/shm. Where that cannot be had, it is a
# server with a name that no other test uses at the time. A machine bears 8 JACK servers at most, of
# all users, and one that was killed keeps its place until one of the same name and user begins; so
# the names are few and are used again, and at the end the place is free.
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
# Tried whole: in a chroot mounting may be refused, and processes of their own with everybody's
# /dev/shm would be worse than nothing, since JACK tells by its number whether a server lives.
apart=(unshare --mount --net --pid --fork --kill-child)
furnish='mount -t tmpfs -o mode=1777 tmpfs /dev/shm && mount -t proc proc /proc && ip link set lo up'
if [ "$inside" ]; then
    eval "$furnish" || exit
elif [ "$(id -u)" = 0 ] && "${apart[@]}" sh -c "$furnish" 2>/dev/null; then
    exec "${apart[@]}" "$0" --inside "$period" "$rate" "$JACKBOX_MODE" -- "$@"
fi

[ -w /dev/shm ] || {
    echo "no /dev/shm for JACK here"
    exit 77
}

box=$(mktemp -d)
export JACK_DEFAULT_SERVER='' JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
export JACKBOX_LOG=$box/jackd.log JACKBOX_JACKD='' JACKBOX_PID='' JACKBOX_MODE
command='' user=$(id -u)

# What a killed server leaves goes with the next of its name, if that ends as it should.
# shellcheck disable=SC2317
finish() {
    # shellcheck disable=SC2086
    kill $command $JACKBOX_PID 2>/dev/null
    # shellcheck disable=SC2086
    wait $command $JACKBOX_PID 2>/dev/null
    # Clients that were to live as long as the server; before, it would have waited for them.
    [ -z "$command" ] || kill -KILL -- "-$command" 2>/dev/null
    for _ in 1 2 3; do
        grep -aqsF "jack-$user:$JACK_DEFAULT_SERVER:" /dev/shm/jack-shm-registry || break
        serve && kill "$JACKBOX_PID"
        wait "$JACKBOX_PID"
    done
    rm -rf "$box" "/dev/shm/jack_sem.${user}_${JACK_DEFAULT_SERVER}_"* \
        "/dev/shm/jack_${JACK_DEFAULT_SERVER}_${user}_"*
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# Takes a name for as long as this process lives. The locks lie where JACK's registry does.
take() { # name
    exec {lock}>"/dev/shm/$1-$user.lock" || exit
    flock --nonblock "$lock" && JACK_DEFAULT_SERVER=$1
}
drop() {
    exec {lock}>&-
    JACK_DEFAULT_SERVER=''
}
# Starts JACKBOX_JACKD and waits until clients can join it; fails if it ends instead.
serve() {
    $JACKBOX_JACKD >"$JACKBOX_LOG" 2>&1 </dev/null {lock}>&- &
    JACKBOX_PID=$!
    until jack_lsp >/dev/null 2>&1; do
        kill -0 "$JACKBOX_PID" 2>/dev/null || return
        sleep 0.02
    done
}
# With real-time priority where the machine allows it, else without. It ends with who started it.
[ "$JACKBOX_MODE" = sync ] && mode='-S -t 5000' || mode=
serve_somehow() {
    local priority
    for priority in -R -r; do
        JACKBOX_JACKD="setpriv --pdeathsig TERM jackd $priority $mode -n $JACK_DEFAULT_SERVER"
        JACKBOX_JACKD+=" -d dummy -r $rate -p $period"
        serve && return
    done
    return 1
}

while true; do
    for name in mixd-test-{1..4}; do
        if take "$name" && serve_somehow; then
            set -m # so that all of it has one number, when it is to end
            "$@" </dev/null {lock}>&- &
            command=$!
            set +m
            wait $command
            exit
        fi
        # Else another process bears the number of the server that was killed under this name.
        [ -z "$JACK_DEFAULT_SERVER" ] || grep -q 'server already active' "$JACKBOX_LOG" || break 2
        drop
    done
    sleep 0.2
done
cat "$JACKBOX_LOG"
grep -q 'oo many servers' "$JACKBOX_LOG" &&
    echo "killed servers keep their places: if none runs, remove /dev/shm/jack-shm-registry"
echo "jackd cannot run here"
exit 77
