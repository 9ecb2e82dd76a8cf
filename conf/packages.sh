#!/bin/sh
# packages.sh - install the Debian packages that are missing
#
# packages.sh [demo|tests|fuzz|av]...   What the build needs, and for the words given. Needs root or
# sudo only when something is missing; asks dpkg first, so that a machine that has everything never
# touches the network.
set -eu

wanted="gcc make pkg-config libjack-jackd2-dev libfftw3-dev libsndfile1-dev libsamplerate0-dev libsoxr-dev
       libopusfile-dev libvorbis-dev libflac-dev libmpg123-dev libncurses-dev"
demo="jackd2 ffmpeg sox libsox-fmt-all"
tests="$demo ecasound flac vorbis-tools opus-tools jq python3 strace netcat-openbsd util-linux iproute2
       procps tmux libzita-convolver-dev g++ valgrind mandoc spin relacy-dev python3-jsonschema zsh
       libfuse3-dev fuse3"
for word; do
    case $word in
    demo) wanted="$wanted $demo" ;;
    tests) wanted="$wanted $tests" ;;
    fuzz) wanted="$wanted clang" ;;
    av) wanted="$wanted libavformat-dev libavcodec-dev libswresample-dev libavutil-dev" ;;
    esac
done

missing=
for p in $wanted; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q ' installed$' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "packages.sh: missing:$missing - install them, or run as root or with sudo" >&2
        exit 1
    }
    as_root=sudo
fi
echo "installing:$missing"
log=$(mktemp)
# shellcheck disable=SC2086
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
