#!/bin/bash
# test_unit.sh - the sandbox of conf/mixd.service lets mixd do all that it does
#
# systemd does not run where tests run, so mixd is watched in a JACK world instead: every system call
# and address family that it used, in a life of all sorts, must be among those that the unit allows.
set -u
cd "$(dirname "$0")/.." || exit
for tool in systemd-analyze strace; do
    command -v $tool >/dev/null || {
        echo "no $tool here"
        exit 77
    }
done
if grep -qE 'lib[at]san\.so' "${BUILD:-build}/mixd"; then
    echo "a sanitizer makes calls of its own"
    exit 77
fi
[ "${JACKBOX_PID-}" ] || exec tests/jackbox.sh 256 -- "$0"

build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
mixd=''
finish() {
    [ -z "$mixd" ] || kill "$mixd" 2>/dev/null
    wait
    rm -rf "$work"
}
trap finish EXIT

# The calls of a set of systemd's, those of the sets in it included.
calls_of() {
    systemd-analyze syscall-filter "$1" | sed -n 's/^ *\([@a-z_].*\)/\1/p' | grep -v "^$1$" |
        while read -r call; do
            case $call in @*) calls_of "$call" ;; *) echo "$call" ;; esac
        done
}

# What the unit's lines leave, in their order.
allowed() {
    local filter
    : >"$work/allowed"
    for filter in $(sed -n 's/^SystemCallFilter=//p' conf/mixd.service); do
        calls_of "${filter#\~}" | sort -u >"$work/set"
        case $filter in
        '~'*) comm -23 "$work/allowed" "$work/set" ;;
        *) sort -u "$work/allowed" "$work/set" ;;
        esac >"$work/next"
        mv "$work/next" "$work/allowed"
    done
}

control() { "$build/mixctl" -s "$work/sock" "$@" >>"$work/log" 2>&1 || cat "$work/log"; }
playing() { "$build/mixctl" -s "$work/sock" status 2>/dev/null | grep -q 'driver=jack '; }

# Joins the server, plays, loads, locates, saves.
live() {
    sox -R -n -r 44100 "$work/song.ogg" synth 5 sine 440 gain -12
    sox -R -n -r 48000 -c 2 "$work/ir.wav" synth 1 whitenoise whitenoise fade l 0 1 1
    cat >"$work/test.session" <<END
add bus hall
insert bus/hall reverb ir=ir.wav
add strip song source=song.ogg loop=on send/hall=-6dB
add input mic channels=1
connect mixd:out_1 system:playback_1
END
    strace -f -qq -o "$work/trace" "$build/mixd" --group "$(id -gn)" -s "$work/sock" --play \
        "$work/test.session" 2>>"$work/log" &
    mixd=$!
    until playing; do
        kill -0 $mixd 2>/dev/null || {
            cat "$work/log"
            exit 1
        }
    done
    control load bus/hall/reverb ir.wav
    control locate 3s
    control save "$work/saved.session"
    control quit
    wait $mixd
}

live
allowed
awk '{ print $2 }' "$work/trace" | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' | sort -u >"$work/used"
comm -23 "$work/used" "$work/allowed" >"$work/refused"
grep -o 'socket(AF_[A-Z_0-9]*' "$work/trace" | sort -u | grep -v 'AF_UNIX$' >>"$work/refused"
grep 'PROT_WRITE|PROT_EXEC' "$work/trace" >>"$work/refused"
# Less than this was never seen of a program with threads, files and sockets: the trace is no trace.
[ "$(wc -l <"$work/used")" -gt 40 ] || echo "too few calls seen" >>"$work/refused"
if [ -s "$work/refused" ]; then
    echo "the unit would refuse:"
    cat "$work/refused"
    exit 1
fi
echo "the unit allows what mixd does"
