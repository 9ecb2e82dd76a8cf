#!/bin/bash
# run.sh - run test programs in turn and count them
#
# run.sh TEST...   A test is a program or a script: exit 0 passed, 77 skipped, anything else failed.
# Prints each test's name, what a failed or skipped one said, and `N passed, N failed, N skipped`.
# TEST_TIMEOUT: seconds before a hanging test is killed, so that one cannot hold up the rest.
set -u
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test in "$@"; do
    name=$(basename "$test" .sh)
    started=$SECONDS
    timeout -k 10 "${TEST_TIMEOUT:-300}" "$test" >"$log" 2>&1 </dev/null
    case $? in
    0)
        passed=$((passed + 1)) said=ok ;;
    77)
        skipped=$((skipped + 1)) said="skipped: $(tail -n 1 "$log")" ;;
    *)
        failed=$((failed + 1)) said="FAILED ($?)" ;;
    esac
    printf '%-32s %s (%d s)\n' "$name" "$said" $((SECONDS - started))
    case $said in FAILED*) sed 's/^/    /' "$log" | tail -n 60 ;; esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
