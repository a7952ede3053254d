#!/usr/bin/env bats
# Test suites of other projects pass and fail alike without the shim and with it. Here are the short ones;
# `tests/third_party/third_party.sh` runs them all. The first tests are about compare.sh itself.

load ../lib/common

COMPARE=$BATS_TEST_DIRNAME/compare.sh
SUITES=$BATS_TEST_DIRNAME/third_party.sh
STATIC_PROGRAMS=$BATS_TEST_DIRNAME/static_programs.sh

# Builds a naive shim, which ignores SIGPIPE in the whole process.
naive() {
    echo '#include <signal.h>
        __attribute__((constructor)) static void start(void) { signal(SIGPIPE, SIG_IGN); }' |
        "${CC:-cc}" -shared -fPIC -x c - -o "$BATS_TEST_TMPDIR/naive.so"
    echo "$BATS_TEST_TMPDIR/naive.so"
}

# Writes a suite of two tests. The second one passes only with the shim.
two_tests() {
    cat >"$BATS_TEST_TMPDIR/two" <<'SCRIPT'
#!/bin/bash
echo 'ok 1 - first'
if (exec 3> >(:); wait $!; echo x >&3) 2>/dev/null; [ $? -eq 141 ]; then
    echo 'not ok 2 - second'
else
    echo 'ok 2 - second'
fi
SCRIPT
    chmod +x "$BATS_TEST_TMPDIR/two"
}

@test "compare: a command that the shim does not change is the same" {
    run "$COMPARE" -- printf 'ok 1 - one\nnot ok 2 - two\nPASS: three\nSKIP: four\n'
    assert_success
    assert_output 'same: 4 tests, 2 of them pass'
}

@test "compare: a test that the shim changes is named, with both results" {
    two_tests
    run "$COMPARE" -- "$BATS_TEST_TMPDIR/two"
    assert_failure 1
    assert_line 'without the shim: second: fail'
    assert_line 'with the shim:    second: pass'
    refute_output --partial 'first'
}

@test "compare: the command's own status counts" {
    run "$COMPARE" -- bash -c 'exec 3> >(:); wait $!; echo x >&3'
    assert_failure 1
    assert_line 'without the shim: exit status: 141'
}

@test "compare: options reach the shim, and another object can stand in its place" {
    run "$COMPARE" -o off -- bash -c 'exec 3> >(:); wait $!; echo x >&3'
    assert_success
    run "$COMPARE" --object "$(naive)" -- env --list-signal-handling true
    assert_success
    # shellcheck disable=SC2016
    run "$COMPARE" --object "$(naive)" -f 's/^PIPE .*: \(.*\)/PIPE: \1/p; $s/.*/end: pass/p' -- \
        sh -c 'env --list-signal-handling true; echo'
    assert_failure 1
    assert_line 'with the shim:    PIPE: IGNORE'
}

@test "compare: filters as a sed program, a sed file and a program" {
    local output_of='printf "one=good\ntwo=bad\n"' program='s/\(.*\)=good/\1: pass/p; s/\(.*\)=bad/\1: fail/p'
    echo "$program" >"$BATS_TEST_TMPDIR/filter.sed"
    printf '#!/bin/sh\nexec sed -n "%s"\n' "${program//\\/\\\\}" >"$BATS_TEST_TMPDIR/filter"
    chmod +x "$BATS_TEST_TMPDIR/filter"
    for filter in "$program" "$BATS_TEST_TMPDIR/filter.sed" "$BATS_TEST_TMPDIR/filter"; do
        run "$COMPARE" -f "$filter" -- sh -c "$output_of"
        assert_success
        assert_output 'same: 2 tests, 1 of them pass'
    done
}

