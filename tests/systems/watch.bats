# nosigpipe-audit --watch, on this machine. Not in tests/cli, since the process numbers must be the machine's: a bare
# system, as of check-newcomer, has its own.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load ../cli/audit

# One at a time: each watch sees what the others make.
export BATS_NO_PARALLELIZE_WITHIN_FILE=true

# Where something else on the machine makes very many broken writes at that moment, a watch or bpftrace misses some.
export BATS_TEST_RETRIES=2

# shellcheck disable=SC2016
mount_tracefs='mkdir -p "$1" && mount -t tracefs tracefs "$1" && cd "$1" && shift && exec "$@"'

with_tracefs() { # COMMAND...: with a tracefs of its own
    "$OWN_MOUNTS" sh -c "$mount_tracefs" - "${TRACING:-$BATS_TEST_TMPDIR/tracing}" "$@"
}

has_instance() { # PID
    with_tracefs test -d "instances/nosigpipe-$1"
}

# Starts the watch, which prints into SEEN or the file that OUT names.
watch_as() { # VARIANT [ARGUMENT]...
    local folder=$BATS_FILE_TMPDIR/$1 shell=dash path
    path=$folder:$PATH
    [ "$1" != busybox ] || { path=$folder && shell=$folder/sh; }
    SEEN=$BATS_TEST_TMPDIR/seen
    : >"$SEEN"
    "$OWN_MOUNTS" sh -c "$mount_tracefs" - "${TRACING:-$BATS_TEST_TMPDIR/tracing}" \
        env --default-signal WATCH_OF="$BATS_TEST_TMPDIR" PATH="$path" \
        "$shell" "$BUILD/nosigpipe-audit" --watch "${@:2}" \
        >"${OUT:-$SEEN}" 2>"$BATS_TEST_TMPDIR/errors" 3>&- 4>&- &
    watched=$!
    started+=("$watched")
}

until_seen() { # REGULAR-EXPRESSION
    local end=$((SECONDS + 100))
    until grep -q -E "$1" "$SEEN"; do
        kill -0 "$watched" || fail "the watch has ended: $(cat "$SEEN" "$BATS_TEST_TMPDIR/errors")"
        [ "$SECONDS" -lt "$end" ] || fail "'$1' is not seen: $(tail -n 5 "$SEEN" "$BATS_TEST_TMPDIR/errors")"
        sleep 0.02
    done
}

# Ends the watch, whose folder is gone then.
end_watch_by() { # SIGNAL STATUS
    local ended=0
    kill -s "$1" "$watched"
    wait "$watched" || ended=$?
    assert_equal "$1 $ended $(cat "$BATS_TEST_TMPDIR/errors")" "$1 $2 "
    ! has_instance "$watched" || fail 'its folder is there'
}

# Lets the program that was started last make a broken write, which the watch sees.
write_broken() { # PROGRAM OUTCOME
    echo >"$BATS_TEST_TMPDIR/in$((${#started[@]} - 1))"
    wait "$PID" || :
    until_seen "^[0-9:]{8} +$PID $1 +$2 +write pipe +[^ ]+$"
}

@test "audit --watch: each disposition is seen as it is, whatever the program is" {
    needs tracefs
    local variant
    "${CC:-cc}" -static -std=c11 -D_GNU_SOURCE -o "$BATS_TEST_TMPDIR/static" \
        "$ROOT/tests/fixtures/audit_state.c" -pthread
    for variant in $VARIANTS; do
        watch_as "$variant"
        until_seen '^TIME UTC     PID PROGRAM         OUTCOME  CALL            UNIT$'
        state default
        write_broken audit_state killed
        state ignore
        write_broken audit_state ignored
        state handle
        write_broken audit_state handled
        state blocked
        write_broken audit_state blocked
        guarded '' default
        write_broken audit_state handled
        start bare "$BATS_TEST_TMPDIR/static" default
        write_broken static killed
        state ignore
        kill -PIPE "$PID"
        until_seen " $PID audit_state +ignored +sent by $BASHPID +[^ ]+$"
        end_watch_by TERM 143
    done
}

