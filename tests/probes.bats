# The USDT marker, in an object built where SystemTap's header is.

load common

setup_file() {
    export OBJECT=$BATS_FILE_TMPDIR/tree/build/libnosigpipe.so
    mkdir "$BATS_FILE_TMPDIR/tree"
    cp -r "$ROOT/Makefile" "$ROOT/shim" "$ROOT/scripts" "$ROOT/man" "$BATS_FILE_TMPDIR/tree"
    make -s -C "$BATS_FILE_TMPDIR/tree" build/libnosigpipe.so
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

@test "without a log the marker still tells the descriptor" {
    traced mode=catch 5 pipe write
    assert_line --partial 'marker: fd 5 call '
}
