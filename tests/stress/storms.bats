#!/usr/bin/env bats
# Storms: broken writes of all kinds from many threads, while the program does everything else that it can.
# `make soak` makes a hundred times as many.

load ../lib/common

storm_in_mode() { # MODE
    run "$ROOT/tests/stress/storm.sh" "$1" 100000
    assert_success
    assert_output --partial "mode=$1: "
}

@test "the storm ends a bare program, and passes without the shim where SIGPIPE is ignored" {
    cd "$BATS_TEST_TMPDIR"
    bare "$PROGRAMS/storm" --oracle >oracle
    run bare "$PROGRAMS/storm" 1000 8 oracle
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/storm" 10000 8 oracle
    assert_success
}

@test "mode=catch: a storm is survived, answered and counted" {
    storm_in_mode catch
}

@test "mode=ignore: a storm is survived, answered and counted" {
    storm_in_mode ignore
}

@test "mode=mask: a storm is survived, answered and counted" {
    storm_in_mode mask
}

@test "mode=flags: a storm is survived, answered and counted" {
    storm_in_mode flags
}
