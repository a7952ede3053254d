#!/bin/sh
# bash.sh [--but] [TEST]...: bash's own tests of these names (`trap` for tests/run-trap), run on the
# installed bash, or on the one that BASH_TESTED names; with --but, or no name, all but these.
# Prints a line 'PASS: TEST' or 'FAIL: TEST' for each.

set -u
source=$("$(dirname -- "$0")/fetch.sh" bash) || exit 125
# Only one run at a time: some tests use fixed names in /tmp.
[ -n "${BASH_TESTS_LOCKED-}" ] || exec flock -o "$source.lock" env \
    BASH_TESTS_LOCKED=1 "$0" "$@"
work=$(mktemp -d "${TMPDIR:-/tmp}/bash.XXXXXX") || exit 125
# The tests write into their own folder.
cp -R "$source/tests" "$work/tests" || exit 125
# Some tests read the source of bash in the folder above.
ln -s "$source"/*.[ch] "$work/" || exit 125
cd "$work/tests" || exit 125

# Builds the helpers that the Makefile of bash would build.
: >"$work/config.h" || exit 125
for helper in recho zecho xcase printenv; do
    "${CC:-cc}" -w -DHAVE_STRING_H -DHAVE_STDLIB_H -DHAVE_UNISTD_H -DPROTOTYPES -I"$work" \
        -I"$source" -I"$source/include" -o "$helper" "$source/support/$helper.c" || exit 125
done

if [ "${1---but}" = --but ]; then
    but=" $* all minimal gprof "
    set --
    for script in run-*; do
        case $but in
        *" ${script#run-} "*) ;;
        *) set -- "$@" "${script#run-}" ;;
        esac
    done
fi

# The same variables as in run-all.
export THIS_SH="${BASH_TESTED:-/bin/bash}" BUILD_DIR="$work" BASH_TSTOUT="$work/output" TMPDIR="$work" PATH=".:$PATH"
unset BASH_ENV
status=0
for test in "$@"; do
    [ -f "run-$test" ] || {
        echo "bash.sh: no such test: '$test'" >&2
        exit 125
    }
    timeout -k 5 150 sh "./run-$test" >"$work/log" 2>&1 </dev/null
    result=$?
    sed 's/^/| /' "$work/log"
    if [ "$result" -eq 0 ]; then
        echo "PASS: $test"
    else
        echo "FAIL: $test" && status=1
    fi
    rm -f "$BASH_TSTOUT"
done
chmod -R u+rwx "$work" && rm -rf "$work"
exit "$status"
