#!/usr/bin/env bats
# All other tests rely on these: the runner hides no SIGPIPE, a bare program dies of it, and this death is
# distinguished from others.

load ../lib/common

# Prints a field of /proc/PID/status of a command that this test starts.
status_word() { # NAME COMMAND...
    name=$1
    shift
    "$@" sed -n "s/^$name:[[:space:]]*//p" /proc/self/status
}

# SIGPIPE is 13: the 13th bit of the word.
has_sigpipe() { # HEXADECIMAL
    ((0x$1 >> 12 & 1))
}

@test "the runner does not ignore SIGPIPE, nor block it" {
    run status_word SigIgn env
    assert_output --regexp '^[0-9a-f]{16}$'
    refute has_sigpipe "$output"
    run status_word SigBlk env
    assert_output --regexp '^[0-9a-f]{16}$'
    refute has_sigpipe "$output"
}

@test "bare sets the default, ignoring ignores SIGPIPE, and both are visible in /proc" {
    assert has_sigpipe "$(status_word SigIgn ignoring)"
    refute has_sigpipe "$(status_word SigIgn bare)"
    refute has_sigpipe "$(status_word SigIgn shimmed)"
    # The same where the runner ignores it.
    refute has_sigpipe "$(
        trap '' PIPE
        status_word SigIgn bare
    )"
}

@test "bare and ignoring preload nothing, and shimmed preloads the library" {
    object=libnosigpipe.so
    export LD_PRELOAD=$SHIM
    run bare cat /proc/self/maps
    assert_success
    refute_output --partial "$object"
    run ignoring cat /proc/self/maps
    assert_success
    refute_output --partial "$object"
    unset LD_PRELOAD
    run shimmed cat /proc/self/maps
    assert_success
    assert_output --partial "$object"
}

@test "a bare program dies of SIGPIPE" {
    run bare "$PROGRAMS/runner_write"
    assert_failure "$SIGPIPE_STATUS"
    refute_output
}

@test "the same program survives with the library, and where SIGPIPE is ignored" {
    run ignoring "$PROGRAMS/runner_write"
    assert_success
    assert_output "-1 Broken pipe"
    run shimmed "$PROGRAMS/runner_write"
    assert_success
    assert_output "-1 Broken pipe"
}

@test "a crash by another signal has another status" {
    for name in SEGV ABRT TERM; do
        run bare sh -c "kill -s $name \$\$"
        assert_failure "$((128 + $(kill -l "$name")))"
        refute [ "$status" -eq "$SIGPIPE_STATUS" ]
    done
}
