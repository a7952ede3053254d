#!/usr/bin/env bats
# The counters: every event is counted once, a few of many are recorded, and there is one summary.

load ../lib/common
load ../lib/record

STORM=$PROGRAMS/event_storm

# Makes a million broken writes. The program counts the EPIPEs, the shim counts the events.
storm_in_mode() { # MODE
    cd "$BATS_TEST_TMPDIR" || return
    logging "log=file:$PWD/log,mode=$1" "$STORM" 8 125000 'write writev send sendmsg' >answered
    assert_equal "$(cat answered)" 1000000
    decode logfmt log >records
    assert_equal "$(values_of events <records)" 1000000
    assert_equal "$(values_of by_call <records | tr ' ' '\n' | sort | xargs)" \
        'send:250000 sendmsg:250000 write:250000 writev:250000'
    assert_equal "$(values_of by_kind <records | tr ' ' '\n' | sort | xargs)" \
        'pipe:250000 unix:750000'
    assert_equal "$(values_of lost <records)" 0
}

# bats test_tags=slow
@test "mode=catch: a million broken writes are a million events" {
    storm_in_mode catch
}

# bats test_tags=slow
@test "mode=ignore: a million broken writes are a million events" {
    storm_in_mode ignore
}

# bats test_tags=slow
@test "mode=mask: a million broken writes are a million events" {
    storm_in_mode mask
}

# bats test_tags=slow
@test "mode=flags: a million broken writes are a million events" {
    storm_in_mode flags
}

@test "raw system calls are counted once, too" {
    for mode in catch flags; do
        cd "$BATS_TEST_TMPDIR"
        logging "log=file:$PWD/log,mode=$mode" "$STORM" 8 12500 'write raw send raw' >answered
        assert_equal "$(cat answered)" 100000
        assert_equal "$(decode logfmt log | values_of events)" 100000
        rm log
    done
}

@test "the first events of many threads, all at the same time, are all counted" {
    cd "$BATS_TEST_TMPDIR"
    for _ in {1..100}; do
        logging "log=file:$PWD/log" "$STORM" 8 5 'write send' >/dev/null
    done
    assert_equal "$(decode logfmt log | values_of events | sort | uniq -c | xargs)" '100 40'
}

@test "of many events on a descriptor, the first 10 and then those at powers of two are recorded" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "$PROGRAMS/policy" 5 pipe write 1100 3>/dev/null
    decode logfmt log >records
    assert_equal "$(values_of fd_count <records | xargs)" \
        '1 2 3 4 5 6 7 8 9 10 16 32 64 128 256 512 1024'
    assert_equal "$(values_of count <records)" "$(values_of fd_count <records)"
    assert_equal "$(values_of events <records)" 1100
}

@test "a descriptor that many threads share is counted exactly" {
    cd "$BATS_TEST_TMPDIR"
    for _ in {1..20}; do
        # Each eighth and its neighbour go to the shared socket.
        logging "log=file:$PWD/log" "$STORM" 8 64 'write send' >/dev/null
        decode logfmt log | awk 'BEGIN { RS = ""; ORS = "\n\n" } /\nfd_count=128$/' >shared
        inode=$(values_of inode <shared)
        assert_equal "$(decode logfmt log | awk -v inode="inode=$inode" \
            'BEGIN { RS = ""; ORS = "\n\n" } index($0, inode)' |
            values_of fd_count | sort -n | xargs)" '1 2 3 4 5 6 7 8 9 10 16 32 64 128'
        rm log
    done
}

@test "a new connection with the number of an old descriptor is recorded from its first event on" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "${APP[@]}" 'broken = make_pipe(7); attempt(12)
broken = make_pipe(7); attempt(12); broken = make_socket(7); attempt(3)'
    assert_equal "$(decode logfmt log | values_of fd_count | xargs)" \
        '1 2 3 4 5 6 7 8 9 10 1 2 3 4 5 6 7 8 9 10 1 2 3'
    assert_equal "$(decode logfmt log | values_of by_kind)" 'pipe:24 unix:3'
}

@test "what breaks while another thread makes a socket of the pipe, and a pipe of the socket, is counted" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        logging "log=file:$PWD/$mode,mode=$mode" "$PROGRAMS/event_swapped" 50000 >answered
        assert_equal "$(decode logfmt "$mode" | values_of events)" "$(cat answered)"
    done
}

@test "more descriptors than the table has entries for are all counted" {
    needs descriptors
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "${APP[@]}" 'resource.setrlimit(resource.RLIMIT_NOFILE, (4096,) * 2)
for fd in 100, 1124, 2148, 100, 1124: broken = make_pipe(fd); attempt(2)'
    assert_equal "$(decode logfmt log | values_of fd_count | xargs)" '1 2 1 2 1 2 1 2 1 2'
    assert_equal "$(decode logfmt log | values_of events)" 10
}

