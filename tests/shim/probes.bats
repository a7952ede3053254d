# The USDT marker, in an object that is built with the header of SystemTap.

load ../lib/common

setup_file() {
    export OBJECT=$SHIM
    readelf -SW "$OBJECT" | grep -q ' \.probes ' && return # the tracers' count
    # The object under test was built before the header was installed.
    OBJECT=$BATS_FILE_TMPDIR/build/libnosigpipe.so
    make -s -C "$ROOT" BUILD="$BATS_FILE_TMPDIR/build" "$OBJECT"
}

@test "the object has the marker nosigpipe:event, with three arguments" {
    run readelf -n "$OBJECT"
    assert_output --partial 'Provider: nosigpipe'
    assert_output --partial 'Name: event'
    assert_equal "$(grep -c 'Arguments: [^ ]* [^ ]* [^ ]*$' <<<"$output")" \
        "$(grep -c 'Name: event' <<<"$output")"
}

# A breakpoint at the marker shows what a tracer would see.
traced() { # OPTIONS FD KIND CALL
    run gdb -nx -batch -ex 'set breakpoint pending on' \
        -ex "set environment LD_PRELOAD $OBJECT" -ex "set environment NOSIGPIPE_OPTIONS $1" \
        -ex 'set startup-with-shell off' -ex 'handle SIGPIPE nostop noprint pass' \
        -ex 'break -probe-stap nosigpipe:event' -ex run \
        -ex 'printf "marker: fd %d call %s bytes %d\n", (int)$_probe_arg0, (char *)$_probe_arg1, (int)$_probe_arg2' \
        -ex continue --args "$PROGRAMS/policy" "$2" "$3" "$4" 1 3>/dev/null
}

@test "gdb stops at the marker and reads its arguments" {
    traced log=file:/dev/null 5 pipe write
    assert_line 'marker: fd 5 call write bytes 1'
    assert_output --partial 'exited normally'
    traced log=file:/dev/null 6 socket send
    assert_line 'marker: fd 6 call send bytes 1'
}

@test "the marker has the same arguments without a log" {
    for mode in catch flags; do
        traced mode=$mode 5 pipe write
        assert_line 'marker: fd 5 call write bytes 1'
        traced mode=$mode 6 socket send
        assert_line 'marker: fd 6 call send bytes 1'
    done
}

@test "a tracer that attaches later sees the next event" {
    mkfifo "$BATS_TEST_TMPDIR/go"
    env --default-signal=PIPE LD_PRELOAD="$OBJECT" "$PROGRAMS/policy" 6 socket send 2 wait \
        3>"$BATS_TEST_TMPDIR/answers" <"$BATS_TEST_TMPDIR/go" &
    exec 4>"$BATS_TEST_TMPDIR/go"
    until grep -q EPIPE "$BATS_TEST_TMPDIR/answers"; do sleep 0.02; done # the first send is over
    run gdb -nx -batch -p $! -ex 'handle SIGPIPE nostop noprint pass' \
        -ex 'break -probe-stap nosigpipe:event' -ex "shell echo >$BATS_TEST_TMPDIR/go" -ex continue \
        -ex 'printf "marker: fd %d call %s bytes %d\n", (int)$_probe_arg0, (char *)$_probe_arg1, (int)$_probe_arg2' \
        -ex kill 3>&-
    exec 4>&-
    # Since glibc 2.41 one function may make the system call for all others; its caller is known only with a log.
    local call=send
    [ -z "$(nm -D "$(ldd /bin/sh | sed -n 's/.*=> \(.*libc\.so\.6\) .*/\1/p')" | grep GLIBC_2.41)" ] || call=syscall
    assert_line "marker: fd 6 call $call bytes 1"
}
