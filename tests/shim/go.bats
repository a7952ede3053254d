# In a thread that Go did not create, the handler of Go's runtime passes the SIGPIPE of a broken write on
# to the default action. That must not end the program. Here a preload does as Go does;
# tests/applications/go.bats has real Go.

load ../lib/common

# Writes twice to a pipe that nobody reads, then does something else.
with_handler() { # MODE PERL-PROGRAM [VARIABLE=VALUE]
    local objects=$PROGRAMS/preload_go.so
    [ "$1" = bare ] || objects=$SHIM:$objects
    run env --default-signal=PIPE "${@:3}" LD_PRELOAD="$objects" \
        NOSIGPIPE_OPTIONS="mode=$1,log=stderr" perl -e '
        pipe(my $reader, my $writer);
        close($reader);
        $| = 1;
        sub broken { print syswrite($writer, "x") ? "" : $!{EPIPE} ? "EPIPE\n" : "$!\n" }
        eval $ARGV[0] or die;' "$2"
}

@test "a broken write that Go's handler passes on returns EPIPE, and is recorded once" {
    local mode
    with_handler bare 'broken'
    assert_equal "$status" "$SIGPIPE_STATUS"
    for mode in catch ignore mask flags; do
        with_handler "$mode" 'broken; broken; 1'
        assert_success
        assert_equal "$(grep -c -x EPIPE <<<"$output")" 2
        assert_line --regexp ' call=write fd=[0-9]+ kind=pipe .* asked=1 .* count=1 '
        assert_line --partial ' events=2 by_call=write:2 '
    done
}

@test "a SIGPIPE that another process sends still ends a Go program" {
    local mode sending
    # In mode=ignore the kernel drops a SIGPIPE that another process sends.
    for mode in catch flags; do
        for sending in 'kill(PIPE => $$); 1' 'broken; kill(PIPE => $$); 1' \
            'system("kill", "-PIPE", $$); 1'; do
            with_handler "$mode" "$sending"
            assert_equal "$status" "$SIGPIPE_STATUS"
        done
    done
}

@test "a handler that is not Go's can still end the program" {
    local mode
    for mode in bare catch flags; do
        with_handler "$mode" 'broken; 1' HANDLER=other
        assert_equal "$status" "$SIGPIPE_STATUS"
    done
}

# Go's runtime does this without cgo, and so does the libjsig of a JVM that is loaded after the shim.
@test "a handler that calls the previous handler, as read from the kernel past the shim, works as without it" {
    local way mode
    for way in shim libc; do
        run bare "$PROGRAMS/chained_handler" "$way"
        assert_success
        assert_line 'handled: 1'
        bare_output=$output
        for mode in catch flags; do
            run shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$PROGRAMS/chained_handler" "$way"
            assert_success
            # What is sent. In mode=flags no write raises a signal while the shim knows of no handler.
            assert_equal "$(head -n 2 <<<"$output")" "$(head -n 2 <<<"$bare_output")"
            [ "$mode" = flags ] || assert_output "$bare_output"
        done
    done
}
