# The options that decide what happens after a broken write: stdio, action, handlers, storm.

load ../lib/common

# Runs the program `policy` with these options. Its answers are on standard output.
policy() {
    local options=$1
    shift
    NOSIGPIPE_OPTIONS=$options env --default-signal=PIPE LD_PRELOAD="$SHIM" \
        "$PROGRAMS/policy" "$@" 3>&1 >/dev/null 2>/dev/null
}

died() {
    assert_equal "$status" "$SIGPIPE_STATUS"
}

answered() { # TIMES
    assert_success
    assert_equal "$(grep -c '^-1 EPIPE$' <<<"$output")" "$1"
}

ALL_MODES='catch ignore mask flags'
# Calls that the shim sees in every mode. In mode=ignore and mode=mask it sees only interposed calls.
SEEN='write writev splice tee vmsplice sendfile'

@test "each call ends the bare program" {
    needs vmsplice
    for call in $SEEN stdio raw; do
        run env --default-signal=PIPE "$PROGRAMS/policy" 5 pipe "$call" 1 3>&1
        died
    done
    run env --default-signal=PIPE "$PROGRAMS/policy" 5 socket send 1 3>&1
    died
}

@test "stdio=default: a broken pipe on descriptor 1 or 2 takes the default action" {
    needs vmsplice
    for mode in $ALL_MODES; do
        for call in $SEEN; do
            for fd in 1 2; do
                run policy "mode=$mode,stdio=default" $fd pipe "$call" 1
                died || fail "$mode $call $fd"
            done
        done
    done
}

@test "stdio=default: the same for stdio and raw system calls, where the guard is installed" {
    for mode in catch flags; do
        for call in stdio raw; do
            run policy "mode=$mode,stdio=default" 1 pipe "$call" 1
            died || fail "$mode $call"
        done
    done
}

@test "stdio=default: a socket on those descriptors, and a pipe on any other, stay protected" {
    needs vmsplice
    for mode in $ALL_MODES; do
        run policy "mode=$mode,stdio=default" 1 socket write 2
        answered 2
        run policy "mode=$mode,stdio=default" 2 socket send 2
        answered 2
        for call in $SEEN; do
            run policy "mode=$mode,stdio=default" 5 pipe "$call" 2
            answered 2
        done
    done
}

@test "stdio=default: a pipeline ends quietly" {
    run bash -c "NOSIGPIPE_OPTIONS=stdio=default LD_PRELOAD=$SHIM \
        env --default-signal=PIPE yes 2>&1 | head -n 1; echo \${PIPESTATUS[0]}"
    assert_output $'y\n141'
}

@test "stdio=success: a broken pipe on descriptor 1 ends the program at once with status 0" {
    needs vmsplice
    for mode in $ALL_MODES; do
        for call in $SEEN; do
            run policy "mode=$mode,stdio=success" 1 pipe "$call" 2
            assert_success
            assert_output ''
        done
    done
    for mode in catch flags; do
        for call in stdio raw; do
            run policy "mode=$mode,stdio=success" 1 pipe "$call" 2
            assert_success
            assert_output ''
        done
    done
}

@test "stdio=success: other descriptors, sockets, and a program that handles the signal are as ever" {
    for mode in $ALL_MODES; do
        run policy "mode=$mode,stdio=success" 1 socket write 2
        answered 2
        run policy "mode=$mode,stdio=success" 2 pipe write 2
        answered 2
        run policy "mode=$mode,stdio=success" 5 pipe write 2
        answered 2
        run policy "mode=$mode,stdio=success" 1 pipe write 2 ignore
        answered 2
        run policy "mode=$mode,stdio=success,action=die" 2 pipe write 2
        died
        run policy "mode=$mode,stdio=success,storm=2" 5 pipe write 2
        died
    done
}

# Prints the statuses of pipelines whose reader goes first, and of two that fail by themselves.
pipefail() { # OPTIONS SHELL...
    env --default-signal=PIPE NOSIGPIPE_OPTIONS="$1" LD_PRELOAD="$SHIM" "${@:2}" -c \
        'set -o pipefail
        yes | head -n 1; echo "$?"
        seq 1000000 | head -n 1; echo "$?"
        (echo one; exit 3) | cat | head -n 1; echo "$?"
        { false || exit 4; yes; } | head -n 1; echo "$?"
        (while echo x; do :; done) | head -n 1; echo "$?"' 2>&1
}

