#!/usr/bin/env bats
# The fuzzer that compares random programs with and without the library (tests/fuzz/differential.py).

load ../lib/common

fuzz() { # FOLDER SECONDS: with the library in FOLDER
    NOSIGPIPE_BUILD=$1 NOSIGPIPE_PROGRAMS=$PROGRAMS python3 -B "$ROOT/tests/fuzz/differential.py" "$2" 1
}

preload() { # SOURCE: in place of the library
    "${CC:-cc}" -shared -fPIC -x c -o "$BATS_TEST_TMPDIR/libnosigpipe.so" - <<<"$1"
}

@test "the fuzzer detects a preload that does nothing" {
    preload 'int nothing;'
    run fuzz "$BATS_TEST_TMPDIR" 60
    assert_failure 1
    assert_output --partial "killed by SIGPIPE"
}

@test "the fuzzer detects a preload that ignores SIGPIPE, and prints the shortest case" {
    preload '#include <signal.h>
        __attribute__((constructor)) static void start(void) { signal(SIGPIPE, SIG_IGN); }'
    run fuzz "$BATS_TEST_TMPDIR" 60
    assert_failure 1
    assert_output --partial "+disposition: IGN"
    refute_output --regexp "replay: .* ; "
}

@test "a case gives the same transcript each time" {
    # The case continues and ends in each way, and has signals that may come at any time.
    local case='signal signal PIPE tell ; thread PIPE [ kill-parent always ; send kill PIPE ; timer always ] ;
        partial write ; fork [ popen-write ; system kill ] ; write write tcp-finished ok 1 ok 0 2 ;
        vfork [ report execve bare ] ; mask sigprocmask BLOCK PIPE ok ok ; send kill PIPE ; exec execve ;
        spawn posix_spawn bare - - ; signal signal PIPE DFL ; wait ppoll none ok 0'
    run bare "$PROGRAMS/differential" case "$case"
    assert_output --partial "case: killed by SIGPIPE"
    refute_output --partial "cannot go on"
    local first=$output
    for _ in {1..20}; do
        run bare "$PROGRAMS/differential" case "$case"
        assert_equal "$output" "$first"
    done
}

# bats test_tags=optimized
@test "the cases that the fuzzer found earlier behave as without the library" {
    fuzz "$BUILD" 0
}
