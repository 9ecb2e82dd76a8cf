#!/bin/bash
# test_docs.sh - README.md and the manual pages say what the programs do
#
# test_docs.sh            Fails, and shows where, when they do not.
# test_docs.sh --update   Brings tables and transcripts up to date instead.
#
# README.md is written anew from what is true and then compared. In order from its top:
#   a block that begins with `# NAME.session` becomes that file;
#   the `sh` block of "First sound" is run, and every line of it must succeed;
#   each `$ command` of a `console` block is run, and what it prints replaces what stood there;
#   `<!-- verbs -->` and the like, up to `<!-- end -->`, are the daemon's own tables.
# Numbers in transcripts are not compared: they are different each time. All daemons use the null
# driver, in a scratch folder with made-up sounds under the names that README.md uses.
set -u
cd "$(dirname "$0")/.." || exit
root=$PWD
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
pids=$work/pids
touch "$pids"
failures=0

finish() {
    # shellcheck disable=SC2046
    kill $(cat "$pids") 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

fail() { # what, and on standard input more about it
    printf '%s\n' "$1"
    sed 's/^/    /'
    failures=$((failures + 1))
}

# What README.md calls build/mixd and build/mixctl: a daemon without sound that is known to `finish`,
# and a client that waits for it to come, and to go.
make_programs() {
    mkdir "$work/build"
    cat >"$work/build/mixd" <<END
#!/bin/bash
case \${1-} in render | check) exec "$build/mixd" "\$@" ;; esac
echo \$\$ >>"$pids"
exec "$build/mixd" --driver null "\$@" >/dev/null 2>>"$work/log"
END
    cat >"$work/build/mixctl" <<END
#!/bin/bash
await() { for _ in {1..600}; do test "\$@" && break; sleep 0.05; done; }
await -S "\$MIXD_SOCKET"
"$build/mixctl" "\$@"
status=\$?
[ "\$*" != quit ] || await ! -e "\$MIXD_SOCKET"
exit \$status
END
    chmod +x "$work/build/"*
}

make_sounds() {
    mkdir "$work/stems" "$work/ir"
    local sine="synth 40 sine"
    # shellcheck disable=SC2086
    {
        sox -R -n -r 48000 "$work/song.flac" $sine 440 gain -12
        sox -R -n -r 48000 -c 2 "$work/stems/drums.flac" $sine 110 sine 112 gain -12
        sox -R -n -r 44100 "$work/stems/vox.flac" $sine 330 gain -12
        sox -R -n -r 48000 -c 8 -b 24 "$work/stems/poly.wav" $sine 1000 gain -12
    }
    sox -R -n -r 48000 -c 2 -b 24 "$work/ir/hall.wav" synth 1.5 whitenoise whitenoise \
        fade l 0 1.5 1.5 gain -24
}

# ---- the daemon's tables, as Markdown

ask() { "$build/mixctl" -s "$work/tables.sock" --json "$@"; }

# A desk with one of each: the verbs and parameters that there are.
begin_tables() {
    local kind
    printf '%s\n' 'add strip NAME source=song.flac' 'add input NAME' 'add bus BUS' \
        'add bus listen out=phones' 'add group NAME' 'marker add NAME 0' >"$work/tables.session"
    "$build/mixd" --driver null -s "$work/tables.sock" "$work/tables.session" 2>>"$work/log" &
    echo $! >>"$pids"
    until [ -S "$work/tables.sock" ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.05
    done
    ask help >"$work/help.json"
    for kind in $(ask help insert | jq -r '.lines[] | select(.name == "effect") | .kind'); do
        case $kind in
        reverb) ask insert master reverb ir=ir/hall.wav ;;
        *) ask insert master "$kind" ;;
        esac
    done >>"$work/log"
    ask describe >"$work/describe.json" && return
    fail "the daemon gives no tables" <"$work/log"
    exit 1
}

verbs_table() {
    printf '| verb | does |\n|---|---|\n'
    jq -r 'def cell: gsub("\\|"; "\\|");
        .lines[] | (.usage | split(" | ") | map("`\(cell)`") | join("<br>")) as $forms |
        "| \($forms) | \(.help | cell) |"' "$work/help.json"
}

