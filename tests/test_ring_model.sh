#!/bin/sh
# test_ring_model.sh - every interleaving of the ring's two threads, by Spin; and planted faults
#
# tests/ring.pml says what is modelled. At 2, 3 and 4 places no assertion may fail and no side may
# wait for ever (both threads run again and again: weak fairness); of the faults each must be found.
set -eu
model=$(realpath "$(dirname "$0")")/ring.pml
command -v spin >/dev/null || { echo "there is no spin"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# errors found, by assertions and then by cycles without progress: search MACRO...
search() {
    for check in -DSAFETY -DNP; do
        spin "$@" -a "$model" >/dev/null
        gcc -O1 -w "$check" -DMEMLIM=2048 -o pan pan.c
        case $check in -DNP) liveness="-l -f" ;; *) liveness= ;; esac
        # shellcheck disable=SC2086
        ./pan -m1000000 $liveness >said
        grep -q 'Search not completed' said && [ "$(errors)" = 0 ] && { cat said; exit 1; }
        [ "$(errors)" = 0 ] || { errors; return; }
    done
    errors
}
errors() {
    sed -n 's/.*errors: \([0-9]*\).*/\1/p' said
}

for size in 2 3 4; do
    found=$(search -DSIZE=$size)
    echo "$size places: $found errors in $(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' said) states"
    [ "$found" = 0 ] || { cat said; exit 1; }
    for fault in NO_RELEASE_IN_COMMIT NO_RELEASE_IN_TAKE NO_ACQUIRE_IN_FILL OFF_BY_ONE_IN_FULL \
        STALE_CACHE_TAKEN_AS_TRUTH NEVER_LOOKS_ACROSS; do
        found=$(search -DSIZE=$size -D$fault)
        echo "$size places, $fault: $found errors"
        [ "$found" -gt 0 ] || { echo "a planted fault was not found"; exit 1; }
    done
done
