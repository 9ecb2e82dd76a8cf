#compdef mixctl
# mixctl.zsh - completion of mixctl for zsh: verbs, names and values as the running daemon has them
#
# Install it as _mixctl in a folder of $fpath. Without a daemon only files and options are completed.

# Asks the daemon that the command line under way means; quietly nothing when it is not there.
_mixctl_ask() { $_mixctl_program "$@" 2>/dev/null }

# Candidates, one to a line: `word` or `word:what it is`.
_mixctl_offer() { # tag
    local -a found=(${(f)"$(cat)"})
    _describe -t "$1" "$1" found
}

_mixctl_verbs() {
    { _mixctl_ask help | sed -E 's/^([a-z]+) .* help="?([^"]*)"?$/\1:\2/'
      print -l -- '-:lines from standard input' 'top:the desk, refreshed' 'wait:until a state is there'
    } | _mixctl_offer verb
}

# Addresses and what they are; objects are what has parameters below it.
_mixctl_addresses() {
    _mixctl_ask describe | sed -E 's/^([^ ]+) .*current=("([^"]*)"|([^ ]*)).*$/\1:\3\4/' |
        _mixctl_offer address
}
_mixctl_objects() {
    { _mixctl_ask ls; _mixctl_ask ls '**/bypass' | sed 's,/bypass$,,' } | _mixctl_offer object
}
_mixctl_places() { _mixctl_ask ls | grep -v '^marker/' | _mixctl_offer place }
_mixctl_markers() {
    _mixctl_ask marker list | sed -E 's/^([^ ]+) position=([^ ]*).*$/\1:\2/' | _mixctl_offer marker
}

_mixctl_scenes() {
    _mixctl_ask scene list | sed -E 's/^([^ ]+) values=(.*)$/\1:\2 values/' | _mixctl_offer scene
}

_mixctl_ports() {
    local -a found=(${(f)"$(_mixctl_ask --json ports | grep -o '"port":"[^"]*"' | cut -d'"' -f4)"})
    compadd -- $found # colons are part of their names
}

# The words that a parameter's value may be: those of a choice, on and off, or its present number.
_mixctl_values() { # address
    local line=$(_mixctl_ask describe $1)
    local -a values
    case $line in
    *' type=switch '*) values=(on off !) ;;
    *' choices='*) values=(${(s:|:)${${line#* choices=}%% *}}) ;;
    *' current='*) values=(${${line#* current=}%% *}) ;;
    esac
    compadd -- $values
}

_mixctl() {
    local -a _mixctl_program=($words[1])
    local context state line
    local -A opt_args
    _arguments -S \
        '(-n --name)'{-n,--name}'[name of the daemon]:name:' \
        '(-s --socket)'{-s,--socket}'[its socket]:socket:_files' \
        '--json[one JSON object to a line]' \
        '(- *)'{-h,--help}'[a summary]' '(- *)'{-V,--version}'[the version]' \
        '1:verb:->verb' '*::word:->word' && return
    local option
    for option in -n --name -s --socket; do
        (( $+opt_args[$option] )) && _mixctl_program+=($option $opt_args[$option])
    done
    case $state in
    verb) _mixctl_verbs ;;
    word) _mixctl_word ;;
    esac
}

# The word under way: words[1] is the verb, CURRENT counts from it.
_mixctl_word() {
    case $words[1]:$CURRENT in
    help:2) _mixctl_verbs ;;
    set:2 | get:* | describe:2 | ls:2) _mixctl_addresses ;;
    meters:2 | insert:2) _mixctl_places ;;
    remove:2 | load:2) _mixctl_objects ;;
    load:3 | save:2 | restore:2) _files ;;
    insert:3) _mixctl_ask help insert | sed -nE 's/^effect kind=([^ ]*) help="?([^"]*)"?$/\1:\2/p' |
            _mixctl_offer effect ;;
    watch:* | unwatch:*) compadd meters stats state transport log ;;
    wait:2) compadd playing stopped primed silence ;;
    wait:3) compadd -- --timeout ;;
    add:2) compadd strip input bus ;;
    connect:* | disconnect:*) _mixctl_ports ;;
    set:3) _mixctl_values $words[2] ;;
    set:*)
        case $words[CURRENT-1] in
        over) ;;
        at) _mixctl_markers ;;
        curve) compadd lin db scurve equalpower ;;
        *) compadd over curve at ;;
        esac
        ;;
    play:2 | stop:2) compadd at over ;;
    play:3 | stop:*) [[ $words[CURRENT-1] != at ]] || _mixctl_markers ;;
    arm:2 | locate:2 | loop:3) _mixctl_markers ;;
    loop:2) compadd off; _mixctl_markers ;;
    record:2) compadd stop list; _mixctl_places ;;
    record:3) if [[ $words[2] == stop ]]; then _mixctl_places; else _files; fi ;;
    scene:2) compadd store recall remove list show diff morph ;;
    scene:3) _mixctl_scenes ;;
    scene:*)
        case $words[2] in
        morph) _mixctl_scenes ;;
        recall) compadd -S '' only= except= && compadd over curve ;;
        esac
        ;;
    undo:2) compadd over curve ;;
    marker:2) compadd add remove list ;;
    marker:3) [[ $words[2] != remove ]] || _mixctl_markers ;;
    esac
}

_mixctl "$@"
