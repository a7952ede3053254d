# The three known remedies for SIGPIPE, each on its own: the signal is ignored (mode=ignore), blocked
# (mode=mask) or handled (mode=catch). They are observed in gdb, which says "Program received signal
# SIGPIPE": a debugger is told of a signal even where the program ignores it (ptrace(2), sig_ignored() in the
# kernel's kernel/signal.c), but not of one that is never raised.

# shellcheck disable=SC2154,SC2034 # programs.bash sets port, ..., and reads modes and package
load services

setup() {
    started=()
    package=gdb
    OUTPUT=$BATS_TEST_TMPDIR/output
    start_server "$BATS_TEST_TMPDIR/port" python3 "$HERE/peer.py" close 'hello\n'
}

# Runs a program under gdb until it has printed a line, or is stopped, or ended by SIGPIPE. gdb's own
# commands are not preloaded, but for env, which starts the program.
debug() { # WAY stop|nostop LINE COMMAND...
    local end=received
    [ "$2" = stop ] || end=terminated
    use_way "$1"
    rm -f "$OUTPUT"
    start env --default-signal=PIPE gdb --batch -nx -ex "set exec-wrapper ${prefix[*]}" \
        -ex "handle SIGPIPE $2" -ex run --args "${@:4}" </dev/null >"$OUTPUT" 2>&1
    wait_until grep -q -e "$3" -e "^Program $end " "$OUTPUT"
    kill_hard "${started[-1]}" # and what it debugs: PTRACE_O_EXITKILL
    echo "$(<"$OUTPUT")"
    stopped=no
    ! grep -q -x 'Program received signal SIGPIPE, Broken pipe\.' "$OUTPUT" || stopped=yes
}

@test "gdb stops a client at its send, and one that ignores the signal too" {
    for way in bare ignoring; do
        debug "$way" stop 'send 4: -1 EPIPE' "$PROGRAMS/demo_client" "$port" 20
        assert_equal "$stopped" yes
    done
}

@test "with the signal ignored, blocked or handled by the shim, gdb does not stop at a send" {
    for way in ignore mask catch; do
        debug "$way" stop 'send [0-9]*0: -1 EPIPE' "$PROGRAMS/demo_client" "$port" 20
        assert_equal "$stopped" no
        grep -q '^send [0-9]*0: -1 EPIPE$' "$OUTPUT"
    done
    modes='catch, ignore, mask'
    record 'gdb, a client that sends' 'connection whose server hung up' \
        'stops: "Program received signal SIGPIPE"' 'the client goes on'
}

WRITES='my $peer = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "connect: $@";
    $| = 1;
    for (1 .. 3) { select(undef, undef, undef, 0.02) while syswrite($peer, "request") }
    print $!{EPIPE} ? "EPIPE\n" : "$!\n"'

# A write(2) has no flag against the signal. Where it is blocked, it stays pending.
@test "at a write, gdb stops unless the signal is blocked" {
    for way in bare ignoring ignore catch; do
        debug "$way" stop '^EPIPE' perl -MIO::Socket::INET -e "$WRITES" "$port"
        assert_equal "$stopped" yes
    done
    debug mask stop '^EPIPE' perl -MIO::Socket::INET -e "$WRITES" "$port"
    assert_equal "$stopped" no
    grep -q '^EPIPE$' "$OUTPUT"
    for way in ignore catch; do
        debug "$way" nostop '^EPIPE' perl -MIO::Socket::INET -e "$WRITES" "$port"
        grep -q '^EPIPE$' "$OUTPUT"
    done
    debug bare nostop '^EPIPE' perl -MIO::Socket::INET -e "$WRITES" "$port"
    grep -q '^Program terminated with signal SIGPIPE' "$OUTPUT"
    modes=mask
    record 'gdb, a client that writes' 'connection whose server hung up' \
        'stops: "Program received signal SIGPIPE"' 'the client goes on'
}
