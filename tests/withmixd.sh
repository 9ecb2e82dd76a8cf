# withmixd.sh - for tests of a running mixd in a JACK world: source it
#
#     . tests/withmixd.sh
#     start SESSION [OPTION...]   mixd, guarded, until it answers; $mixd is its process
#     ctl WORD...                 a command; await ctl_says PATTERN WORD...
#     quit                        ends it, and fails unless it ended well
#
# $dir is a folder for the test's files; fail says what was said so far.
# Waiting ends when what is waited for happens, or when mixd ends; run.sh bounds it.

BUILD=${BUILD:-build}
dir=$(mktemp -d)
mixd=
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$dir"' EXIT

fail() {
    echo "FAILED: $*"
    echo "mixd said:"
    tail -n 20 "$dir/mixd.log" 2>/dev/null
    exit 1
}
await() { # command...
    until "$@" >/dev/null 2>&1; do
        kill -0 $mixd 2>/dev/null || fail "mixd ended before: $*"
        sleep 0.01
    done
}
ctl() {
    "$BUILD/mixctl" -s "$dir/socket" "$@"
}
ctl_says() { # pattern words...
    local pattern=$1
    shift
    ctl "$@" | grep -q -- "$pattern"
}
start() { # session options...
    local session=$1 guard=
    shift
    [ -e "$BUILD/rtguard.so" ] && ! grep -q __asan_init\\\|__tsan_init "$BUILD/mixd" &&
        guard="env LD_PRELOAD=$BUILD/rtguard.so"
    $guard "$BUILD/mixd" -s "$dir/socket" --driver jack "$@" "$session" >>"$dir/mixd.log" 2>&1 &
    mixd=$!
    await ctl status
}
quit() {
    ctl quit >/dev/null || fail "quit is refused"
    wait $mixd || fail "mixd ended with $?"
}
# Records ports into a file: begins in the first period in which it is connected. Two of them must
# not be started at once (jackbox.sh).
tap() { # file frames ports...
    : >"$dir/tap" # else what the last one said is there until the new one has begun to run
    "$BUILD/tests/jack_tap" -n tap -r "$1" -f "$2" "${@:3}" >"$dir/tap" 2>&1 &
    tap=$!
    await_tap began=
}
# The same, of what lasts: a server that does not wait loses sound when the machine is held up.
tap_whole() { # file frames ports...
    for _ in 1 2 3 4 5; do
        tap "$@"
        await_tap frames=
        ! grep -q gaps=0 "$dir/tap" || return
    done
    echo "five times in a row the server went on without its clients"
    exit 77
}
await_tap() { # pattern
    until grep -q "$1" "$dir/tap"; do
        kill -0 $tap 2>/dev/null || grep -q "$1" "$dir/tap" || fail "tap: $(cat "$dir/tap")"
        sleep 0.01
    done
}
# What is heard of FILE in RECORDING from its first sound on, apart from what HOW allows. Nothing is
# shown by a recording of which a server lost some that does not wait.
compare() { # file recording how
    if [ "$JACKBOX_MODE" = async ] && ! grep -q gaps=0 "$dir/tap"; then
        echo "the server went on without its clients: $(tail -n 1 "$dir/tap")"
        exit 77
    fi
    python3 - "$@" <<'END' || fail "$2 is not what was played"
import sys
sys.path.insert(0, "tests")
from wavs import onset, read
source, heard, how = read(sys.argv[1]), read(sys.argv[2]), sys.argv[3]
start = onset(heard.channels)
assert start is not None, "nothing but silence"
for c, (played, got) in enumerate(zip(source.channels, heard.channels)):
    got = got[start:]
    if how == "delayed":  # once, by a quantum of silence
        split = next(i for i in range(len(got)) if got[i] != played[i])
        assert not any(got[split:split + 64]), f"frame {split} is wrong"
        got = got[:split] + got[split + 64:]
    n = min(len(got), len(played))
    assert n > heard.rate // 5, f"only {n} frames"
    wrong = next((i for i in range(n) if got[i] != played[i]), None)
    assert wrong is None, f"channel {c + 1} differs from frame {wrong} on"
    if how == "whole":
        assert n == len(played), f"{n} frames of {len(played)}"
        assert not any(got[n:]), "sound after the end"
END
}

noise() { # file seconds
    sox -R -n -r "$rate" -c 2 -b 24 "$1" synth "$2" whitenoise whitenoise gain -6 || exit 1
}
