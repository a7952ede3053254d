#!/usr/bin/env bats
# A visit to a running process changes nothing that it can see, but its answer to a broken write. The oracle is
# the same program with no visit: tests/fixtures/attach/blocking.c blocks in each way that there is, and
# attach_storm.c does much at once. naive.c is a visitor with faults, which these tests have to notice.

load ../lib/common
load ../lib/visits

setup() {
    [ "$(uname -m)" = x86_64 ] || skip 'nosigpipe-attach is for x86-64 and i386'
}

# Outside its cgroup the spinner ends at once.
teardown() {
    [ -n "${spinner-}" ] || return 0
    echo "$spinner" >"${THROTTLED%/*}/cgroup.procs"
    kill "$spinner"
    wait "$spinner" || true
    rmdir "$THROTTLED"
}

# --- What the tests notice

# bats test_tags=bare
@test "a visitor that puts everything back is not noticed" {
    assert_unnoticed 10 5 by_naive none -- plain waited
    assert_unnoticed 10 5 by_naive -t none -- -r -t plain waited
    assert_unnoticed 0 0 by_naive none -- timed
}

# bats test_tags=bare
@test "a naive visitor is noticed: EINTR left as it is, or made of what would be restarted" {
    assert_noticed 'epoll_wait: .* [1-3] interrupted' 3 0 by_naive eintr -- epoll_wait
    assert_noticed 'io_uring: .* [1-3] interrupted' 3 0 by_naive eintr -- io_uring
    assert_noticed 'recv_limit: .* [1-3] interrupted' 3 0 by_naive eintr -- recv_limit
    assert_noticed 'nanosleep: .* [1-3] interrupted' 3 0 by_naive fix-up -- nanosleep
    assert_noticed 'read_pipe: .* [1-3] interrupted' 3 0 by_naive fix-up -- read_pipe
    assert_noticed 'poll: -1 Unknown error 516' 3 0 by_naive forget -- poll
    assert_noticed 'nanosleep_timed: .* [1-9][0-9]* interrupted' 0 0 by_naive fix-up -- nanosleep_timed timed
}

# bats test_tags=bare
@test "a naive visitor is noticed: signals" {
    assert_noticed 'SigIgn ([0-9a-f]*[02468ace])?6,' 1 0 by_naive step -- read_pipe
    assert_noticed 'SigIgn ([0-9a-f]*[02468ace])?6,' 1 0 by_naive step -- busy
    assert_noticed 'SigBlk [^,]*f' 1 0 by_naive mask -- poll
    assert_noticed 'read_pipe does not block: state S, [0-9]+ of' 1 2000 by_naive signal -- read_pipe
    assert_noticed 'does not end: state T' 1 0 by_naive stopped -- poll
}

# bats test_tags=bare
@test "a naive visitor is noticed: registers and memory" {
    assert_noticed 'general\[7\] general\[8\]' 1 0 by_naive registers -- registers_call
    assert_noticed 'general\[7\] general\[8\]' 1 0 by_naive registers -- registers_busy
    assert_noticed 'red zone' 1 0 by_naive red-zone -- registers_busy
    assert_noticed 'below_stack: [1-9]' 1 0 by_naive stack -- below_stack
}

# bats test_tags=bare
@test "any visitor is noticed that stops what is partly done" {
    local way
    for way in write_pipe_part write_socket_part send_part sendfile_part recv_waitall recvmmsg; do
        assert_noticed ' [1-9][0-9]* short' 1 0 by_naive none -- "$way"
    done
    assert_noticed 'completed 0' 1 0 by_naive none -- io_uring_submit
}

# bats test_tags=bare
@test "gdb's call of signal() is noticed" {
    assert_noticed 'epoll_wait: .* 1 interrupted' 1 0 by_gdb -- epoll_wait
}

# bats test_tags=bare
@test "storms notice a naive visitor: sections of rseq, signals, short writes, and one that is left stopped" {
    run env VISITOR="$PROGRAMS/naive -t none" "$ROOT/tests/stress/visits.sh" 200 malloc fork signals rseq
    assert_success
    assert_output --regexp '[0-9]+ visits.* 0 processes harmed, 0 left stopped$'
    run env VISITOR="$PROGRAMS/naive -t rseq" "$ROOT/tests/stress/visits.sh" 100 rseq
    assert_failure
    assert_output --partial 'an increment in a section of rseq was lost'
    run env VISITOR="$PROGRAMS/naive -t none" "$ROOT/tests/stress/visits.sh" 30 transfers
    assert_failure
    assert_output --partial 'a blocking write came back short'
    run env VISITOR="$PROGRAMS/naive stopped" "$ROOT/tests/stress/visits.sh" 1 malloc
    assert_failure
    assert_output --partial ' 1 left stopped'
}

# --- nosigpipe-attach

@test "visits are not noticed by processes that block" {
    assert_unnoticed 5 0 by_attach -- plain
    assert_guarded
}

@test "visits are not noticed by processes that block and handle signals meanwhile" {
    assert_unnoticed 5 10 by_attach -- plain
    assert_guarded
}

@test "visits are not noticed by processes that block and handle signals with SA_RESTART" {
    assert_unnoticed 5 10 by_attach -- -r plain
    assert_guarded
}

@test "visits are not noticed by second threads that block and handle signals" {
    assert_unnoticed 5 10 by_attach -- -t plain waited whole
    assert_guarded
    assert_unnoticed 5 10 by_attach -- -r -t plain waited whole
    assert_guarded
}

@test "a process is guarded in the moment at which a call can be interrupted, or refused" {
    assert_unnoticed 1 5 by_attach_at_once -- waited
    assert_refusals_explained
    assert_unnoticed 1 5 by_attach_at_once -- -r waited
    assert_refusals_explained
}

@test "what is partly done is done whole: such a process is refused" {
    assert_unnoticed 1 0 by_attach_at_once -- whole
    assert_refusals_explained
    run cat "$BATS_TEST_TMPDIR/visited" "$BATS_TEST_TMPDIR/released"
    refute_output --partial ": guarded"
}

@test "times that are waited for end when they would have ended without visits" {
    assert_unnoticed 0 0 by_attach -- timed
    assert_unnoticed 0 0 by_attach -- -t timed
}

@test "threads that stop too late, since their cgroup is throttled, are put back all the same" {
    needs throttling
    THROTTLED=$(throttled_group)
    # shellcheck disable=SC2016 # for that shell
    sh -c 'echo $$ >"$1/cgroup.procs" && while :; do :; done' sh "$THROTTLED" 3>&- &
    spinner=$!
    until grep -q '^nr_throttled [^0]' "$THROTTLED/cpu.stat"; do kill -0 "$spinner"; done
    for thread in '' -t; do
        # shellcheck disable=SC2086 # none or one
        assert_unnoticed 2 0 by_attach_throttled -- $thread epoll_wait recv_limit read_pipe
        run cat "$BATS_TEST_TMPDIR/refused"
        assert_output --regexp 'no thread of it could be stopped in time|something holds its threads'
    done
}

@test "storms are not harmed by visits, and nothing is left stopped" {
    run "$ROOT/tests/stress/visits.sh" 600 malloc fork spawn threads signals rseq
    assert_success
    assert_output --regexp '[0-9]+ visits.* 0 processes harmed, 0 left stopped$'
}

@test "writes that are always partly done come back whole in spite of visits" {
    run "$ROOT/tests/stress/visits.sh" 200 transfers
    assert_success
    assert_output --regexp '[0-9]+ visits.* 0 processes harmed, 0 left stopped$'
}
