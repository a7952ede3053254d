#!/bin/sh
# third_party.sh: runs test suites of other projects without the shim and with it. Both runs of each must
# have the same list of passes and failures. Without a SUITE it runs all of them, in every mode.
# Status: 0 if all lists are the same, 1 if one is not, 125 for an error here.

set -u

# The distribution's tests of CPython (Debian 12: libpython3.11-testsuite).
CPYTHON="test_signal test_subprocess test_os test_socket test_io test_threading
         test_multiprocessing_fork"

# Tests that expect a broken pipe on descriptor 1 to end a program without a message. They run with
# stdio=default, whose purpose this is, and only in the modes in which the guard sees the writes of stdio:
# catch and flags (libnosigpipe(7)).
#   env-signal-handler.sh  line 69: nothing on standard error from `seq`, piped to `head`
#   histexpand             histexp5.sub, lines 21 and 27: nothing from `echo` in an unread <(...)
#   lastpipe               lastpipe.tests, line 46: nothing from `echo`, piped into an assignment
COREUTILS_STDIO="env-signal-handler.sh"
BASH_STDIO="histexpand lastpipe"
# No test expects a broken write on another descriptor to end a program.

usage() {
    cat <<TEXT
Usage: third_party.sh [-m MODE] [-r TIMES] [--object FILE] [SUITE]...
Run test suites of other projects without the shim and with it, and compare
the tests that pass. Without a SUITE: all of them, in every mode.

  -m MODE        run the suites with mode=MODE (catch)
  -r TIMES       run both sides again, up to TIMES times, if they differ (2)
  --object FILE  preload FILE in place of the shim
  --fetch        only fetch the suites that are not packaged, as root or not
  --help         show this and exit

Suites: $(echo "$CPYTHON" | tr -s ' \n' ' ')
        coreutils coreutils-stdio bash bash-stdio bash-short
        static-ash static-bash static-python (started by the launcher, not preloaded)
        static-python-embedded (started by its interpreter)
TEXT
}

fail() { # MESSAGE
    printf 'third_party.sh: %s\n' "$1" >&2
    exit 125
}

here=$(cd -- "$(dirname -- "$0")" && pwd) || exit 125
object=$here/../../build/libnosigpipe.so
kept=$here/../../build/suites-output
mode=catch
retries=2

# Selects the lines that the scripts beside this one print for each test. A suite without such a line fails.
results='s/^PASS: \(.*\)/\1: pass/p; s/^SKIP: \(.*\)/\1: skip/p
         s/^FAIL: \(.*\)/\1: fail/p; s/^ERROR: \(.*\)/\1: error/p'

# Both sides are repeated alike, since these suites depend on time.
compare() { # ARGUMENT... of compare.sh, the command last
    "$here/compare.sh" --object "$object" -m "$mode" -r "$retries" -f "$results" -k "$kept/$mode.$suite" \
        "$@" 2>&1
}

# shellcheck disable=SC2086 # lists of names
run_suite() {
    case $suite in
    test_*) compare -- "$here/cpython.sh" "$suite" ;;
    coreutils) compare -- "$here/coreutils.sh" --but $COREUTILS_STDIO ;;
    coreutils-stdio) compare -o stdio=default -- "$here/coreutils.sh" $COREUTILS_STDIO ;;
    bash) compare -- "$here/bash.sh" --but $BASH_STDIO ;;
    bash-stdio) compare -o stdio=default -- "$here/bash.sh" $BASH_STDIO ;;
    bash-short) compare -- "$here/bash.sh" varenv redir posixpipe exportfunc ;;
    static-ash | static-python | static-python-embedded)
        "$here/static_programs.sh" compare "${suite#static-}" 2>&1
        ;;
    static-bash) "$here/static_programs.sh" compare bash varenv redir posixpipe exportfunc trap 2>&1 ;;
    *) fail "no suite '$suite' (see --help)" ;;
    esac
}

# Prints the whole output of a suite at once, since other suites run at the same time.
report_suite() {
    outcome=$(run_suite)
    status=$?
    printf '%s\n' "$outcome" | sed "s/^/mode=$mode, $suite: /"
    return "$status"
}

# Prints a line "MODE SUITE" for each, the longest first. The other modes differ from catch in the calls that
# set signals, start programs and write, so that they run the suites that have most of those.
everything() {
    echo 'catch bash'
    echo 'catch test_multiprocessing_fork'
    [ ! -x "${object%/*}/nosigpipe-attach" ] ||
        printf 'catch static-%s\n' ash bash python python-embedded
    for suite in $CPYTHON coreutils coreutils-stdio bash-stdio; do
        [ "$suite" = test_multiprocessing_fork ] || echo "catch $suite"
    done
    for mode in flags ignore mask; do
        for suite in test_signal test_subprocess test_io coreutils bash-short; do
            echo "$mode $suite"
        done
    done
    echo 'flags coreutils-stdio'
    echo 'flags bash-stdio'
}

fetch() {
    "$here/fetch.sh" coreutils && "$here/fetch.sh" bash
}

while [ $# -gt 0 ]; do
    case $1 in
    --help) usage && exit ;;
    --fetch) fetch && exit || exit 125 ;;
    -m | -r | --object) [ $# -gt 1 ] || fail "option '$1' needs a value" ;;
    --) shift && break ;;
    -*) fail "unknown option '$1' (see --help)" ;;
    *) break ;;
    esac
    case $1 in
    -m) mode=$2 ;;
    -r) retries=$2 ;;
    --object) object=$2 ;;
    esac
    shift 2
done

if [ $# -eq 0 ]; then
    fetch >/dev/null || exit 125
    # The suites mostly sleep: more run at a time than there are processors. xargs exits with 123 if one failed.
    everything | xargs -P 4 -n 2 "$0" --object "$object" -r "$retries" -m
    case $? in
    0) exit 0 ;;
    123) exit 1 ;;
    *) exit 125 ;;
    esac
fi
worst=0
for suite in "$@"; do
    report_suite
    status=$?
    [ "$status" -le "$worst" ] || worst=$status
done
exit "$worst"
