#!/bin/sh
# test_ring_relacy.sh - mixer/ring.c itself under Relacy's weak memory; and planted faults
#
# tests/ring_relacy.cc says what is run. What is changed in ring.c for it stands here: its atomics
# and the cached positions become Relacy's, and the memory for the items is the test's own. Each
# fault is one line of sed more, must change something, and must be found.
set -eu
here=$(realpath "$(dirname "$0")")
[ -e /usr/include/relacy/relacy.hpp ] || { echo "there is no relacy"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/to_relacy.sed" <<'END'
/^#include/d
/^static struct ring \*make/,/^}/d
/^struct ring \*ring_new/,/^}/d
/^void ring_free/,/^}/d
s/_Alignas(LINE) _Atomic uint64_t position/rl::atomic<uint64_t> position/
s/uint64_t seen;/rl::var<uint64_t> seen;/
s/\(->\|\.\)seen\>/\1seen($)/g
END

build() { # sed script of a fault, or nothing
    sed "$1" "$here/../mixer/ring.c" >"$scratch/ring.c"
    [ -z "$1" ] || ! cmp -s "$scratch/ring.c" "$here/../mixer/ring.c" || {
        echo "this fault is no longer one: $1"
        exit 1
    }
    sed -f "$scratch/to_relacy.sed" "$scratch/ring.c" >"$scratch/ring_relacy.inc"
    g++ -std=c++17 -O1 -w -I"$scratch" -o "$scratch/ring_relacy" "$here/ring_relacy.cc"
}

build ""
for places in 2 3 4; do
    "$scratch/ring_relacy" $places >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
    echo "$places places: no fault in $(sed -n 's/^iterations: //p' "$scratch/said") schedules"
done

fault() { # what it is, sed script
    build "$2"
    if "$scratch/ring_relacy" 2 >"$scratch/said" 2>&1; then
        echo "$1: not found"
        exit 1
    fi
    echo "$1: $(grep -m 1 -o 'DATA RACE\|ASSERTION FAILED\|USER ASSERT FAILED' "$scratch/said")"
}
fault "no release in commit" '/head + n, memory_order_release/s/_release/_relaxed/'
fault "no release in take" '/tail + n, memory_order_release/s/_release/_relaxed/'
fault "no acquire in fill" '/d->seen = /s/_acquire/_relaxed/'
fault "no acquire in space" '/w->seen = /s/_acquire/_relaxed/'
fault "off by one in full" 's/return w->size - (uint32_t)(head - w->seen)/& + 1/'
fault "stale cache taken as truth" 's/if (n >= enough)/if (n + 1 >= enough)/; s/^        return n;/        return enough;/'