# Rows of describe whose addresses match $1, their places named by the jq expression $2 and their own
# names by $3, one object each; rows that differ in nothing but the place are told once.
rows() {
    jq -c --arg keep "$1" '
        def values:
            if .type == "switch" then "on, off"
            elif .type == "choice" then .choices | gsub("\\|"; ", ")
            elif .type == "text" then "text"
            elif .unit == "pan" then "L100 to R100"
            else "\(.min) to \(.max)" end;
        [.lines[] | select(.name | test($keep)) |
            { place: ('"$2"'), key: ('"$3"'), default: (.default // "" | tostring),
              values: (values + (if .fixed == "on" then "; read only" else "" end)),
              rampable: (.rampable == "on"), help }] |
        reduce .[] as $row ([];
            (map($row.key == .key and $row.values == .values and $row.help == .help) |
                index(true)) as $at |
            if $at then
                .[$at].place |= (split(", ") | . + ([$row.place] - .) | join(", "))
            else . + [$row] end) | .[]' \
        "$work/describe.json"
}

parameters() {
    rows '^(engine|transport|marker)/|^(strip|input|bus|group)/(?!.*send/listen)|^master/[^/]*$' \
        '.name | split("/")[0]' '.name | sub("^(strip|input|bus|group)/[^/]*/|^[^/]*/"; "")'
}

effects() { rows '^master/[^/]*/' '.name | split("/")[1]' '.name | split("/")[2]'; }

# Rows on standard input as Markdown, and as items of a manual page's list.
table() {
    printf '| parameter | of | values | default | rampable | does |\n|---|---|---|---|---|---|\n'
    jq -r 'def cell: gsub("\\|"; "\\|");
        "| `\(.key)` | \(.place) | \(.values | cell) | \(.default) | " +
        "\(if .rampable then "yes" else "" end) | \(.help | cell) |"'
}

items() {
    local key text
    jq -r '.key + " Pq " + .place, "\(.help[0:1] | ascii_upcase)\(.help[1:]).\t\(.values)" +
        (if .default == "" then "" else "; default \(.default)" end) +
        (if .rampable then "; ramps" else "" end) + "."' |
        while read -r key && IFS= read -r text; do
            echo ".It Ic $key"
            tr '\t' '\n' <<<"$text" | fmt -s -w 78
        done
}

parameters_table() { parameters | table; }
parameters_list() { parameters | items; }
effects_table() { effects | table; }
effects_list() { effects | items; }

# The verbs as a list of the manual page.
verbs_list() {
    jq -r '.lines[] | .usage, "\(.help[0:1] | ascii_upcase)\(.help[1:])."' "$work/help.json" |
        while read -r usage && read -r help; do
            sed 's/ | /\n/g; s/.*/.It Ic "&"/mg' <<<"$usage"
            echo "$help" | fmt -w 78
        done
}

# Writes file $1 with what stands between its marks (`<!-- NAME -->`, `.\" NAME`) made anew by
# NAME_table or NAME_list.
with_tables() {
    local line name skipping=
    while IFS= read -r line; do
        case $line in
        '<!-- end -->' | '.\" end') skipping='' ;;
        esac
        [ "$skipping" ] || printf '%s\n' "$line"
        case $line in
        '<!-- end -->' | '.\" end') ;;
        '<!-- '*' -->' | '.\" '*)
            name=${line#* }
            name=${name% -->}
            skipping=1
            case $line in '<'*) "${name}_table" ;; *) "${name}_list" ;; esac
            ;;
        esac
    done <"$1"
}

# ---- README.md's commands

# Runs one command of README.md where its sounds are, and prints what it printed.
run_command() {
    eval "$1" </dev/null 2>&1 | sed "s|$work|/home/you|g"
}

# Runs the lines of standard input; says which one failed.
run_lines() {
    make() { command make --no-print-directory -C "$root" BUILD="$build" "$@" >&2; }
    while IFS= read -r line; do
        eval "$line" || echo "FAILED: $line"
    done
}