@test "a forked child starts to count at zero, a vfork child counts in the memory of its parent" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "$PROGRAMS/event_forks"
    decode logfmt log >records
    assert_equal "$(values_of count <records | xargs)" '1 2 3 1 2 1 4 5 6 7 8'
    assert_equal "$(values_of fd_count <records | xargs)" '1 2 3 1 2 1 4 5 6 7 8'
    assert_equal "$(values_of events <records | xargs)" '1 2 8'
    # Each process has a summary of its own.
    awk 'BEGIN { RS = ""; ORS = "\n\n" } /\nevents=/' <records | values_of pid | sort -u >pids
    assert_equal "$(wc -l <pids)" 3
}

@test "a child program logs and counts for itself" {
    cd "$BATS_TEST_TMPDIR"
    # shellcheck disable=SC2016 # for the inner shell
    logging "log=file:$PWD/log" bash -c '"$1" 5 pipe write 2; exec "$1" 5 socket send 3' \
        bash "$PROGRAMS/policy" 3>/dev/null
    decode logfmt log >records
    assert_equal "$(values_of events <records | xargs)" '2 3'
    assert_equal "$(values_of by_call <records | xargs)" 'write:2 send:3'
    assert_equal "$(values_of program <records | sort -u)" policy
    assert_equal "$(values_of pid <records | sort -u | wc -l)" 2
}

@test "an event in the flush of stdio at exit is in the summary" {
    cd "$BATS_TEST_TMPDIR"
    run bare "$PROGRAMS/late_flush" 0
    assert_failure "$SIGPIPE_STATUS"
    logging "log=file:$PWD/log" "$PROGRAMS/late_flush" 0
    assert_equal "$(decode logfmt log | values_of events | xargs)" 1
    # A summary that was written before is followed by another with all events.
    logging "log=file:$PWD/both" "$PROGRAMS/late_flush" 2
    assert_equal "$(decode logfmt both | values_of events | xargs)" '2 3'
    assert_equal "$(tail -n 1 both | decode logfmt /dev/stdin | values_of by_call)" write:3
}

@test "without an event there is no summary, nor where a process does not end by exit" {
    cd "$BATS_TEST_TMPDIR"
    logging "log=file:$PWD/log" "$PROGRAMS/policy" 5 pipe quiet 1 3>/dev/null
    logging "log=file:$PWD/log" true
    [ ! -e log ]
    logging "log=file:$PWD/log" "${APP[@]}" 'attempt(2); os._exit(0)'
    assert_equal "$(decode logfmt log | values_of fd_count | xargs)" '1 2'
    assert_equal "$(decode logfmt log | values_of events)" ''
}

@test "broken writes of handlers that interrupt the guard are events, too" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        logging "log=file:$PWD/$mode,mode=$mode" "$PROGRAMS/event_nested" >answered
        assert_equal "$(cat answered)" 3
        assert_equal "$(decode logfmt "$mode" | values_of events)" 3
    done
}

@test "a broken write is an event, though its signal was drained two calls further in" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask; do # mode=flags may pass by the definition behind the shim
        env --default-signal=PIPE LD_PRELOAD="$SHIM:$PROGRAMS/preload_nested.so" \
            NOSIGPIPE_OPTIONS="log=file:$PWD/$mode,mode=$mode" "$PROGRAMS/policy" 5 pipe write 1 \
            3>answers
        assert_equal "$(head -n 1 answers)" '-1 EPIPE'
        assert_equal "$mode $(decode logfmt "$mode" | values_of events)" "$mode 2"
    done
}

@test "what an SA_RESETHAND handler has handled is not an event; the next broken write is" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        logging "log=file:$PWD/$mode,mode=$mode" "$PROGRAMS/policy" 5 pipe write 3 one-shot 3>answers
        assert_equal "$(grep -c handler answers)" 1
        assert_equal "$(decode logfmt "$mode" | values_of events)" 2
    done
}

# libnosigpipe(7) names these limits. The answers are still those of the kernel (calls.bats).
@test "partial counts, stdio and raw calls are not events in mode=ignore and mode=mask" {
    cd "$BATS_TEST_TMPDIR"
    local mode origin
    for mode in catch ignore mask flags; do
        for origin in partial stdio raw-write; do
            logging "log=file:$PWD/log,mode=$mode" "$PROGRAMS/record_event" "$origin" pipe w 3>/dev/null
            if [ -e log ]; then echo "$mode $origin"; fi
            rm -f log w
        done
    done >events
    assert_equal "$(cat events)" "$(printf '%s\n' {catch,flags}\ {partial,stdio,raw-write})"
}

@test "what the program chose itself is not an event" {
    cd "$BATS_TEST_TMPDIR"
    for set in handler ignore; do
        for call in write send raw stdio; do
            logging "log=file:$PWD/log" "$PROGRAMS/policy" 5 socket "$call" 2 "$set" 3>/dev/null
            [ ! -e log ] || fail "$set $call: $(cat log)"
        done
    done
    logging "log=file:$PWD/log" "$PROGRAMS/policy" 5 socket write 2 3>/dev/null
    assert_equal "$(decode logfmt log | values_of events)" 2
    rm log
    # Nor is a SIGPIPE that is sent, which does what it does without the shim.
    run logging "log=file:$PWD/log" "${APP[@]}" 'os.kill(os.getpid(), signal.SIGPIPE)'
    assert_failure "$SIGPIPE_STATUS"
    [ ! -e log ]
}
