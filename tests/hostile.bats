#!/usr/bin/env bats
# Hosts that are hostile to what is loaded into them, or short of something. The oracle: the same
# program without the shim, with SIGPIPE ignored.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# What a host may be given: each mode, and what takes most calls, memory and stack.
OPTIONS=(mode=catch mode=ignore mode=mask mode=flags
    log=stderr,storm=1000000 log=syslog
    "log=file:/nowhere/log,backtrace=32" log=journal,mode=ignore,backtrace=32)

with_options() { # OPTIONS COMMAND...
    local options=$1
    shift
    bare env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$options" "$@"
}

# Bare, the program or one of its cases is ended by SIGPIPE; with the shim all is as in the oracle.
answers_as_the_oracle() { # COMMAND...
    ignoring "$@" >oracle
    bare "$@" >bare || echo "status $?" >>bare
    run cmp -s oracle bare
    assert_failure 1
    local options
    for options in "${OPTIONS[@]}" "log=file:$PWD/log,backtrace=32"; do
        with_options "$options" "$@" >answers 2>errors || echo "status $?" >>answers
        diff -U 8 --label oracle --label "$options" oracle answers
    done
    # It was there.
    grep -q ' call=write ' log
}

@test "no descriptor open, no memory left, alternate stacks of any size" {
    answers_as_the_oracle "$PROGRAMS/hostile_limits"
    run cat oracle
    assert_line 'closed_everything: exited 4'
    assert_line 'closed_but_the_broken: exited 3'
    assert_line --regexp '^  [1-9][0-9]* sizes, answered: all$'
}

@test "a host that loads the object and closes it again" {
    run bare "$PROGRAMS/hostile_unload"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/hostile_unload"
    assert_success
    oracle=$output
    run bare "$PROGRAMS/hostile_unload" "$SHIM"
    assert_success
    assert_output "$oracle"
    # And one that it was preloaded into.
    for options in "${OPTIONS[@]}"; do
        run with_options "$options" "$PROGRAMS/hostile_unload" "$SHIM"
        assert_success
    done
}
