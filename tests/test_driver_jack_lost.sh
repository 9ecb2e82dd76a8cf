#!/bin/bash
# test_driver_jack_lost.sh - a JACK server that is late, dies, ends, hangs, or comes back changed
set -u
cd "$(dirname "$0")/.." || exit
[ -n "${JACKBOX_PID-}" ] || exec tests/jackbox.sh 256 async -- "$0"
. tests/withmixd.sh
rate=48000

# Two noises, so that any stretch of them says where it is from.
sox -R -n -r $rate -c 2 -b 24 "$dir/long.wav" synth 60 whitenoise whitenoise gain -6 || exit 1
cat >"$dir/session" <<END
add strip noise source=$dir/long.wav
add input mic channels=2
connect mixd:out_1 system:playback_2
connect mixd:out_2 tap:in_9
END

server=$JACKBOX_PID
# Only mixd's own word says when it has joined: no other client may be there while it does.
serve() { # options that replace the usual ones
    $JACKBOX_JACKD "$@" >"$dir/jackd.log" 2>&1 </dev/null &
    server=$!
    await ctl_says driver=jack status
}
lose() { # signal
    kill "-$1" "$server"
    wait "$server" 2>/dev/null
    await ctl_says driver=lost status
}
position() {
    ctl get transport/position | sed -n 's/.*position=//p'
}
# But for those to a tap: it has gone, and whether mixd takes that for the server's doing is chance.
wires() { # on or off
    ctl ports | grep -v 'to=tap:in_[12] ' | grep -c "from=.* live=$1"
}
wired() { # how many
    [ "$(wires on)" = "$1" ]
}

# Not there yet: it runs, obeys, and remembers.
kill -KILL "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.01; done
start "$dir/session" -v
ctl_says driver=lost status || fail "no server, and not lost: $(ctl status)"
ctl set strip/noise/gain -6dB >/dev/null || fail "set is refused"
await ctl_says '=-6dB' get strip/noise/gain
ctl set strip/noise/gain 0dB >/dev/null
[ "$(wires off)" = 2 ] || fail "forgot what the session connects: $(ctl ports)"

# There: its ports and what the session connects; what others connect is remembered too.
serve
await wired 1
jack_lsp | grep -q -x mixd:mic_2 || fail "no ports"
jack_connect mixd:out_2 system:playback_1 || exit 1
jack_connect system:capture_1 mixd:mic_2 || exit 1
await wired 3

# Killed, and ended in order: the same place on the timeline, ports and connections.
ctl play >/dev/null
for signal in KILL TERM KILL; do
    before=$(position)
    lose $signal
    at=$(position)
    [ "$(wires off)" = 4 ] || fail "after $signal: $(ctl ports)"
    [ "$at" = "$(position)" ] || fail "the timeline moves without a server"
    serve
    await wired 3
    tap_whole "$dir/heard.wav" 9600 mixd:out_1 mixd:out_2
    case $(position) in *:*)
        echo "so slow a machine that the file, of a minute, has ended"
        exit 77 ;;
    esac
    python3 - "$before" "$at" "$dir" <<'END' || fail "after $signal it plays something else"
import sys
sys.path.insert(0, "tests")
from wavs import read
def frames(text):
    seconds = 0.0
    if text.endswith("f"):
        return int(text[:-1])
    for part in text.removesuffix("ms").removesuffix("s").split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds * 48000 / (1000 if text.endswith("ms") else 1))
before, at, dir = frames(sys.argv[1]), frames(sys.argv[2]), sys.argv[3]
source, heard = read(dir + "/long.wav").channels, read(dir + "/heard.wav").channels
where = source[0].tobytes().find(heard[0][:64].tobytes()) // 4
assert where >= 0, "not from the file"
for c in 0, 1:
    assert source[c][where:where + 9600] == heard[c], f"channel {c + 1} is torn"
assert before <= at <= where, f"{before}, {at}, {where}"
assert where - at < 48000 * 20, "it went on without a server"
END
done
ctl_says reconnects=3 status || fail "$(ctl status)"

# A port that comes late is connected when it comes; `gone` is not mistaken for `taken apart`.
"$BUILD/tests/jack_tap" -n tap -r "$dir/nine.wav" -f 4800 - - - - - - - - - >"$dir/tap" 2>&1 &
tap=$!
await_tap ready
await wired 4
jack_lsp -c tap:in_9 | grep -q mixd:out_2 || fail "tap:in_9 is not connected"
jack_disconnect mixd:out_2 tap:in_9 || exit 1
await wired 3
kill -TERM $tap
wait $tap

# It hangs: we are still there, and lose nothing when it goes on.
lose KILL
$JACKBOX_JACKD >"$dir/jackd.log" 2>&1 </dev/null &
server=$!
kill -STOP $server
ctl status >/dev/null || fail "a server that hangs silences us"
kill -CONT $server
await ctl_says driver=jack status
await wired 3

# Another rate: the session is built anew.
lose KILL
serve -r 44100
ctl_says 'rate=44100 ' status || fail "another rate: $(ctl status)"
await wired 3

# The name is taken by someone else: we wait for it.
lose KILL
kill -STOP $mixd
$JACKBOX_JACKD >"$dir/jackd.log" 2>&1 </dev/null &
server=$!
until jack_lsp >/dev/null 2>&1; do sleep 0.01; done
"$BUILD/tests/jack_tap" -n mixd -r "$dir/nine.wav" -f 4800 - >"$dir/tap" 2>&1 &
tap=$!
await_tap ready
kill -CONT $mixd
await grep -q 'another client may have our name' "$dir/mixd.log"
ctl_says driver=lost status || fail "joined under a name that is taken"
kill -TERM $tap
wait $tap
await ctl_says driver=jack status
quit
! jack_lsp | grep -q mixd || fail "it left its client behind"
