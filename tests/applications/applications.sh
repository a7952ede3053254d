#!/bin/sh
# Runs the tests of tests/applications, and makes build/PROGRAMS.md of what they tried. If all passed, that
# must be tests/PROGRAMS.md but for the versions, rates and times. With TESTS='FILE...' it runs those,
# and no more.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

files=${TESTS:-tests/applications/*.bats}
PROGRAM_ROWS=$work/rows
export PROGRAM_ROWS
: >"$PROGRAM_ROWS"
# shellcheck disable=SC2086 # patterns of files
tests/check.sh $files | tee "$work/log"
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$work/log" | tail -n 1)
[ -n "$counts" ] || exit 1
[ -z "${TESTS-}" ] && [ "${counts#* }" = 0 ] || exit "$((${counts#* } > 0))"

without_figures() {
    sed 's/^\(| [^|]* |\)[^|]*|/\1/; s/ [0-9.]* times / N times /g' "$1"
}

tests/applications/page.sh <"$PROGRAM_ROWS" >build/PROGRAMS.md
without_figures build/PROGRAMS.md >"$work/tried"
without_figures tests/PROGRAMS.md >"$work/said"
if diff -u "$work/said" "$work/tried" >"$work/difference"; then
    echo 'ok tests/PROGRAMS.md is what was tried'
    echo "$((${counts% *} + 1)) passed, 0 failed"
else
    echo 'not ok tests/PROGRAMS.md is what was tried'
    sed 's/^/# /' "$work/difference"
    echo '# If that is as it should be: cp build/PROGRAMS.md tests/PROGRAMS.md'
    echo "${counts% *} passed, 1 failed"
    exit 1
fi