@test "compare: a test that ever passed counts as passed, on both sides alike" {
    # On each side one test fails the first time: the first test on one side, the second on the other.
    cat >"$BATS_TEST_TMPDIR/flaky" <<'SCRIPT'
#!/bin/sh
side=${LD_PRELOAD:+with}
mark=$1/mark.${side:-without}
case $side-$(ls "$mark" 2>/dev/null) in
-) echo 'not ok 1 - first' && echo 'ok 2 - second' ;;
with-) echo 'ok 1 - first' && echo 'not ok 2 - second' ;;
*) echo 'ok 1 - first' && echo 'ok 2 - second' ;;
esac
: >"$mark"
SCRIPT
    chmod +x "$BATS_TEST_TMPDIR/flaky"
    run "$COMPARE" -r 1 -- "$BATS_TEST_TMPDIR/flaky" "$BATS_TEST_TMPDIR"
    assert_success
    assert_line 'same: 2 tests, 2 of them pass'
    rm "$BATS_TEST_TMPDIR"/mark.*
    run "$COMPARE" -- "$BATS_TEST_TMPDIR/flaky" "$BATS_TEST_TMPDIR"
    assert_failure 1
}

@test "compare: errors of its own are 125" {
    run "$COMPARE"
    assert_failure 125
    run "$COMPARE" -x -- true
    assert_failure 125
    run "$COMPARE" --object /nonexistent -- true
    assert_failure 125
    run "$COMPARE" -f 's/^never //p' -- echo something
    assert_failure 125
    run "$COMPARE" -- /nonexistent/command
    assert_failure 125
    run "$COMPARE" -r many -- true
    assert_failure 125
}

@test "CPython's test_signal" {
    run "$SUITES" test_signal
    assert_success
    assert_output --partial 'same: '
}

@test "coreutils and bash, where they expect a broken pipe to end a program quietly" {
    for mode in catch flags; do
        run "$SUITES" -m "$mode" coreutils-stdio bash-stdio
        assert_success
        assert_line --partial 'coreutils-stdio: same: 1 tests, 1 of them pass'
        assert_line --partial 'bash-stdio: same: 2 tests, 2 of them pass'
    done
}

@test "bash, where it shows its traps, redirects and makes pipelines, in every mode" {
    for mode in catch ignore mask flags; do
        run "$SUITES" -m "$mode" bash-short
        assert_success
        assert_output --regexp 'bash-short: same: [0-9]+ tests, [1-9]'
    done
}

@test "these suites detect a naive shim" {
    for suite in coreutils-stdio bash-short; do
        run "$SUITES" -r 0 --object "$(naive)" "$suite"
        assert_failure 1
        assert_output --partial 'with the shim:'
    done
}

@test "CPython's test_posix and test_fork1 of a static python; they detect a launcher that waits for its program" {
    [ "$(uname -m)" = x86_64 ] || skip 'nosigpipe-attach is for x86-64 and i386'
    for program in python python-embedded; do
        run "$STATIC_PROGRAMS" compare "$program" test_posix test_fork1
        assert_success
        assert_output --regexp '^same: [0-9]+ tests, [1-9]'
    done
    printf '#!/bin/sh\n"$@"\n' >"$BATS_TEST_TMPDIR/naive"
    chmod +x "$BATS_TEST_TMPDIR/naive"
    RETRIES=0 LAUNCHER=$BATS_TEST_TMPDIR/naive run "$STATIC_PROGRAMS" compare python test_posix
    assert_failure 1
    assert_output --partial 'without the shim: test.test_posix.TestPosixSpawn.test_returns_pid: pass'
}

@test "a static python that takes the default action again is not ended, and sees what it sees bare" {
    [ "$(uname -m)" = x86_64 ] || skip 'nosigpipe-attach is for x86-64 and i386'
    "$STATIC_PROGRAMS" make-python "$BATS_TEST_TMPDIR/python"
    python=$BATS_TEST_TMPDIR/python/bin/static
    run bare "$python" "$BATS_TEST_DIRNAME/default_action.py"
    assert_failure "$SIGPIPE_STATUS"
    assert_line 'the default again: 0'
    seen=$output
    run bare "$LAUNCHER" "$python" "$BATS_TEST_DIRNAME/default_action.py"
    assert_success
    assert_output "$seen
write: EPIPE
print: EPIPE"
    # An embedded program has no hook, so that the default action ends the protection: nosigpipe-embed(1).
    "$BUILD/nosigpipe-embed" "$python" "$python-embedded"
    run bare "$python-embedded" "$BATS_TEST_DIRNAME/default_action.py"
    assert_failure "$SIGPIPE_STATUS"
    assert_output "$seen"
}