# Writes standard input, the text of README.md, with transcripts as they come out now.
with_transcripts() {
    local line block='' section='' file='' # block: of what kind the line is in; empty: none
    while IFS= read -r line; do
        case $block:$line in
        :'## '*) section=${line#\#\# } ;;
        :'```'*) block=${line#'```'} block=${block:-plain} ;;
        *:'```') block='' ;;
        'plain:# '*.session*)
            block=session file=${line#\# } file=${file%% *}
            echo "$line" >"$file"
            ;;
        plain:*) block=picture ;;
        session:*) echo "$line" >>"$file" ;;
        sh:*) [ "$section" != 'First sound' ] || echo "$line" >>first.sh ;;
        'console:$ '*)
            echo "$line"
            line=$(run_command "${line#\$ }")
            [ "$line" ] || continue
            ;;
        console:*) continue ;;
        esac
        printf '%s\n' "$line"
    done
}

# Numbers are different each time, and so is whether there was sound yet.
same_always() { sed -E '/^```console/,/^```$/{s/-?[0-9]+(\.[0-9]+)?/N/g; s/-inf/N/g}' "$1"; }

# Writes file $2, but with the lines of $1 where both are the same always: an update changes no more
# than it must.
update() {
    python3 - "$1" "$2" <(same_always "$1") <(same_always "$2") <<'END'
import difflib
import sys
old, new, old_same, new_same = [open(name).read().splitlines(True) for name in sys.argv[1:]]
for tag, i, j, k, l in difflib.SequenceMatcher(None, old_same, new_same, False).get_opcodes():
    sys.stdout.writelines(old[i:j] if tag == 'equal' else new[k:l])
END
}

check_readme() {
    with_tables README.md >"$work/tables.md"
    (cd "$work" && with_transcripts <tables.md >true.md) 2>"$work/commands.log"
    if [ "${1-}" = --update ]; then
        update README.md "$work/true.md" >"$work/updated.md" && cat "$work/updated.md" >README.md
        return
    fi
    diff <(same_always README.md) <(same_always "$work/true.md") >"$work/diff" ||
        fail "README.md is stale: tests/test_docs.sh --update" <"$work/diff"
}

check_first_sound() {
    (cd "$work" && MIXD_SOCKET=$work/first.sock run_lines <first.sh) >"$work/first.log" 2>&1
    [ "$(wc -l <"$work/first.sh")" = 5 ] || fail "first sound is not five lines" <"$work/first.sh"
    ! grep -q '^FAILED' "$work/first.log" || fail "first sound fails" <"$work/first.log"
    grep -Eq '^master peak=-[0-9]' "$work/first.log" || fail "first sound is silent" <"$work/first.log"
}

# ---- manual pages

check_manual() { # page
    with_tables "$1" >"$work/page"
    if [ "${2-}" = --update ]; then
        cat "$work/page" >"$1"
    else
        diff "$1" "$work/page" >"$work/diff" ||
            fail "$1 is stale: tests/test_docs.sh --update" <"$work/diff"
    fi
    # A page that is not installed yet cannot be found; that is no fault of this one.
    mandoc -T lint "$1" 2>/dev/null | grep -v 'STYLE: referenced manual not found' >"$work/lint"
    [ ! -s "$work/lint" ] || fail "mandoc -T lint $1" <"$work/lint"
}

# Every option that the program's --help names must be an item of its page.
check_options() { # program, page
    "$build/$1" --help | grep -oE -- '(^|[ ,[])--?[a-zA-Z][a-z]*' | tr -d ' ,[' | sort -u |
        while read -r option; do
            grep -Eq -- "^\.It (.* )?Fl (. , Fl )?${option#-}( |$)" "$2" || echo "$option"
        done >"$work/missing"
    [ ! -s "$work/missing" ] || fail "$2 lacks options" <"$work/missing"
}

command -v mandoc >/dev/null || {
    echo "no mandoc here"
    exit 77
}
export MIXD_SOCKET=$work/sock
unset RUNTIME_DIRECTORY
make_programs
make_sounds
begin_tables
check_readme "$@"
check_first_sound
for page in daemon/mixd.1 daemon/mixd-session.5 ipc/mixctl.1 ipc/mixd-protocol.7; do
    check_manual $page "$@"
done
check_options mixd daemon/mixd.1
check_options mixctl ipc/mixctl.1
[ "$failures" = 0 ] && echo "the documents say what is so"
exit $((failures > 0))
