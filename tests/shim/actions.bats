#!/usr/bin/env bats
# The option action: what the library does after it has recorded an event.

load ../lib/common
load ../lib/record

EVENT=$PROGRAMS/record_event

# Prints the stack of a program that aborts. gdb reads the core file where the kernel writes one named
# "core..." into the current folder; elsewhere gdb runs the program and stops it at SIGABRT.
plain_cores() {
    case $(cat /proc/sys/kernel/core_pattern) in
    core*) [[ $(cat /proc/sys/kernel/core_pattern) != */* ]] ;;
    *) false ;;
    esac
}

# The functions on the stack of the thread that aborted, the innermost first.
stack_at_abort() { # OPTIONS PROGRAM ARGUMENT...
    local options=$1
    shift
    rm -f core*
    if plain_cores; then
        (ulimit -c unlimited && logging "$options" "$@" 3>/dev/null) || echo "status $?"
        gdb -batch -ex bt "$1" core* 2>gdb_errors
    else
        gdb -batch -ex "set environment LD_PRELOAD $SHIM" \
            -ex "set environment NOSIGPIPE_OPTIONS $options" -ex 'set startup-with-shell off' \
            -ex 'handle SIGPIPE nostop noprint pass' -ex run -ex bt -ex kill \
            --args "$@" 3>/dev/null 2>gdb_errors
    fi | sed -n -E 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([^ ]+) \(.*/\2/p'
}

@test "die: the record, then death by SIGPIPE, as without the shim" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        for call in write writev send; do
            run bare "$PROGRAMS/policy" 5 socket "$call" 1 3>/dev/null
            assert_equal "$status" "$SIGPIPE_STATUS"
            run logging "log=file:$PWD/log,action=die,mode=$mode" \
                "$PROGRAMS/policy" 5 socket "$call" 1 3>/dev/null
            assert_equal "$status" "$SIGPIPE_STATUS"
            decode logfmt log >records
            assert_equal "$(values_of call <records)" "$call"
            assert_equal "$(values_of action <records)" die
            assert_equal "$(values_of events <records)" ''
            rm log
        done
    done
}

@test "core: the record, then a core whose stack shows the caller that wrote" {
    cd "$BATS_TEST_TMPDIR"
    for origin in write send stdio raw-write; do
        stack_at_abort "log=file:$PWD/log,action=core" "$EVENT" "$origin" pair >stack
        run xargs <stack
        assert_output --regexp "(^| )dump_core .* by_${origin/-/_} break_write start_thread"
        decode logfmt log >records
        assert_equal "$(values_of action <records)" core
        assert_equal "$(values_of fd <records | wc -l)" 1
        rm log
    done
}

@test "core: in every mode, and however the program treats SIGABRT" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        for call in write send; do
            run logging "action=core,mode=$mode" "$PROGRAMS/policy" 5 socket "$call" 1 3>/dev/null
            assert_failure 134
        done
    done
    for set in 'signal.signal(signal.SIGABRT, signal.SIG_IGN)' \
        'signal.signal(signal.SIGABRT, lambda *_: None)' \
        'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGABRT])'; do
        run logging action=core "${APP[@]}" "$set; attempt(1)"
        assert_failure 134
    done
}

