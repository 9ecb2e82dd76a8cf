#!/bin/bash
# test_install.sh - `make install` puts what README.md says under DESTDIR and PREFIX, and nothing else
set -u
cd "$(dirname "$0")/.." || exit
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
failures=0
trap 'rm -rf "$work"' EXIT

fail() { # what, and on standard input more about it
    printf '%s\n' "$1"
    sed 's/^/    /'
    failures=$((failures + 1))
}

make --no-print-directory install BUILD="$build" DESTDIR="$work/dest" PREFIX=/opt/house \
    >"$work/log" 2>&1 || fail "make install" <"$work/log"
top=$work/dest/opt/house

sort >"$work/wanted" <<END
755 bin/mixctl
755 bin/mixd
644 lib/systemd/system/mixd.service
644 share/bash-completion/completions/mixctl
644 share/doc/mixd/COPYING
644 share/doc/mixd/LICENSE
644 share/doc/mixd/README.md
644 share/man/man1/mixctl.1
644 share/man/man1/mixd.1
644 share/man/man5/mixd-session.5
644 share/man/man7/mixd-protocol.7
644 share/mixd/demo.session
644 share/mixd/limits.conf
644 share/zsh/vendor-completions/_mixctl
END
(cd "$work/dest" && find . -type f -printf '%m %P\n') | sed 's|opt/house/||' | sort >"$work/got"
diff "$work/wanted" "$work/got" >"$work/diff" || fail "other files than wanted" <"$work/diff"

"$top/bin/mixd" --version >"$work/version" 2>&1 || fail "mixd does not run" <"$work/version"
"$top/bin/mixctl" --version >"$work/version" 2>&1 || fail "mixctl does not run" <"$work/version"
grep -rn /usr/local "$top/lib" "$top/share/man" >"$work/left" && fail "not at home" <"$work/left"
grep -q '^ExecStart=/opt/house/bin/mixd ' "$top/lib/systemd/system/mixd.service" ||
    fail "the unit starts something else" <"$top/lib/systemd/system/mixd.service"

# The unit must stay below 1.5 of 10 on systemd's scale of exposure, and make sense to it.
if command -v systemd-analyze >/dev/null; then
    unit=$top/lib/systemd/system/mixd.service
    systemd-analyze security --offline=true --threshold=15 "$unit" >"$work/score" 2>&1 ||
        fail "the unit is exposed" <"$work/score"
    sed -i "s|=/opt/house/bin|=$top/bin|" "$unit" # where it is now, for verify to find
    systemd-analyze verify --man=no "$unit" >"$work/verify" 2>&1
    grep 'mixd.service' "$work/verify" >"$work/complaints" &&
        fail "systemd does not like the unit" <"$work/complaints"
else
    echo "no systemd-analyze here: the unit is not looked at"
fi

[ "$failures" = 0 ] && echo "everything is in its place"
exit $((failures > 0))