# Its runtime handles the signal of descriptor 3 and above, and for 1 and 2 sends itself another, by the default action.
@test "audit --watch: a program in Go is seen, which ends itself" {
    needs tracefs
    cat >"$BATS_TEST_TMPDIR/main.go" <<'TEXT'
package main

import (
	"os"
	"syscall"
)

func main() {
	var ends [2]int
	os.Stdout.WriteString("ready\n")
	syscall.Pipe(ends[:])
	syscall.Dup2(ends[1], 1)
	syscall.Close(ends[0])
	os.Stdin.Read(make([]byte, 1))
	syscall.Write(ends[1], []byte("x"))
	os.Stdout.WriteString("x")
}
TEXT
    (cd "$BATS_TEST_TMPDIR" && HOME=$PWD CGO_ENABLED=0 go build -o golang main.go)
    watch_as busybox
    until_seen '^TIME'
    start bare "$BATS_TEST_TMPDIR/golang"
    echo >"$BATS_TEST_TMPDIR/in$((${#started[@]} - 1))"
    wait "$PID" || assert_equal "$?" "$SIGPIPE_STATUS"
    until_seen " $PID golang +killed +sent by $PID "
    assert_equal "$(awk -v pid="$PID" '$2 == pid { print $4, $5, $6 }' "$SEEN")" \
        $'handled write pipe\nhandled write pipe\nhandled sent by\nkilled sent by'
    end_watch_by TERM 143
}

@test "audit --watch: a set-user-ID program of another user is seen" {
    needs tracefs users
    # A folder that everybody may enter.
    local folder
    folder=$(mktemp -d /var/tmp/nosigpipe.XXXXXX)
    cp "$PROGRAMS/audit_state" "$folder/set_user_id"
    chmod 755 "$folder"
    chmod 4755 "$folder/set_user_id"
    watch_as busybox
    until_seen '^TIME'
    start bare setpriv --reuid=65534 --regid=65534 --clear-groups "$folder/set_user_id" default
    rm -r "$folder"
    write_broken set_user_id killed
    end_watch_by TERM 143
}

@test "audit --watch --calls: a broken write that raises no signal is seen, and the others once" {
    needs tracefs
    watch_as mawk --calls --json
    # The first line says that the watch is there.
    until [ -s "$SEEN" ]; do bare yes | true; done
    bare python3 -c '
import os, signal, socket
one, other = socket.socketpair()
other.close()
def write(call, *arguments):
    try: call(*arguments)
    except BrokenPipeError: pass
for i in range(3):
    write(one.send, b"x", socket.MSG_NOSIGNAL)
    write(one.send, b"x")
write(os.writev, one.fileno(), [b"x"])
signal.signal(signal.SIGPIPE, lambda *_: None)
write(os.write, one.fileno(), b"x")
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
print(os.getpid(), flush=True)
one.sendmsg([b"x"])' >"$BATS_TEST_TMPDIR/pid" || :
    until_seen "\"pid\":$(cat "$BATS_TEST_TMPDIR/pid"),.*\"killed\":true"
    run jq -r "select(.pid == $(cat "$BATS_TEST_TMPDIR/pid")) | .call + \" \" + .disposition" "$SEEN"
    assert_output "\
sendto nosignal
sendto ignored
sendto nosignal
sendto ignored
sendto nosignal
sendto ignored
writev ignored
write handled
sendmsg default"
    end_watch_by TERM 143
}

@test "audit --watch: HUP, INT and TERM end it, and its folder is removed" {
    needs tracefs
    local variant
    for variant in $VARIANTS; do
        watch_as "$variant"
        until_seen '^TIME'
        end_watch_by HUP 129
        watch_as "$variant"
        until_seen '^TIME'
        kill -STOP "$watched"
        kill -CONT "$watched"
        end_watch_by TERM 143
    done
    # A shell ignores SIGINT for what it starts in the background; env does not.
    watch_as mawk
    until_seen '^TIME'
    end_watch_by INT 130
}

