#!/bin/bash
# test_mixctl.sh - mixctl against the stand-in daemon: what it prints, where, and how it exits
set -u
cd "$(dirname "$0")/.." || exit
build=${BUILD:-build}
work=$(mktemp -d)
sock=$work/sock
failures=0

: >"$work/ready"
"$build/tests/test_server" serve "$sock" >"$work/ready" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
until grep -q ready "$work/ready"; do
    kill -0 $server || exit 1
done

mixctl() { "$build/mixctl" -s "$sock" "$@"; }

fail() { # what, wanted, got
    printf '%s:\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}
is() { # what, wanted, got
    [ "$2" = "$3" ] || fail "$@"
}
exits() { # wanted, command...
    local want=$1 got
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    is "exit status of $*" "$want" "$got"
}

# Words come back as the same words, whatever they hold.
exits 0 mixctl echo plain 'two words' '#7' 'q"u\o' 'k=a b' '' 'ü'
is "echoed words" 'plain
"two words"
"#7"
"q\"u\\o"
"k=a b"
""
ü
words=7' "$(cat "$work/out")"
exits 0 mixctl --json echo plain 'two words' 'q"u\o'
is "the same through JSON" 'plain|two words|q"u\o' \
    "$(jq -r '[.lines[].name] | join("|")' "$work/out")"

# Exit statuses, and errors on standard error alone.
exits 1 mixctl fail 9dB
is "a refusal's standard output" "" "$(cat "$work/out")"
is "a refusal" 'mixctl: 9dB at column 6: not "good" (-inf to 24dB)' "$(cat "$work/err")"
exits 1 mixctl ehco
is "a hint" 'mixctl: ehco at column 1: no such verb (echo)' "$(cat "$work/err")"
exits 2 mixctl
exits 2 mixctl --no-such-option
exits 2 mixctl -n 'no/name' version
exits 2 mixctl echo $'a\nb'
exits 3 "$build/mixctl" -s "$work/nobody" version
exits 3 "$build/mixctl" --socket="$work/nobody" version
exits 0 mixctl --help
exits 0 mixctl top --help
exits 0 mixctl watch -h
grep -q '^usage: mixctl' "$work/out" || fail help 'usage: mixctl' "$(cat "$work/out")"
exits 0 mixctl -V
grep -Eqx 'mixctl [0-9]+\.[0-9]+\.[0-9]+' "$work/out" || fail -V 'mixctl N.N.N' "$(cat "$work/out")"
is "socket from the environment" "words=0" "$(MIXD_SOCKET=$sock "$build/mixctl" echo)"
ln -s "$sock" "$work/mixd.sock"
is "socket of systemd" "words=0" "$(env -u MIXD_SOCKET RUNTIME_DIRECTORY="$work:/x" "$build/mixctl" echo)"
mkdir "$work/mixd"
ln -s "$sock" "$work/mixd/stage-2.sock"
is "socket by name" "words=0" \
    "$(env -u MIXD_SOCKET -u RUNTIME_DIRECTORY XDG_RUNTIME_DIR="$work" "$build/mixctl" --name stage-2 echo)"

# Plain data lines, and the same as JSON.
is get 'strip/vox/gain=-1.5dB
strip/vox/pan=L30' "$(mixctl get 'strip/vox/*')"
is "get as JSON" '{"ok":true,"tag":"t","values":{},"lines":[{"engine/quantum":64},{"engine/note":"say \"hi\"\\"}]}' \
    "$(mixctl --json @t get 'engine/*' | jq -c .)"
is "meters as JSON" '{"name":"master","peak":-0.5,"clips":12}' \
    "$(mixctl meters --json | jq -c '.lines[1]')"
is "refusal as JSON" 'false range 9dB at column 6: not "good" -inf to 24dB' \
    "$(mixctl --json fail 9dB 2>/dev/null | jq -r '[.ok, .code, .text, .hint] | join(" ")')"
is "a late answer" 'waited=1
late=1' "$(mixctl later 20)"
is "an answer longer than any buffer" 20000 "$(mixctl flood 20000 | grep -c '^line=')"

# A pattern behind set means every parameter that it matches, until one is refused.
is "set of a pattern" 'strip/drums/gain="3 dB"|strip/vox/gain="3 dB"' \
    "$(mixctl set 'strip/*/gain' '3 dB' | paste -sd'|')"
is "set of a pattern as JSON" '{"strip/drums/mute":"on"}' \
    "$(mixctl --json @7 set '**/mute' on | jq -c '.lines[]')"
exits 1 mixctl set 'strip/vox/*' 1
is "what came before a refusal" 'strip/vox/gain=1' "$(cat "$work/out")"
is "the refusal" 'mixctl: strip/vox/pan at column 5: does not move' "$(cat "$work/err")"
exits 1 mixctl set 'bus/*/gain' 1
is "a pattern of nothing" 'mixctl: bus/*/gain at column 5: no such address' "$(cat "$work/err")"

# Standard input: every line is tried, every refusal named, one refusal is enough for status 1.
printf 'echo one\n\n# comment\nfoo\r\n@3 echo two # and no more\nflood' |
    mixctl - >"$work/out" 2>"$work/err"
is "status of a pipe with a refusal" 1 $?
is "output of a pipe" 'one words=1 two words=1' "$(paste -sd' ' "$work/out")"
is "complaints of a pipe" 'mixctl: line 4: foo|mixctl: line 6: flood' \
    "$(cut -d' ' -f1-4 "$work/err" | paste -sd'|')"
is "status of a good pipe" 0 "$(echo echo | mixctl - >/dev/null; echo $?)"
{ head -c 5000 /dev/zero | tr '\0' x; printf '\necho on\n'; } | mixctl - >"$work/out" 2>"$work/err"
is "a long line in a pipe" 'on words=1' "$(paste -sd' ' "$work/out")"

# Events: line by line, until the reader has enough; then no complaint.
set -o pipefail
is "watch" 'event stats|event meters' \
    "$(mixctl watch stats | sed -un '/^event/p' | head -n 2 | cut -d' ' -f1-2 | paste -sd'|')"
is "status of watch cut short" 0 "$(mixctl watch stats | :; echo "${PIPESTATUS[0]}")"
mixctl --json watch stats | head -n 4 | tail -n 3 >"$work/events"
is "watch as JSON" '48 strip/vox -6.02dB master 12' \
    "$(jq -rs '[(.[] | select(.event == "stats") | .OUT), (.[] | select(.address == "strip/vox") | .address, .peak), (.[] | select(.address == "master") | .address, .clips)] | join(" ")' "$work/events")"
# Bars: of OUT against the rate, of CAP ln(900.5 / 48) / ln(1000) = 0.42, of peaks (60 - 6.02) / 60.
mixctl top | awk 'NF == 0 && seen++ { exit } { print }' >"$work/top"
is "figures in top" 'OUT   48.00 ####### CAP  900.50 ###.... LOAD   5.30 ....... BUF    0.99 #######' \
    "$(grep '^OUT' "$work/top" | tail -n 1)"
is "places in top" 'strip/vox 25 -6.0 -inf 0|master 28 -0.5 -9.0 CLIP 12' \
    "$(awk '/^(strip|master)/ { $2 = gsub("#", "", $2); print }' "$work/top" | tail -n 2 | paste -sd'|')"

# A terminal gets columns; NO_COLOR is obeyed.
on_terminal() { TERM=xterm script -qec "$1" /dev/null </dev/null | tr -d '\r'; }
is "table" $'\033[1m            peak   rms  clips\033[0m' \
    "$(on_terminal "$build/mixctl -s $sock meters" | head -n 1)"
is "table without colour" '            peak   rms  clips
strip/vox  -6.02  -inf
master      -0.5           12' "$(NO_COLOR=1 on_terminal "$build/mixctl -s $sock meters")"
is "list" 'strip/vox/gain  -1.5dB
strip/vox/pan   L30' "$(on_terminal "$build/mixctl -s $sock get 'strip/vox/*'")"

# The daemon goes: who watches hears of it.
mixctl watch stats >"$work/watch" 2>"$work/err" &
watcher=$!
until [ -s "$work/watch" ]; do
    kill -0 $watcher || break
done
exits 0 mixctl quit
wait $watcher
is "status of watch when the daemon goes" 3 $?
is "last words of watch" 'mixctl: the daemon has gone' "$(cat "$work/err")"
wait $server
is "status of the server" 0 $?

[ "$failures" = 0 ] && echo "mixctl does as told"
exit $((failures > 0))
