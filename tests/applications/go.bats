# A real failure: a service in Go that calls a library in Rust vanished while the service that it depends on
# was upgraded without a pause. The upgrade hands the listener over and resets the open connections.
#
# Go's runtime has a handler for SIGPIPE from the start. What the handler does depends on whose
# write it was (sighandler, badsignal and sigpipe, runtime/signal_unix.go of Go 1.19):
#   in a thread that Go made    nothing; Go ends the program itself if the descriptor was 1 or 2
#   in any other                it sets the default action and raises the signal again
#   either, after os/signal.Notify(SIGPIPE)    it notifies the channel, and does nothing else
# So without the shim the service dies where a thread of Rust writes. With the shim, the signal of that
# write, which Go passes on to the default action, ends at the guard. All else is as without the shim.
#
# Go makes its system calls itself, except sigaction in a program that contains C, which calls libc's
# (runtime/cgo/sigaction.go). Rust ignores SIGPIPE only when a program in Rust starts.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, ..., and reads modes and package
load services

go_build() { # OUTPUT ARGUMENT...
    env -u GOFLAGS GO111MODULE=off GOTOOLCHAIN=local GOCACHE="$BATS_FILE_TMPDIR/cache" \
        CGO_LDFLAGS="-L$BATS_FILE_TMPDIR -Wl,-rpath,$BATS_FILE_TMPDIR" \
        go build -o "$BATS_FILE_TMPDIR/$1" "${@:2}"
}

setup_file() {
    rustc --crate-type cdylib -O -D warnings "$SOURCES/depend.rs" \
        -o "$BATS_FILE_TMPDIR/libdepend.so"
    go_build host "$SOURCES/go/host.go"
    go_build library.so -buildmode=c-shared "$SOURCES/go_library/library.go"
}

setup() {
    started=()
    modes=$MODES
    package=golang-go
    ERRORS=$BATS_TEST_TMPDIR/errors
    cd "$BATS_TEST_TMPDIR" || return
}

# Prints what the service answers to a new client, or nothing where it has ended.
ask() { # LINE
    local answer=
    { exec 5<>"/dev/tcp/127.0.0.1/$host_port" && echo "$1" >&5 && read -r -t 100 answer <&5; } \
        2>/dev/null || true
    exec 5>&-
    echo "$answer"
}

# Starts both services, and upgrades the one on which the other depends.
upgrade_hot() { # WAY
    use_way "$1"
    start_server service python3 "$SOURCES/upgraded.py"
    service_port=$port
    service=${started[-1]}
    start_server host "${prefix[@]}" "$BATS_FILE_TMPDIR/host" "$port" 2>"$ERRORS"
    host_port=$port
    host=${started[-1]}
    assert_equal "$(ask first)" 'version 1'
    kill -HUP "$service"
    wait_until grep -q '^depend: reading: connection reset$' "$ERRORS"
}

end_host() {
    status=0
    wait "$host" || status=$?
}

@test "without the shim, SIGPIPE ends the service in Go" {
    ulimit -c unlimited
    upgrade_hot bare
    assert_equal "$(ask second)" ''
    end_host
    assert_equal "$status" "$SIGPIPE_STATUS"
    assert_equal "$(<"$ERRORS")" 'depend: reading: connection reset'
    run ls
    refute_line --partial core
}

@test "with the shim the service in Go goes on serving, and the log names the thread and the peer" {
    local mode
    for mode in $MODES; do
        upgrade_hot "$mode,log=file:$BATS_TEST_TMPDIR/log.$mode"
        assert_equal "$(ask second)" 'version 2'
        assert_equal "$(ask third)" 'version 2'
        ask quit
        end_host
        assert_equal "$status" 0
        assert_equal "$(<"$ERRORS")" $'depend: reading: connection reset\ndepend: asking: broken pipe'
        run cat "$BATS_TEST_TMPDIR/log.$mode"
        assert_equal "${#lines[@]}" 1
        assert_output --partial ' thread=rust-writer call=writev '
        assert_output --partial " peer=127.0.0.1:$service_port "
        assert_output --partial ' asked=12 written=0 action=epipe count=1 '
    done
    record 'Go, a service with a library in Rust' 'service that it depends on, upgraded hot' \
        'ended by SIGPIPE, with no core and no line' 'lives, serves on; logs thread and peer'
}