@test "audit --watch: it ends when the reader of its output goes, also while nothing happens" {
    needs tracefs
    local variant ended
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    for variant in $VARIANTS; do
        OUT=$BATS_TEST_TMPDIR/fifo watch_as "$variant"
        exec 7<"$BATS_TEST_TMPDIR/fifo"
        read -r _ <&7
        # What others do is not seen from now on.
        with_tracefs sh -c "echo $BASHPID >instances/nosigpipe-$watched/set_event_pid"
        exec 7<&-
        ended=0
        wait "$watched" || ended=$?
        assert_equal "$variant $ended $(cat "$BATS_TEST_TMPDIR/errors")" "$variant 2 "
        ! has_instance "$watched" || fail "$variant has left its folder"
    done
    OUT=/dev/full watch_as busybox
    ended=0
    wait "$watched" || ended=$?
    assert_equal "$ended $(cat "$BATS_TEST_TMPDIR/errors")" '2 nosigpipe-audit: cannot write to standard output'
}

@test "audit --watch: what a killed one leaves is removed by the next, which leaves others alone" {
    needs tracefs
    local killed other
    watch_as busybox
    until_seen '^TIME'
    killed=$watched
    kill -KILL "$killed"
    wait "$killed" || :
    has_instance "$killed"
    watch_as busybox
    until_seen '^TIME'
    other=$watched
    watch_as mawk
    until_seen '^TIME'
    ! has_instance "$killed" || fail 'the folder of the killed one is there'
    has_instance "$other"
    end_watch_by TERM 143
    watched=$other
    end_watch_by TERM 143
}

@test "audit --watch: another user is told to try as root" {
    needs tracefs users
    # shellcheck disable=SC2016
    run --separate-stderr with_tracefs sh -c '
        exec setpriv --reuid=65534 --regid=65534 --clear-groups dash -s -- --watch <"$1"' - \
        "$BUILD/nosigpipe-audit"
    assert_equal "$status $output" '2 '
    assert_regex "$stderr" \
        "^nosigpipe-audit: --watch: the folder '.*' is closed to you: try as root, outside of containers$"
}

@test "audit --watch: in a container with process IDs of its own it says so" {
    needs tracefs processes
    # shellcheck disable=SC2016
    run --separate-stderr with_tracefs unshare --pid --fork sh -c '
        mount -t proc proc /proc; dash "$1" --watch; exit $?' - \
        "$BUILD/nosigpipe-audit"
    assert_equal "$status $output" '2 '
    assert_equal "$stderr" "nosigpipe-audit: --watch: '/proc' has the process IDs of a container: run it on the host, \
or name the host's with --proc"
}

# --- bpftrace

