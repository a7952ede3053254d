# Programs as the distribution ships them: without the shim SIGPIPE ends them, with it they go on
# and do what they do where the signal is ignored.

load common

setup() {
    work=$BATS_TEST_TMPDIR
    server=
}

teardown() {
    [ -z "$server" ] || kill "$server"
}

# Sets `port` to that of a server that hangs up on every client.
start_server() { # [ARGUMENT]
    mkfifo "$work/port"
    "$PROGRAMS/real_server" "$@" >"$work/port" 3>&- &
    server=$!
    read -r port <"$work/port"
}

# Makes descriptor 9 a pipe that nobody reads. Opened for both at first, since an open(2) of a
# FIFO waits for the other end.
break_pipe() {
    mkfifo "$work/pipe"
    exec 8<>"$work/pipe"
    exec 9>"$work/pipe" 8<&-
}

into_pipe() {
    "$@" >&9
}

# Runs the command bare, where it must die, under an ignored SIGPIPE, and with the shim, where
# its status must be the same. $status and $output are left from the run with the shim.
assert_outlives() { # [into_pipe] COMMAND...
    local way=
    if [ "$1" = into_pipe ]; then
        way=$1
        shift
    fi
    run $way bare "$@"
    assert_equal "$status" "$SIGPIPE_STATUS"
    run $way ignoring "$@"
    local expected=$status
    run $way shimmed "$@"
    assert_equal "$status" "$expected"
}

@test "the tests themselves run with SIGPIPE at its default and not blocked" {
    local name value
    while read -r name value; do
        case $name in
        SigBlk: | SigIgn:) assert_equal "$name $((0x$value >> (13 - 1) & 1))" "$name 0" ;;
        esac
    # gawk, for one, would show the signals that it ignores itself.
    done <<<"$(cat /proc/self/status)"
}

@test "bash goes on after its /dev/tcp connection broke" {
    start_server
    assert_outlives bash -c '
        exec 5<>"/dev/tcp/127.0.0.1/$1"
        while echo request >&5; do :; done
        echo alive' bash "$port"
    assert_success
    assert_line --partial 'Broken pipe'
    assert_line alive
}

@test "zsh goes on after its ztcp connection broke" {
    start_server
    assert_outlives zsh -f -c '
        zmodload zsh/net/tcp && ztcp 127.0.0.1 "$1"
        while print request >&"$REPLY"; do :; done
        print alive' zsh "$port"
    assert_success
    assert_line --partial 'broken pipe'
    assert_line alive
}

@test "a perl client sees EPIPE and goes on" {
    start_server
    assert_outlives perl -MIO::Socket::INET -e '
        my $peer = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "connect: $@";
        1 while syswrite($peer, "request");
        print "alive: ", $!{EPIPE} ? "EPIPE" : $!, "\n"' "$port"
    assert_success
    assert_output 'alive: EPIPE'
}

# The server tells its port, then writes to the client that has hung up until it is told so.
PERL_SERVER='
    my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "listen: $@";
    print STDERR $server->sockport, "\n";
    for my $greeting ("first", "second") {
        my $client = $server->accept or die "accept: $!";
        print $client "$greeting\n";
        $client->flush;
        next if $greeting ne "first";
        sysread($client, my $end, 1);
        until ($!{EPIPE}) { syswrite($client, "x") }
    }'

# Two clients, one after the other; what the second one was told goes to the standard output.
serve_two_clients() { # COMMAND...
    rm -f "$work/port"
    mkfifo "$work/port"
    "$@" perl -MIO::Socket::INET -e "$PERL_SERVER" 2>"$work/port" 3>&- &
    local perl=$! served='' own=0
    read -r port <"$work/port"
    exec 5<>"/dev/tcp/127.0.0.1/$port" && read -r served <&5
    exec 5>&-
    served=
    # Refused or reset where the server died meanwhile.
    { exec 5<>"/dev/tcp/127.0.0.1/$port" && read -r served <&5; } 2>/dev/null || true
    wait "$perl" || own=$?
    echo "status $own, second client served: ${served:-no}"
}

@test "a perl server serves the next client after one hung up" {
    run serve_two_clients bare
    assert_output "status $SIGPIPE_STATUS, second client served: no"
    run serve_two_clients shimmed
    assert_output 'status 0, second client served: second'
}

@test "cat says that its socket broke" {
    start_server
    assert_outlives bash -c 'exec 5<>"/dev/tcp/127.0.0.1/$1"; exec cat /dev/zero >&5' bash "$port"
    assert_failure 1
    assert_output --partial 'cat: write error: Broken pipe'
}

# An ignored SIGPIPE, the usual remedy, does not help here.
@test "git, which sets the default action itself, goes on after its pipe broke" {
    break_pipe
    git init -q "$work/repository"
    for way in bare ignoring; do
        run into_pipe "$way" git -C "$work/repository" config --list
        assert_equal "$status" "$SIGPIPE_STATUS"
    done
    run into_pipe shimmed git -C "$work/repository" config --list
    assert_success
}

@test "tee still fills its file when its pipe broke" {
    break_pipe
    seq 100000 >"$work/input"
    run into_pipe bare tee "$work/copy" <"$work/input"
    assert_equal "$status" "$SIGPIPE_STATUS"
    run cmp -s "$work/input" "$work/copy"
    assert_failure 1

    run into_pipe ignoring tee "$work/copy" <"$work/input"
    local expected=$status
    run into_pipe shimmed tee "$work/copy" <"$work/input"
    assert_equal "$status" "$expected"
    cmp "$work/input" "$work/copy"
}

@test "dd reports the error and its statistics" {
    break_pipe
    assert_outlives into_pipe dd if=/dev/zero count=9
    assert_failure 1
    assert_line --partial 'Broken pipe'
    assert_line '0+0 records out'
}

@test "seq, sed and find report the broken pipe" {
    break_pipe
    for command in 'seq 100000' 'sed p /etc/passwd' 'find /etc -maxdepth 1'; do
        # shellcheck disable=SC2086 # words
        assert_outlives into_pipe $command
        assert_failure
        assert_output --partial 'Broken pipe'
    done
}

@test "tar reports the broken pipe" {
    break_pipe
    assert_outlives into_pipe tar -cf - -C / etc/passwd
    assert_failure 2
    assert_output --partial 'Cannot write: Broken pipe'
}

@test "dash and busybox shells go on after a builtin's write failed" {
    break_pipe
    for shell in dash 'busybox sh'; do
        # shellcheck disable=SC2086 # words
        assert_outlives into_pipe $shell -c 'echo text; echo alive >&2'
        assert_success
        assert_line alive
    done
}

@test "sort, which has a handler of its own, dies by it as ever" {
    break_pipe
    run into_pipe bare sort /etc/passwd
    local expected=$status
    assert_equal "$expected" "$SIGPIPE_STATUS"
    run into_pipe shimmed sort /etc/passwd
    assert_equal "$status" "$expected"
}

@test "busybox's nc outlives the reader of what it receives" {
    start_server 64
    break_pipe
    assert_outlives into_pipe busybox nc 127.0.0.1 "$port" </dev/null
    assert_line 'nc: write error: Broken pipe'
}

@test "OpenBSD's nc, which ignores SIGPIPE, does the same as ever" {
    start_server 64
    for way in bare shimmed; do
        run "$way" nc.openbsd -t 127.0.0.1 "$port" </dev/null
        assert_success
        assert_line --partial 'Write Error!: Broken pipe'
    done
}
