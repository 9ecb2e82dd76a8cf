#!/bin/sh
# packages.sh - install the Debian packages that are missing for the build, the tests and the demo
#
# packages.sh [fuzz|av]   Needs root or sudo only when something is missing; asks dpkg first, so that a
# machine that has everything never touches the network.
set -eu

build="gcc make pkg-config libjack-jackd2-dev libfftw3-dev libsndfile1-dev libsamplerate0-dev libsoxr-dev
       libopusfile-dev libvorbis-dev libflac-dev libmpg123-dev libncurses-dev"
tests="jackd2 sox libsox-fmt-all ffmpeg ecasound flac vorbis-tools opus-tools jq python3 strace
       netcat-openbsd util-linux iproute2 procps tmux libzita-convolver-dev g++ valgrind
       mandoc spin relacy-dev python3-jsonschema zsh libfuse3-dev fuse3"
case ${1-} in
fuzz) tests="$tests clang" ;;
av) build="$build libavformat-dev libavcodec-dev libswresample-dev libavutil-dev" ;;
esac

missing=
for p in $build $tests; do
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
