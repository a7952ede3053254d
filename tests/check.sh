#!/bin/sh
# Runs the tests: tests/check.sh [FILE.bats]...   (`make check TESTS='FILE...'`; default: all but
# those of tests/arch, tests/fleet, tests/kernels, tests/libc, tests/systems, tests/containers and
# tests/applications, which need more packages)
# Under $NOSIGPIPE_TAGS only tests whose tags fit it are run, as bats --filter-tags has it.
# Ends with a line "N passed, N failed", and ", N not run" where tests need what this machine or this
# user does not have (common.bash, needs); the status is 0 if nothing failed and something passed.

set -u
cd -- "$(dirname -- "$0")/.." || exit
. tests/lib/install_tools.sh
. tests/lib/default_tests.sh
[ $# -gt 0 ] || eval "set -- ${TESTS:-$(default_tests | tr '\n' ' ')}"
install_missing check || exit
case " $*" in *' tests/systems/'*) install_missing systems || exit ;; esac
case " $*" in *' tests/applications/'*) install_missing programs || exit ;; esac
case " $*" in *' tests/kernels/'*) install_missing kernels || exit ;; esac
case " $*" in *' tests/arch/'*) install_missing arch || exit ;; esac
case " $*" in *' tests/containers/'*) install_missing containers || exit ;; esac

# Variables of the caller of `make check` must not reach a make that a test runs, nor may a preload reach the
# tools of the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LD_PRELOAD NOSIGPIPE_OPTIONS

# The tests compare characters outside ASCII.
export LC_ALL=C.UTF-8

# Ends a test that hangs: no test takes that long.
: "${BATS_TEST_TIMEOUT:=180}"
export BATS_TEST_TIMEOUT

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Bats would run no test at all if it cannot read one of the files (which has two tests of one name, say).
sound_files() { # FILE...: prints the others as failures
    for file in "$@"; do
        count=$(bats --count "$file" 2>"$work/error") || count=0
        if [ "$count" -gt 0 ]; then
            printf '%s\n' "$file" >>"$work/files"
        else
            echo "not ok $file: no tests in it, or bats cannot read it"
            sed 's/^/# /' "$work/error"
        fi
    done
}

# Sets SIGPIPE to its default, since an ignored signal is inherited, and the tests need a deadly one.
run_bats() {
    xargs -d '\n' env --default-signal=PIPE \
        bats --formatter tap --timing --jobs "$(nproc)" ${NOSIGPIPE_TAGS:+--filter-tags "$NOSIGPIPE_TAGS"} \
        <"$work/files" 2>&1 ||
        : >"$work/bats_failed"
}

# Runs first: a bare program must die here. Where it does not, no other test proves anything.
prove_the_runner() {
    env --default-signal=PIPE bats --formatter tap tests/project/selftest.bats >"$work/runner" 2>&1 && return
    echo 'not ok tests/project/selftest.bats: the others are not run'
    sed 's/^/# /' "$work/runner"
    return 1
}

# Repeats the failures with the first lines of the reason, then prints the counts. A planned test that bats did
# not run has failed, too.
summarize() {
    awk -v bats_failed="$(ls "$work/bats_failed" 2>/dev/null)" '
        /^1\.\.[0-9]+$/ { planned = substr($0, 4) + 0; next }
        /^ok .* # skip/ { skipped++; ran++; sub(/( in [0-9]+ms)? # skip /, ": "); left = left "\n" substr($0, 4); next }
        /^ok / { passed++; ran++; next }
        /^not ok [0-9]/ { ran++ }
        /^not ok / { failed++; failures = failures "\n" $0; lines = 20; next }
        /^# / && lines > 0 { failures = failures "\n  " substr($0, 3); lines--; next }
        { lines = 0 }
        END {
            if (ran < planned) {
                failed += planned - ran
                failures = failures "\n" (planned - ran) " tests did not run"
            }
            if (bats_failed && !failed) {
                failed++
                failures = failures "\nbats ended with an error"
            }
            if (left)
                print "\nNot run:" left
            if (failures)
                print "\nFailed:" failures
            printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " not run" : ""
            exit failed || !passed
        }'
}

: >"$work/files"
{
    sound_files "$@"
    [ ! -s "$work/files" ] || { prove_the_runner && run_bats; }
} | tee "$work/log"
summarize <"$work/log"
