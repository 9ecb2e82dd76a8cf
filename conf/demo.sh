#!/bin/bash
# demo.sh - hear and see mixd: real stems, a real hall, a JACK server, live meters
#
# demo.sh [STEMS]   STEMS is a folder of audio files to play instead, one strip each.
#
# Fetches the sounds once, out of Debian packages that are never installed, into build/demo. Plays
# through the JACK server that is running, or through a silent one of its own, shows the meters for
# DEMO_SECONDS (20), prints the last figures, and ends all that it started.
set -eu
stems=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$0")/.."
build=${BUILD:-build}
cache=$build/demo
seconds=${DEMO_SECONDS:-20}
socket=$cache/mixd.sock
mkdir -p "$cache"

fail() {
    echo "demo: $*" >&2
    exit 1
}

# fetch FOLDER PACKAGE FILE...   Copies files out of a Debian package into $cache/FOLDER, unless the
# last of them is there.
fetch() {
    local to=$cache/$1 package=$2 scratch file
    shift 2
    [ ! -f "$to/$(basename "${!#}")" ] || return 0
    echo "demo: fetching $package" >&2
    scratch=$(mktemp -d)
    (cd "$scratch" && download "$package") || fail "cannot fetch the package $package"
    dpkg -x "$scratch"/*.deb "$scratch/root"
    mkdir -p "$to"
    for file; do cp "$scratch/root/$file" "$to/"; done
    rm -r "$scratch"
}

# Into the current folder, which nobody else may enter. A machine that has never asked for the
# package lists does so first.
download() {
    local get="apt-get -qq -o APT::Sandbox::User=root download $1"
    $get >&2 && return
    if [ "$(id -u)" = 0 ]; then apt-get update -qq >&2; else sudo apt-get update -qq >&2; fi
    $get >&2
}

# A session of the user's own stems: each a strip, all in the hall.
write_session() {
    local file name n=0
    echo 'add bus hall'
    echo 'insert bus/hall reverb ir=ir/impulse_big_hall.wav predelay=20ms'
    for file in "$stems"/*; do
        soxi "$file" >/dev/null 2>&1 || ffprobe -v error "$file" >/dev/null 2>&1 || continue
        n=$((n + 1))
        name=$(basename "${file%.*}")
        name=${name//[^A-Za-z0-9_.-]/_}
        file=${file//\\/\\\\}
        echo "add strip $n-${name:0:50} source=\"${file//\"/\\\"}\" gain=-6dB send/hall=-15dB"
    done
    [ $n -gt 0 ] || fail "no audio files in $stems"
}

# Lays out the sounds and the session $1 that plays them.
prepare() {
    fetch ir csoundqt-examples \
        usr/share/csoundqt/Examples/SourceMaterials/impulse_big_hall.wav
    if [ -n "$stems" ]; then
        write_session >"$1"
        return
    fi
    local song=usr/share/games/plee-the-bear/music/sequencer/bonus
    fetch stems plee-the-bear-data $song/atmosphere.ogg $song/back.ogg $song/guitar.ogg
    cp conf/demo.session "$1"
}

# Both in sessions of their own, so that Ctrl-C is for what is in front, and ends them in order.
jackd='' mixd=''
finish() {
    # shellcheck disable=SC2086
    kill $mixd $jackd 2>/dev/null || true
    wait
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Joins the server that runs, or starts one without a sound card.
ensure_jack() {
    local priority
    export JACK_NO_START_SERVER=1
    ! jack_lsp >/dev/null 2>&1 || return 0
    export JACK_DEFAULT_SERVER=mixd-demo JACK_NO_AUDIO_RESERVATION=1
    for priority in -R -r; do
        setsid jackd $priority -n mixd-demo -d dummy -r 48000 -p 256 >"$cache/jackd.log" 2>&1 &
        jackd=$!
        while kill -0 $jackd 2>/dev/null; do
            ! jack_lsp >/dev/null 2>&1 || return 0
            sleep 0.1
        done
    done
    cat "$cache/jackd.log" >&2
    fail "no JACK server runs and none can be started"
}

control() {
    "$build/mixctl" -s "$socket" "$@"
}

session=$cache/demo.session
prepare "$session"
ensure_jack
setsid "$build/mixd" -n mixd-demo -s "$socket" "$session" 2>"$cache/mixd.log" &
mixd=$!
until control status >/dev/null 2>&1; do
    kill -0 $mixd 2>/dev/null || fail "mixd ended: $(cat "$cache/mixd.log")"
    sleep 0.1
done
# To be heard: mixd connects itself to nothing that it was not told to. A server may have no
# playback ports, and that is no reason to end.
for side in 1 2; do
    control connect "mixd-demo:out_$side" "system:playback_$side" >/dev/null 2>&1 || true
done
control play
timeout --foreground --signal=INT "$seconds" "$build/mixctl" -s "$socket" top || [ $? = 124 ]
control stats
control quit
wait $mixd
mixd=''
