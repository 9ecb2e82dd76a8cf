#!/bin/bash
# test_completion.sh - conf/mixctl.bash offers what the running daemon has
set -u
cd "$(dirname "$0")/.." || exit
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
failures=0
trap 'kill $mixd 2>/dev/null; wait $mixd 2>/dev/null; rm -rf "$work"' EXIT

sox -R -n -r 48000 "$work/vox.wav" synth 1 sine 440 gain -12
cat >"$work/test.session" <<END
add bus hall
add strip vox source=vox.wav pan=L20
add input mic
insert strip/vox eq as tone
scene put finale strip/vox/gain=0dB
marker add verse 1s
marker add chorus 2s
END
"$build/mixd" --driver null -q -s "$work/sock" "$work/test.session" &
mixd=$!
until [ -S "$work/sock" ]; do
    kill -0 $mixd || exit 1
done

# shellcheck source=conf/mixctl.bash
. conf/mixctl.bash

# Completes the last word of a command line, as bash would; candidates sorted, on one line.
offers() { # wanted, words...
    local wanted=$1 got
    shift
    COMP_WORDS=("$build/mixctl" -s "$work/sock" "$@")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _mixctl
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' ')
    [ "$got" = "$wanted" ] && return
    printf '%s:\n  wanted: %s\n  got:    %s\n' "$*" "$wanted" "$got"
    failures=$((failures + 1))
}

offers 'save scene schedule set stats status stop' s
offers '--help --json --name --socket --version' --
offers 'strip/vox/pan strip/vox/panlaw strip/vox/polarity' set strip/vox/p
offers 'strip/vox/tone/low.freq strip/vox/tone/low.gain strip/vox/tone/low.q' set strip/vox/tone/low
offers '! off on' set strip/vox/mute ''
offers 'L20' set strip/vox/pan ''
offers '-3dB -4.5dB -6dB linear' set strip/vox/panlaw ''
offers 'at curve over' set strip/vox/pan C ''
offers 'db equalpower lin scurve' set strip/vox/pan C over 1s curve ''
offers 'strip/vox strip/vox/tone' remove strip
offers 'bus/hall' insert b
offers 'meters' watch stats m
offers 'record reload remove restore' help re
offers 'wait watch' wa
offers 'playing primed' wait p
offers 'bus input strip' add ''
offers 'chorus verse' locate ''
offers 'chorus verse' arm ''
offers 'chorus off verse' loop ''
offers 'chorus' loop 1s c
offers 'chorus verse' play at ''
offers 'chorus' stop over 1s at c
offers 'chorus verse' set strip/vox/pan C at ''
offers 'add list remove' marker ''
offers 'verse' marker remove v
offers 'marker/verse' remove marker/v
offers 'bus/hall' meters b
offers '' insert marker
offers 'primed' wait pr
offers 'finale' scene recall f
offers 'recall remove' scene re
offers '--timeout' wait primed ''
offers "$work/test.session" restore "$work/t"
offers "$work/vox.wav" load strip/vox "$work/v"

# The words of a verb are completed behind a flag too, and a daemon that is not there is no error.
offers 'strip/vox/gain' --json get strip/vox/ga
COMP_WORDS=("$build/mixctl" -s "$work/nobody" se)
COMP_CWORD=3
[ -z "$(_mixctl 2>&1)" ] || {
    echo "it complains when there is no daemon"
    failures=$((failures + 1))
}

[ "$failures" = 0 ] && echo "completion knows the desk"
exit $((failures > 0))