# Waits until a process is in a state (proc_pid_stat(5)), and fails after a minute.
await_state() { # PID STATE
    for _ in {1..6000}; do
        [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" != "$2" ] || return 0
        sleep 0.01
    done
    fail "process $1 is not in state $2"
}

@test "stop: the record, then SIGSTOP; a debugger sees the caller, and after kill -CONT the write returns EPIPE" {
    cd "$BATS_TEST_TMPDIR"
    for mode in catch ignore mask flags; do
        for origin in write send; do
            env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$PWD/log,action=stop,mode=$mode" \
                "$EVENT" "$origin" pair 3>known &
            app=$!
            await_state "$app" T
            decode logfmt log >records
            assert_equal "$(values_of action <records)" stop
            run grep answer known
            refute_output
            if [ "$mode" = catch ]; then
                gdb -batch -p "$app" -ex 'thread apply all bt' >stacks 2>gdb_errors
                run grep -c " by_$origin " stacks
                assert_output 1
                # When gdb detaches, the process continues, unless it was stopped when gdb attached.
                await_state "$app" T
            fi
            kill -CONT "$app"
            wait "$app"
            grep -q -x 'answer -1 EPIPE' known
            rm log
        done
    done
}

@test "stdio and storm=N: the record says which of them ended the program" {
    cd "$BATS_TEST_TMPDIR"
    run logging "log=file:$PWD/log,stdio=default" "$PROGRAMS/policy" 1 pipe write 1 3>/dev/null
    assert_failure "$SIGPIPE_STATUS"
    assert_equal "$(decode logfmt log | values_of action)" stdio
    rm log
    logging "log=file:$PWD/log,stdio=success" "$PROGRAMS/policy" 1 pipe write 1 3>/dev/null
    assert_equal "$(decode logfmt log | values_of action)" success
    rm log
    # Although it is not among those that the many are recorded of.
    run logging "log=file:$PWD/log,storm=14" "$PROGRAMS/policy" 5 pipe write 20 3>/dev/null
    assert_failure "$SIGPIPE_STATUS"
    decode logfmt log >records
    assert_equal "$(values_of fd_count <records | xargs)" '1 2 3 4 5 6 7 8 9 10 14'
    assert_equal "$(values_of action <records | uniq | xargs)" 'epipe storm'
}

@test "stdio=default: a broken write whose signal was blocked is not taken for one on descriptor 1 or 2" {
    cd "$BATS_TEST_TMPDIR"
    # The call that unblocks the signal has SIG_UNBLOCK, which is 1, as its first argument; descriptor 1 is a pipe.
    logging "log=file:$PWD/log,stdio=default" "$EVENT" blocked pair 3>known | cat
    assert_equal "${PIPESTATUS[0]}" 0
    grep -q -x 'answer -1 EPIPE' known
    assert_equal "$(decode logfmt log | values_of action)" epipe
}

@test "EPIPE without a signal is not an event: it is neither recorded nor counted" {
    cd "$BATS_TEST_TMPDIR"
    local options case
    for case in seqpacket unix_datagram udp unix_that_waited; do
        run bare "$PROGRAMS/event_none" "$case"
        assert_success
        local oracle=$output
        for mode in catch ignore mask flags; do
            # libnosigpipe(7) names this limit.
            [ "$mode,$case" != ignore,unix_that_waited ] || continue
            for options in action=die storm=1 "log=file:$PWD/log"; do
                run logging "mode=$mode,$options" "$PROGRAMS/event_none" "$case"
                assert_success
                assert_equal "$mode $options: $output" "$mode $options: $oracle"
            done
            [ ! -e log ] || fail "$mode $case: $(cat log)"
        done
    done
}

@test "a signal that comes with a successful call is an event: sendmmsg sent the first of two messages" {
    cd "$BATS_TEST_TMPDIR"
    run ignoring "$PROGRAMS/event_partial" 3>known
    assert_success
    run bare "$PROGRAMS/event_partial" 3>&1
    assert_equal "$status" "$SIGPIPE_STATUS"
    for mode in catch flags; do
        logging "mode=$mode,log=file:$PWD/log" "$PROGRAMS/event_partial" 3>answers
        diff known answers
        decode logfmt log >records
        assert_equal "$(values_of events <records)" 1
        assert_equal "$(values_of call <records)" sendmmsg
        assert_equal "fd=$(values_of fd <records)" "$(grep ^fd known)"
        assert_equal "answer $(values_of written <records)" "$(grep ^answer known)"
        rm log
        run logging "mode=$mode,action=die" "$PROGRAMS/event_partial" 3>&1
        assert_equal "$status" "$SIGPIPE_STATUS"
    done
}

@test "a CPU with FRED, whose registers do not show the system call: the same record and action" {
    cd "$BATS_TEST_TMPDIR"
    for call in write stdio raw; do
        logging stdio=default "$PROGRAMS/policy" 1 pipe "$call" 1 3>/dev/null || status=$?
        assert_equal "$call $status" "$call $SIGPIPE_STATUS"
        status=0
        logging stdio=default "$PROGRAMS/fred" "$PROGRAMS/policy" 1 pipe "$call" 1 3>/dev/null || status=$?
        assert_equal "$call $status" "$call $SIGPIPE_STATUS"
    done
    for origin in write stdio raw-write send partial blocked; do
        logging "log=file:$PWD/log" "$PROGRAMS/fred" "$EVENT" "$origin" pair 3>known
        grep -v -e ^answer -e ^[a-z]*time known >expected
        decode logfmt log | record_number 1 | without_time | diff expected -
        rm log
    done
}
