# mixctl.bash - completion of mixctl for bash: verbs, names and values as the running daemon has them
#
# Source it, or install it as share/bash-completion/completions/mixctl. Without a daemon only files
# and options are completed.

# Asks the daemon that the command line under way means; quietly nothing when it is not there.
_mixctl_ask() {
    "${_mixctl_program[@]}" "$@" 2>/dev/null
}

# Its addresses: all of them, and those that are no parameters (every effect has a bypass).
_mixctl_addresses() { _mixctl_ask ls '**'; }
_mixctl_objects() { _mixctl_ask ls && _mixctl_ask ls '**/bypass' | sed 's,/bypass$,,'; }

# What has a place on the desk, and the names of markers.
_mixctl_places() { _mixctl_ask ls | grep -v '^marker/'; }
_mixctl_markers() { _mixctl_ask marker list | cut -d' ' -f1; }

# The words that a parameter's value may be: those of a choice, on and off, or its present number.
_mixctl_values() { # address
    local line
    line=$(_mixctl_ask describe "$1")
    case $line in
    *' type=switch '*) echo 'on off !' ;;
    *' choices='*)
        line=${line#* choices=}
        line=${line%% *}
        echo "${line//|/ }"
        ;;
    *' current='*)
        line=${line#* current=}
        echo "${line%% *}"
        ;;
    esac
}

# Candidates for the next word behind the words given.
_mixctl_words() {
    local before="${*: -1}"
    case $#:${1-} in
    0:) echo "- top wait $(_mixctl_ask help | cut -d' ' -f1)" ;;
    1:help) _mixctl_ask help | cut -d' ' -f1 ;;
    1:set) _mixctl_addresses ;;
    *:get | 1:describe | 1:ls) _mixctl_addresses ;;
    1:meters | 1:insert) _mixctl_places ;;
    1:remove | 1:load) _mixctl_objects ;;
    *:watch | *:unwatch) echo meters stats state transport log ;;
    1:wait) echo playing stopped primed silence ;;
    2:wait) echo --timeout ;;
    1:add) echo strip input bus ;;
    1:connect | 1:disconnect | 2:connect | 2:disconnect)
        _mixctl_ask --json ports | grep -o '"port":"[^"]*"' | cut -d'"' -f4
        ;;
    2:set) _mixctl_values "$2" ;;
    *:set)
        case $before in
        over) ;;
        at) _mixctl_markers ;;
        curve) echo lin db scurve equalpower ;;
        *) echo over curve at ;;
        esac
        ;;
    1:play | 1:stop) echo at over ;;
    2:play | *:stop) [ "$before" != at ] || _mixctl_markers ;;
    1:arm | 1:locate | 2:loop) _mixctl_markers ;;
    1:loop) echo "off $(_mixctl_markers)" ;;
    1:record) echo "stop list $(_mixctl_places)" ;;
    2:record) [ "$before" != stop ] || _mixctl_places ;;
    1:scene) echo store recall remove list show diff morph ;;
    2:scene) [ "$before" = list ] || _mixctl_ask scene list | cut -d' ' -f1 ;;
    *:scene)
        [ "${2-}" != morph ] || _mixctl_ask scene list | cut -d' ' -f1
        [ "${2-}" != recall ] || echo 'only= except= over'
        ;;
    1:undo) echo over ;;
    1:marker) echo add remove list ;;
    2:marker) [ "$before" != remove ] || _mixctl_markers ;;
    esac
}

# Does a file's name belong behind these words?
_mixctl_wants_file() {
    case $#:${1-} in
    2:load | 1:save | 1:restore) return 0 ;;
    2:record) [ "$2" != stop ] && return 0 ;;
    esac
    return 1
}

_mixctl() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i
    local -a _mixctl_program=("${COMP_WORDS[0]}") words=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -n | --name | -s | --socket)
            _mixctl_program+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}")
            i=$((i + 1))
            ;;
        --json) ;;
        *) words+=("${COMP_WORDS[i]}") ;;
        esac
    done
    COMPREPLY=()
    if [[ $previous == -s || $previous == --socket ]] || _mixctl_wants_file "${words[@]}"; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    elif [[ $previous == -n || $previous == --name ]]; then
        return
    elif [[ $word == -* && ${#words[@]} == 0 ]]; then
        mapfile -t COMPREPLY < <(
            compgen -W '-n --name -s --socket --json -h --help -V --version -' -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_mixctl_words "${words[@]}")" -- "$word")
    fi
}

complete -F _mixctl mixctl
