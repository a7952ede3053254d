# Shells and script languages that write to pipes and sockets.

# shellcheck disable=SC2154 # programs.bash sets work, port, modes and prefix
load programs

# After the peer has left, the first write fails with EPIPE; in the way `reset` it is the second one.
@test "bash connects anew, in whichever way its peer left" {
    scene() {
        start_peer "$how" '' 'served\n'
        under bash -c '
            exec 5<>"/dev/tcp/127.0.0.1/$1"
            while echo request >&5 || echo request >&5; do :; done
            exec 5<>"/dev/tcp/127.0.0.1/$1"
            echo request >&5
            cat <&5' bash "$port"
    }
    goes_on() {
        assert_success
        assert_line --partial 'Broken pipe'
        assert_line served
    }
    for how in close shutdown reset kill; do
        dies_and_lives
    done
    record bash '/dev/tcp connection whose peer closed, shut down, reset or was killed' \
        'ended by SIGPIPE' 'says "Broken pipe", connects anew, is served'
}

@test "a perl client connects anew, in whichever way its peer left" {
    scene() {
        start_peer "$how" '' 'served\n'
        under perl -MIO::Socket::INET -e '
            sub connection { IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "connect: $@" }
            my $peer = connection;
            until ($!{EPIPE}) { syswrite($peer, "request\n") }
            print "$!\n";
            $peer = connection;
            syswrite($peer, "request\n");
            print readline $peer' "$port"
    }
    goes_on() {
        assert_success
        assert_output $'Broken pipe\nserved'
    }
    for how in close shutdown reset kill; do
        dies_and_lives
    done
    record perl 'connection whose peer closed, shut down, reset or was killed' \
        'ended by SIGPIPE' 'gets EPIPE, connects anew, is served'
}

@test "a python that has set the default again connects anew" {
    scene() {
        start_peer close '' 'served\n'
        under /usr/bin/python3 -c '
import signal, socket, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
address = ("127.0.0.1", int(sys.argv[1]))
peer = socket.create_connection(address)
try:
    while True: peer.send(b"request\n")
except BrokenPipeError:
    peer = socket.create_connection(address)
    peer.send(b"request\n")
    print(peer.recv(9).decode(), end="")' "$port"
    }
    goes_on() {
        assert_success
        assert_output served
    }
    when_ignored() { dies; }
    outlives 'python3, SIG_DFL set again' 'connection whose server hung up' \
        'gets BrokenPipeError, connects anew, is served'
}

@test "zsh goes on after its ztcp connection broke" {
    scene() {
        start_peer close '' 'served\n'
        under zsh -f -c '
            zmodload zsh/net/tcp && ztcp 127.0.0.1 "$1"
            while print request >&"$REPLY"; do :; done
            ztcp 127.0.0.1 "$1" && print request >&"$REPLY"
            cat <&"$REPLY"' zsh "$port"
    }
    goes_on() {
        assert_success
        assert_line --partial 'broken pipe'
        assert_line served
    }
    outlives zsh 'ztcp connection whose server hung up' \
        'says "broken pipe", connects anew, is served'
}

@test "shells that log to a FIFO go on with its next reader" {
    scene() {
        mkfifo "$work"/{log,gone}
        start_reader first
        start_under $shell -c '
            exec 3>"$1/log"
            echo one >&3
            read gone <"$1/gone"
            echo two >&3 || { echo >"$1/lost"; exec 3>"$1/log"; echo two again >&3; }' - "$work"
        program=$!
        wait_until grep -q one "$work/first"
        stop_reader
        echo gone >"$work/gone"
        wait_until lost_or_dead
        # Now the program waits for a reader, if it still runs.
        start_reader second
        wait "$program" && wait_until grep again "$work/second" && cat "$work/second"
    }
    start_reader() {
        cat "$work/log" >"$work/$1" 3>&- &
        reader=$!
        started+=("$reader")
    }
    stop_reader() {
        kill -KILL "$reader"
        wait "$reader" || true
    }
    lost_or_dead() {
        [ -e "$work/lost" ] || ! kill -0 "$program" 2>/dev/null
    }
    goes_on() {
        assert_success
        assert_line 'two again'
    }
    for shell in bash dash 'busybox sh' ksh93 zsh; do
        outlives "$shell" 'FIFO whose reader was killed' 'opens it anew, logs on'
    done
}

@test "dash and busybox shells go on after a builtin's write failed" {
    scene() {
        into_pipe under $shell -c 'echo text; echo alive >&2'
    }
    goes_on() {
        assert_success
        assert_line alive
    }
    for shell in dash 'busybox sh'; do
        outlives "$shell" 'pipe on descriptor 1' 'goes on with its next command'
    done
}

@test "lua outlives a command that it writes to" {
    scene() {
        under lua5.4 -e '
            local pipe = io.popen("head -n 1 >/dev/null", "w")
            local ok, message
            pipe:setvbuf("no")
            repeat ok, message = pipe:write("line\n") until not ok
            print(message)'
    }
    goes_on() {
        assert_success
        assert_output 'Broken pipe'
    }
    outlives lua5.4 'pipe to a command that had read enough' 'gets "Broken pipe", goes on'
}

@test "tcl, lua with its socket library, and php do the same as ever" {
    cat >"$BATS_TEST_TMPDIR/client.tcl" <<'TCL'
set port [lindex $argv 0]
set peer [socket 127.0.0.1 $port]
fconfigure $peer -buffering line
while {![catch {puts $peer request} message]} {}
puts $message
set peer [socket 127.0.0.1 $port]
puts $peer request
flush $peer
puts [gets $peer]
TCL
    cat >"$BATS_TEST_TMPDIR/client.lua" <<'LUA'
local socket = require "socket"
local peer = socket.connect("127.0.0.1", arg[1])
local ok, message
repeat ok, message = peer:send("request\n") until not ok
print(message)
peer = socket.connect("127.0.0.1", arg[1])
peer:send("request\n")
print((peer:receive()))
LUA
    cat >"$BATS_TEST_TMPDIR/client.php" <<'PHP'
<?php
$peer = fsockopen("127.0.0.1", $argv[1]);
while (@fwrite($peer, "request\n")) {}
print error_get_last()["message"] . "\n";
$peer = fsockopen("127.0.0.1", $argv[1]);
fwrite($peer, "request\n");
print fgets($peer);
PHP
    scene() {
        start_peer close '' 'served\n'
        under "$program" "$BATS_TEST_TMPDIR/client.$suffix" "$port"
    }
    goes_on() {
        assert_success
        assert_line --index 0 --regexp '[Bb]roken pipe|closed'
        assert_line served
    }
    while read -r program suffix label; do
        outcome='reports the error, connects anew, is served'
        unchanged "$label" 'connection whose server hung up' "$outcome"
    done <<'LIST'
tclsh tcl tclsh
lua5.4 lua lua5.4 with LuaSocket
php php php
LIST
}