# bats test_tags=native
@test "stdio=success: pipelines succeed with pipefail under bash, busybox and zsh, and real failures stay" {
    for shell in bash 'busybox ash' zsh; do
        # shellcheck disable=SC2086 # a word each
        run pipefail stdio=success $shell
        assert_output $'y\n0\n1\n0\none\n3\n4\nx\n0'
        # shellcheck disable=SC2086 # a word each
        run pipefail stdio=default $shell
        assert_line "$SIGPIPE_STATUS"
    done
}

# dash 0.5.12 has no pipefail.
# bats test_tags=native
@test "stdio=success: under dash the writer's status is 0, and a real failure stays" {
    cd "$BATS_TEST_TMPDIR"
    run env --default-signal=PIPE NOSIGPIPE_OPTIONS=stdio=success LD_PRELOAD="$SHIM" dash -c \
        '{ yes; echo "$?" >status; } | head -n 1; { (echo x; exit 5); echo "$?" >>status; } | cat; cat status'
    assert_output $'y\nx\n0\n5'
}

@test "stdio=epipe: descriptor 1 is like any other" {
    for mode in $ALL_MODES; do
        run policy "mode=$mode" 1 pipe write 2
        answered 2
    done
}

@test "action=die: a broken write takes the default action" {
    needs vmsplice
    for mode in $ALL_MODES; do
        for call in $SEEN; do
            run policy "mode=$mode,action=die" 5 pipe "$call" 1
            died || fail "$mode $call"
        done
        run policy "mode=$mode,action=die" 5 socket send 1
        died
    done
    run policy "action=die" 5 pipe stdio 1
    died
    run policy "action=die" 5 pipe raw 1
    died
}

@test "action=die: nothing happens where the program passed MSG_NOSIGNAL, or handles or ignores SIGPIPE" {
    for mode in $ALL_MODES; do
        run policy "mode=$mode,action=die" 5 socket quiet 2
        answered 2
        run policy "mode=$mode,action=die" 5 socket send 2 ignore
        answered 2
        run policy "mode=$mode,action=die" 5 pipe write 1 handler
        answered 1
        assert_line handler
    done
}

@test "handlers=override: what the program sets is reported back to it, and not installed" {
    for mode in $ALL_MODES; do
        for call in write stdio; do
            run policy "mode=$mode,handlers=override" 5 pipe $call 2 handler
            answered 2
            assert_line --index 2 handler
            assert_equal "${#lines[@]}" 3
        done
        run policy "mode=$mode,handlers=override" 5 pipe write 1 ignore
        answered 1
        assert_line --index 1 ignore
        run policy "mode=$mode,handlers=override,action=die" 5 pipe write 1 handler
        died
    done
}

@test "storm=N: the Nth event on a descriptor within a second takes the default action" {
    for mode in $ALL_MODES; do
        run policy "mode=$mode,storm=50" 5 pipe write 49
        answered 49
        run policy "mode=$mode,storm=50" 5 pipe write 50
        died
        assert_equal "${#lines[@]}" 49
        run policy "mode=$mode,storm=50" 5 socket send 50
        died
    done
    run policy "storm=50" 5 pipe stdio 50
    died
}

@test "storm=N says so on standard error" {
    NOSIGPIPE_OPTIONS=storm=3 run env --default-signal=PIPE LD_PRELOAD="$SHIM" \
        "$PROGRAMS/policy" 5 pipe write 9 3>/dev/null
    died
    assert_output "nosigpipe: 3 broken writes within a second on descriptor 5: the default action \
is taken (storm=3)"
}

@test "off: the program is not protected, and nothing is changed" {
    run policy off 5 pipe write 1
    died
    run policy off 5 socket send 1
    died
    run policy off 5 pipe write 1 handler
    answered 1
    assert_line handler
}
