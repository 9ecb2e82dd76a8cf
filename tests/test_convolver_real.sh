#!/bin/bash
# test_convolver_real.sh - the impulse response of a real hall, at every quantum, against direct
# convolution; skipped where it can neither be found with the demo's sounds nor fetched
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
hall=$BUILD/demo/ir/impulse_big_hall.wav
if [ ! -f "$hall" ]; then
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
    (cd "$dir" && timeout 60 apt-get -qq -o APT::Sandbox::User=root download csoundqt-examples &&
        dpkg -x ./*.deb .) >/dev/null 2>&1 || { echo "no $(basename "$hall") here"; exit 77; }
    mkdir -p "$(dirname "$hall")"
    cp "$dir/usr/share/csoundqt/Examples/SourceMaterials/$(basename "$hall")" "$hall"
fi
"$BUILD/tests/test_convolver_table" "$hall"
