#!/usr/bin/env bats
# Broken calls from many threads, a signal handler and children, all at once.

load common

@test "a storm of broken calls from all sides is answered with EPIPE" {
    run bare "$PROGRAMS/threads_storm"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/threads_storm"
    assert_success
    assert_output "all answered, 0 wrong"
    for mode in catch ignore mask flags; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$PROGRAMS/threads_storm"
        assert_success
        assert_output "all answered, 0 wrong"
    done
}
