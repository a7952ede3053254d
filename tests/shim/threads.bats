#!/usr/bin/env bats
# Broken calls from many threads, a signal handler and children, all at once.

load ../lib/common

@test "many broken calls from everywhere at once are all answered with EPIPE" {
    needs_glibc 2.21 'a child of fork dies while another thread is in dprintf'
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

@test "threads live while another thread has vfork children, which share the memory" {
    run bare "$PROGRAMS/vfork_beside" 300000
    assert_failure # a thread's death, or that of a child
    run ignoring "$PROGRAMS/vfork_beside" 300000
    assert_success
    local answered=$output
    for mode in catch ignore mask flags; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$PROGRAMS/vfork_beside" 300000
        assert_success
        assert_output "$answered"
    done
}

@test "a thread with the smallest stack has room for a broken write deep in stdio" {
    needs_glibc 2.28 'unbuffered stdio has no room in the smallest stack' # seen with 2.17
    run bare "$PROGRAMS/small_stack"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/small_stack"
    assert_output "-1 Broken pipe"
    for mode in catch ignore mask flags; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$PROGRAMS/small_stack"
        assert_success
        assert_output "-1 Broken pipe"
    done
    run shimmed env NOSIGPIPE_OPTIONS=log=stderr,backtrace=16 "$PROGRAMS/small_stack"
    assert_line "-1 Broken pipe"
    assert_output --partial ' backtrace='
}

@test "mode=mask needs no signal frame: threads have the stacks that they asked for, and room for a record" {
    needs_glibc 2.28 'unbuffered stdio has no room in the smallest stack' # seen with 2.17
    run shimmed env NOSIGPIPE_OPTIONS=mode=mask "$PROGRAMS/small_stack" sizes
    assert_success
    assert_output "$(bare "$PROGRAMS/small_stack" sizes)"
    local answered
    answered=$(ignoring "$PROGRAMS/small_stack" deep 7000)
    run shimmed env NOSIGPIPE_OPTIONS=mode=mask "$PROGRAMS/small_stack" deep 7000
    assert_output "$answered"
    run shimmed env NOSIGPIPE_OPTIONS=mode=mask,log=stderr,backtrace=16 \
        "$PROGRAMS/small_stack" deep 7000
    assert_success
    assert_line "$answered"
    assert_output --partial ' backtrace='
    # Once the program has set a disposition, and then the default again, the guard needs frames there, too.
    run shimmed env NOSIGPIPE_OPTIONS=mode=mask "$PROGRAMS/small_stack" chosen
    assert_success
    assert_output "$(ignoring "$PROGRAMS/small_stack")"
}

@test "mode=ignore: a handler that one thread sets stays set while another thread starts programs" {
    # 100000 times, since the interval in which it could be overwritten is short.
    for mode in catch ignore mask; do
        run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$PROGRAMS/handler_lost" 100000
        assert_success
        assert_output "$(bare "$PROGRAMS/handler_lost" 100000)"
    done
}

# bats test_tags=native
@test "a thread whose thread pointer was not made by libc" {
    run bare "$PROGRAMS/thread_pointer"
    assert_failure "$SIGPIPE_STATUS"
    local mode more
    for mode in catch ignore mask flags; do
        for more in '' ,events=all ,events=all,log=file:/dev/null; do
            run shimmed env NOSIGPIPE_OPTIONS="mode=$mode$more" "$PROGRAMS/thread_pointer"
            assert_success
            assert_output "$(ignoring "$PROGRAMS/thread_pointer")"
        done
    done
}
