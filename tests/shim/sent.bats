#!/usr/bin/env bats
# A SIGPIPE that is sent does what it does without the shim. A disposition that the program sets is the one
# that it gets. Where the program sets the default, by whichever function, it stays protected.

load ../lib/common

@test "a SIGPIPE that is sent does what it does without the shim" {
    bare "$PROGRAMS/sent" >"$BATS_TEST_TMPDIR/bare"
    shimmed "$PROGRAMS/sent" >"$BATS_TEST_TMPDIR/shimmed" || true # it stops at one that hangs
    run diff "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/shimmed"
    assert_success
}

# bats test_tags=bare
@test "a SIGPIPE that is sent ends a bare process only where its disposition is the default" {
    run bare "$PROGRAMS/sent"
    assert_success
    for line in "${lines[@]}"; do
        case $line in
        default*,*,* | one-shot,*,* | broken-before,*,*)
            assert_regex "$line" ': wait status 13, '
            ;;
        ignore,*,*) assert_regex "$line" ': wait status 0, handled 0,' ;;
        *) assert_regex "$line" ': wait status 0, handled 1,' ;;
        esac
    done
}

# Without the shim, the first broken call would end the process before the kill.
storm() { # CALL SENDER
    run shimmed "$PROGRAMS/sent_storm" "$@"
    assert_success
    assert_output --regexp '^[0-9]+ children died of SIGPIPE$'
}

@test "a kill from another process ends a process during its broken writes and sends" {
    storm write outside
    storm send outside
    storm both outside
}

# bats test_tags=slow
@test "a kill of itself ends a process while another of its threads makes broken calls" {
    for call in write send both; do
        storm "$call" thread
        storm "$call" main
    done
}

@test "a process that sets the default again, by every function that can, is protected at every instant" {
    run "$PROGRAMS/sent_default" --list
    assert_line siginterrupt
    for name in "${lines[@]}"; do
        run bare "$PROGRAMS/sent_default" "$name"
        assert_failure "$SIGPIPE_STATUS"
        run shimmed "$PROGRAMS/sent_default" "$name"
        assert_success
        assert_output "still here"
    done
}

@test "a handler of the program runs at a broken call as without the shim" {
    run "$PROGRAMS/sent_handlers" --list
    assert_line siginfo
    for name in "${lines[@]}"; do
        for call in write send dprintf; do
            run bare "$PROGRAMS/sent_handlers" "$name" "$call"
            assert_success
            assert_line --index 2 --partial 'handled 3:'
            bare_output=$output
            run shimmed "$PROGRAMS/sent_handlers" "$name" "$call"
            assert_success
            assert_output "$bare_output"
        done
    done
}

@test "an SA_RESETHAND handler runs once, and the process is protected after it" {
    run "$PROGRAMS/sent_handlers" --one-shots
    assert_line one-shot-siginfo
    for name in "${lines[@]}"; do
        for call in write send dprintf; do
            run bare "$PROGRAMS/sent_handlers" "$name" "$call"
            assert_failure "$SIGPIPE_STATUS"
            assert_equal "${#lines[@]}" 1
            bare_output=$output
            run shimmed "$PROGRAMS/sent_handlers" "$name" "$call"
            assert_success
            assert_line --index 0 "$bare_output"
            assert_line --index 1 --regexp '^default, -1 Broken pipe, handled 1: .*, default$'
            assert_line --index 2 --regexp '^default, -1 Broken pipe, handled 1: .*, default$'
        done
    done
}