# All that a watch has started. The kernel keeps what a shell was started with.
left_processes() {
    local file
    for file in $(grep -l -s -z -F -x "WATCH_OF=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ); do
        cat "${file%environ}comm" 2>/dev/null || :
    done
}

# Starts a watch that has bpftrace at hand, and waits for the first descriptor.
watch_files() { # VARIANT [ARGUMENT]...
    TRACING=/sys/kernel/tracing
    ln -sf "$(command -v bpftrace)" "$BATS_FILE_TMPDIR/busybox/bpftrace"
    watch_as "$@"
    # What others do on this machine may be more than a watch can read.
    until with_tracefs sh -c "echo 1 >instances/nosigpipe-$watched/options/event-fork &&
        echo $BASHPID >instances/nosigpipe-$watched/set_event_pid" 2>/dev/null; do
        kill -0 "$watched" || fail "the watch has ended: $(cat "$BATS_TEST_TMPDIR/errors")"
    done
    local end=$((SECONDS + 100))
    until grep -q -E 'fd 1$|"fd":1,' "$SEEN"; do
        kill -0 "$watched" || fail "the watch has ended: $(cat "$BATS_TEST_TMPDIR/errors")"
        [ "$SECONDS" -lt "$end" ] || fail 'no descriptor is seen'
        bare yes | true
        sleep 0.02
    done
}

until_none_left() {
    until [ -z "$(left_processes)" ]; do sleep 0.02; done
}

@test "audit --watch: the descriptor and the dead peer of each kind of write are shown" {
    needs tracefs bpftrace
    local variant
    for variant in $VARIANTS; do
        watch_files "$variant" --json
        ignoring python3 - "$BATS_TEST_TMPDIR/listener" >"$BATS_TEST_TMPDIR/expected" <<'TEXT'
import json, os, socket, sys, time
def broken(call, *arguments):
    while True: # a TCP socket hears of it a moment later
        try: call(*arguments)
        except BrokenPipeError: return
        except ConnectionResetError: pass
def told(descriptor, peer): print(json.dumps([os.getpid(), descriptor, peer], separators=(",", ":")))
def connected(family, address):
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen()
    client = socket.socket(family)
    client.connect(listener.getsockname())
    listener.accept()[0].close()
    return client, listener.getsockname()
ipv4, address = connected(socket.AF_INET, ("127.0.0.1", 0))
broken(ipv4.send, b"x")
told(ipv4.fileno(), "127.0.0.1:%d" % address[1])
try:
    ipv6, address = connected(socket.AF_INET6, ("::1", 0))
    broken(ipv6.send, b"x")
    told(ipv6.fileno(), "[::1]:%d" % address[1])
except OSError: pass # no IPv6 here
unix, address = connected(socket.AF_UNIX, sys.argv[1])
broken(unix.sendmsg, [b"x"])
told(unix.fileno(), sys.argv[1])
unix, address = connected(socket.AF_UNIX, "\0%s x" % sys.argv[1])
broken(os.writev, unix.fileno(), [b"x"])
told(unix.fileno(), "@%s x" % sys.argv[1])
one, other = socket.socketpair()
other.close()
read, write = os.pipe()
source, full = os.pipe()
os.write(full, b"x")
os.close(read)
for i in range(20): # fast
    broken(os.write, write, b"x")
    told(write, None)
    broken(one.send, b"x")
    told(one.fileno(), None)
broken(os.splice, source, write, 1)
told(write, None)
TEXT
        rm "$BATS_TEST_TMPDIR/listener"
        PID=$(sed -n '1s/[^0-9]*\([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/expected")
        until_seen "\"pid\":$PID,.*\"splice\""
        jq -c "select(.pid == $PID) | [.pid, .fd, .peer]" "$SEEN" >"$BATS_TEST_TMPDIR/told"
        # A line waits 0.3 seconds for bpftrace, which takes longer on a busy machine, once in a while.
        run awk -v late="[$PID,null,null]" 'NR == FNR { expected[NR] = $0; next }
            $0 == late && n++ < 5 { $0 = expected[FNR] }
            { print }' "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/told"
        assert_output - <"$BATS_TEST_TMPDIR/expected"
        end_watch_by TERM 143
        until_none_left
    done
}

@test "audit --watch: no bpftrace is left, however the watch ends" {
    needs tracefs bpftrace
    local variant ended
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    for variant in $VARIANTS; do
        watch_files "$variant"
        assert_equal "$(left_processes | grep -c -x bpftrace)" 1
        end_watch_by HUP 129
        until_none_left
        # At once, while bpftrace starts.
        watch_as "$variant"
        until_seen '^TIME'
        end_watch_by TERM 143
        until_none_left
        watch_files "$variant"
        kill -KILL "$watched"
        wait "$watched" || :
        while left_processes | grep -q -x bpftrace; do sleep 0.02; done
        watch_as "$variant"
        until_seen '^TIME'
        end_watch_by INT 130
        until_none_left
        OUT=$BATS_TEST_TMPDIR/fifo watch_as "$variant"
        exec 7<"$BATS_TEST_TMPDIR/fifo"
        read -r _ <&7
        exec 7<&-
        ended=0
        wait "$watched" || ended=$?
        assert_equal "$variant $ended $(cat "$BATS_TEST_TMPDIR/errors")" "$variant 2 "
        until_none_left
    done
}

@test "audit --watch: it goes on without a bpftrace that fails or ends, and says so" {
    needs tracefs
    local variant
    TRACING=/sys/kernel/tracing
    for variant in $VARIANTS; do
        printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bpftrace"
        chmod +x "$BATS_TEST_TMPDIR/bpftrace"
        ln -sf "$BATS_TEST_TMPDIR/bpftrace" "$BATS_FILE_TMPDIR/$variant/bpftrace"
        watch_as "$variant"
        until [ -s "$BATS_TEST_TMPDIR/errors" ]; do sleep 0.02; done
        rm "$BATS_FILE_TMPDIR/$variant/bpftrace"
        state default
        write_broken audit_state killed
        assert_equal "$(cat "$BATS_TEST_TMPDIR/errors")" \
            'nosigpipe-audit: bpftrace has failed: descriptors and peers are not shown'
        : >"$BATS_TEST_TMPDIR/errors"
        end_watch_by TERM 143
        until_none_left
    done
}