# Runs writes of Go itself: to a peer that has closed, then to a pipe that nobody reads. The result is in
# $status and $output.
write_in_go() { # WAY [notify]
    use_way "$1"
    start_server peer python3 "$HERE/peer.py" close
    run into_pipe_of_go "$port" rules "${@:2}"
}

into_pipe_of_go() { # ARGUMENT...
    work=$BATS_TEST_TMPDIR into_pipe under "$BATS_FILE_TMPDIR/host" "$@"
}

@test "the rules of Go hold: descriptors 1 and 2, and os/signal" {
    write_in_go bare
    assert_equal "$status" "$SIGPIPE_STATUS"
    assert_line 'socket: EPIPE'
    refute_line --partial 'descriptor 1'
    local without=$output
    write_in_go bare notify
    assert_success
    assert_line 'socket: EPIPE and a notice'
    assert_line 'descriptor 1: EPIPE and a notice'
    local with=$output
    for way in catch ignore flags; do
        write_in_go "$way"
        assert_equal "$status" "$SIGPIPE_STATUS"
        assert_equal "$output" "$without"
        write_in_go "$way" notify
        assert_success
        assert_equal "$output" "$with"
    done
    modes='catch, ignore, flags'
    record 'Go, its own writes' 'connection, then pipe on descriptor 1' \
        'ends itself by SIGPIPE; lives with os/signal.Notify' 'the same'
}

# On a busy machine the runtime can move the goroutine to another thread, once in a while.
@test "in mode=mask the channel of os/signal is not notified" {
    local try
    for try in 1 2 3 4 5; do
        write_in_go mask notify
        assert_success
        assert_line 'descriptor 1: EPIPE and a notice'
        [[ $output != *'socket: EPIPE and no notice'* ]] || return 0
        assert_line 'socket: EPIPE and a notice'
    done
    fail "it is notified in each of $try tries"
}

# Python ignores SIGPIPE; here it sets the default, as a program in C has it. Its thread is not one of Go's.
LIBRARY_HOST='
import ctypes, os, signal, sys, threading
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
ctypes.CDLL(sys.argv[1]).library_start()
reader, writer = os.pipe()
os.close(reader)
def write():
    try: os.write(writer, b"x")
    except BrokenPipeError: print("EPIPE")
thread = threading.Thread(target=write)
thread.start()
thread.join()'

# The shim knows Go's handler by a symbol that the loader finds for it at the start.
@test "a library in Go that is loaded later lets SIGPIPE end its program, except with handlers=override" {
    for way in bare catch; do
        use_way "$way"
        run under python3 -c "$LIBRARY_HOST" "$BATS_FILE_TMPDIR/library.so"
        assert_equal "$status" "$SIGPIPE_STATUS"
    done
    use_way catch,handlers=override
    run under python3 -c "$LIBRARY_HOST" "$BATS_FILE_TMPDIR/library.so"
    assert_success
    assert_output EPIPE
}

# Its runtime makes its system calls without libc, and sets its own handler whatever it finds.
@test "a static program in Go ends by descriptor 1, also with the signal ignored, as the launcher says" {
    CGO_ENABLED=0 go_build static "$SOURCES/go_static/static.go"
    mkfifo pipe
    local reason="'$BATS_FILE_TMPDIR/static' is a static Go program, which ends by a broken write to descriptor 1 or 2\
 and gets EPIPE from all others"
    local way
    for way in bare ignoring "bare $LAUNCHER --quiet"; do
        # shellcheck disable=SC2086 # a word each
        run $way bash -c 'exec 8<>pipe 9>pipe 8>&- && exec "$0" >&9 9>&-' "$BATS_FILE_TMPDIR/static"
        assert_equal "$status" "$SIGPIPE_STATUS"
        assert_output --regexp '^another descriptor: .*broken pipe$'
    done
    run "$LAUNCHER" --check "$BATS_FILE_TMPDIR/static"
    assert_failure 1
    assert_output "not protected, because $reason"
}
