#!/bin/bash
# test_completion_zsh.sh - conf/mixctl.zsh completes in a real zsh what the running daemon has
set -u
cd "$(dirname "$0")/.." || exit
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
failures=0
command -v zsh tmux >/dev/null || {
    echo "no zsh or no tmux here"
    exit 77
}
tm() { tmux -S "$work/tmux" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; kill $mixd 2>/dev/null; wait $mixd 2>/dev/null; rm -rf "$work"' EXIT

sox -R -n -r 48000 "$work/vox.wav" synth 1 sine 440 gain -12
cat >"$work/test.session" <<END
add bus hall
add strip vox source=vox.wav pan=L20
add input mic
insert strip/vox eq as tone
scene put finale strip/vox/gain=0dB
marker add chorus 2s
END
"$build/mixd" --driver null -q -s "$work/sock" "$work/test.session" &
mixd=$!
until [ -S "$work/sock" ]; do
    kill -0 $mixd || exit 1
done

mkdir "$work/functions"
cp conf/mixctl.zsh "$work/functions/_mixctl"
cat >"$work/.zshrc" <<END
PS1='ready> '
path=($build \$path)
fpath=($work/functions \$fpath)
autoload -Uz compinit && compinit -D -u
cd $work
END
MIXD_SOCKET=$work/sock ZDOTDIR=$work LC_ALL=C.UTF-8 tm new-session -d -x 160 -y 50 zsh -d -i

# Waits until the screen has the text on it; 0 or 1.
shows() {
    for _ in {1..400}; do
        tm capture-pane -p | grep -Fq -- "$1" && return
        sleep 0.02
    done
    return 1
}

# Types a command line and a tab on a fresh screen; the text must come to be there.
completes() { # wanted, typed
    tm send-keys C-u C-l
    tm send-keys -l -- "$2"
    tm send-keys Tab
    shows "$1" && return
    printf '%s<tab>: no %s in\n' "$2" "$1"
    tm capture-pane -p | grep . | head -12
    failures=$((failures + 1))
}

shows 'ready>' || {
    echo "zsh does not start"
    exit 1
}
completes 'mixctl describe' 'mixctl desc'
completes 'mixctl set strip/vox/polarity' 'mixctl set strip/vox/po'
completes 'mixctl set strip/vox/pan L20' 'mixctl set strip/vox/pan '
completes 'mixctl set strip/vox/panlaw -4.5dB' 'mixctl set strip/vox/panlaw -4'
completes 'curve equalpower' 'mixctl set strip/vox/pan C over 1s curve e'
completes 'mixctl remove strip/vox/tone' 'mixctl remove strip/vox/t'
completes 'mixctl insert bus/hall compressor' 'mixctl insert bus/hall comp'
completes 'mixctl watch stats transport' 'mixctl watch stats t'
completes 'mixctl scene recall finale' 'mixctl scene recall f'
completes 'mixctl wait playing' 'mixctl wait pl'
completes 'mixctl wait primed --timeout' 'mixctl wait primed -'
completes 'mixctl locate chorus' 'mixctl locate ch'
completes 'mixctl loop 1s chorus' 'mixctl loop 1s c'
completes 'mixctl restore test.session' 'mixctl restore te'
completes '-- ends the daemon' 'mixctl '
completes 'strip/vox/pan     -- L20' 'mixctl get strip/vox/pan'

[ "$failures" = 0 ] && echo "zsh knows the desk"
exit $((failures > 0))
