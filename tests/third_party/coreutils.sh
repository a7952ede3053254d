#!/bin/sh
# coreutils.sh [--but] [TEST]...: coreutils' own tests of these names (`tee.sh`, or `misc/tee.sh`), run on the
# installed coreutils; with --but, or no name, those that concern pipes and signals but these.
# Prints a line 'PASS: TEST', 'FAIL: TEST' or 'SKIP: TEST' for each.

set -u
source=$("$(dirname -- "$0")/fetch.sh" coreutils) || exit 125
work=$(mktemp -d "${TMPDIR:-/tmp}/coreutils.XXXXXX") || exit 125
mkdir "$work/src" || exit 125
if [ "${1---but}" = --but ]; then
    but=" $* "
    set --
    # The names have no spaces.
    for file in $(cd "$source/tests" && find . -name '*.sh' \
        -exec grep -lE 'PIPE|epipe|\| *head|timeout|signal' {} + | sort); do
        case $but in
        *" ${file##*/} "*) ;;
        *) set -- "$@" "${file#./}" ;;
        esac
    done
fi

# The variables that the Makefile of coreutils sets for a test. The programs are looked for in src/, which is
# empty, and then in PATH; verbose output goes to descriptor 9.
export srcdir="$source" abs_srcdir="$source" top_srcdir="$source" abs_top_srcdir="$source" \
    abs_top_builddir="$work" VERSION=installed PACKAGE_VERSION=installed SHELL=/bin/sh \
    CONFIG_HEADER=/dev/null LC_ALL=C PERL=perl AWK=awk EGREP="grep -E" MAKE=make CC=cc fail=0
built_programs=$(cd /usr/bin && echo ./* | sed 's,\./,,g')
export built_programs

status=0
for test in "$@"; do
    # The names of the folders differ between versions.
    file=$(find "$source/tests" -path "*/$test")
    [ -f "$file" ] || {
        echo "coreutils.sh: no such test: '$test'" >&2
        exit 125
    }
    # A test that needs bash sets SHELL itself.
    (cd "$work" && timeout -k 5 60 sh "$file" 9>&2) >"$work/log" 2>&1 </dev/null
    result=$?
    sed 's/^/| /' "$work/log"
    case $result in
    0) echo "PASS: $test" ;;
    77) echo "SKIP: $test" ;;
    *) echo "FAIL: $test" && status=1 ;;
    esac
done
chmod -R u+rwx "$work" && rm -rf "$work"
exit "$status"
