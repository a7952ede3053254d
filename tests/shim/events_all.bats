#!/usr/bin/env bats
# events=all: broken writes are recorded and counted also where the program ignores, handles or blocks SIGPIPE,
# or asks for no signal; all answers stay as they are.

load ../lib/common
load ../lib/record
load ../lib/transcript

EVENT=$PROGRAMS/record_event
WRITES='write writev sendfile splice tee'
SENDS='send sendto sendmsg sendmmsg'

setup_file() {
    make_oracles default
    make_oracles ignored
    make_oracles blocked
    # A program's own handler, installed before main().
    "${CC:-cc}" -shared -fPIC -x c -o "$BATS_FILE_TMPDIR/handler.so" - <<'SOURCE'
#include <signal.h>
static void handle(int signal_number)
{
    (void)signal_number;
}
__attribute__((constructor)) static void start(void)
{
    signal(SIGPIPE, handle);
}
SOURCE
}

# Runs a command with events=all and SIGPIPE in this state.
in_state() { # STATE OPTIONS COMMAND...
    case $1 in
    handled) inherit default env LD_PRELOAD="$SHIM:$BATS_FILE_TMPDIR/handler.so" NOSIGPIPE_OPTIONS="events=all,$2" "${@:3}" ;;
    *) inherit "$1" env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="events=all,$2" "${@:3}" ;;
    esac
}

# The path of a Unix socket is recorded as it was given; that of a FIFO is the full path.
where() { # END
    case $1 in
    fifo) pwd -P | tr '\n' / && echo w ;;
    unix) echo w ;;
    esac
}

# Makes each interposed call on each end that it can break, and compares its record with what the program knows.
assert_recorded() { # STATE OPTIONS
    local call end
    rm -f known log
    for call in $WRITES $SENDS; do
        for end in pipe fifo pair unix tcp tcp6; do
            # Without a raised signal the program would have died of, this is no broken write.
            grep -q -x "$call $end" "$BATS_TEST_TMPDIR/pairs" || continue
            in_state "$1" "log=file:$PWD/log,$2" "$EVENT" "$call" "$end" "$(where "$end")" 3>>known
            rm -f w v
        done
    done
    decode logfmt log | awk 'BEGIN { RS = ""; ORS = "\n" } /\ncall=/' | without_time >records
    grep -v '^answer' known >expected
    run diff <(grep -v ^disposition= records) expected
    assert_output ''
    assert_equal "$(values_of disposition <records | sort | uniq -c | xargs)" "$(grep -c ^call= known) $1"
}

# The pairs of call and end that raise SIGPIPE, by the kernel.
find_pairs() {
    local call end status
    cd "$BATS_TEST_TMPDIR" || return
    for call in $WRITES $SENDS; do
        for end in pipe fifo pair unix tcp tcp6; do
            status=0
            bare "$EVENT" "$call" "$end" "$(where "$end")" 3>/dev/null 2>&1 || status=$?
            [ "$status" != "$SIGPIPE_STATUS" ] || echo "$call $end"
            rm -f w v
        done
    done >pairs
    assert [ "$(wc -l <pairs)" -gt 30 ]
}

# musl's send is its sendto, and its stdio makes system calls of its own.
# bats test_tags=glibc
@test "in each state the record says what the program knows, and its disposition" {
    find_pairs
    local state mode
    for state in default ignored handled blocked; do
        assert_recorded "$state" mode=catch
    done
    for mode in ignore mask flags; do
        assert_recorded ignored "mode=$mode"
        assert_recorded handled "mode=$mode"
        assert_recorded default "mode=$mode"
    done
}

# What the program in Python prints is compared with the same without the shim.
changes='
import ctypes, os, signal, socket, sys
def broken(write):
    ours, theirs = socket.socketpair()
    theirs.close()
    try:
        write(ours)
    except OSError as error:
        print(error.strerror)
send = lambda end: end.send(b"x")
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
broken(send)
signal.signal(signal.SIGPIPE, lambda *_: print("handled"))
broken(send)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
broken(send)
print(signal.sigtimedwait([signal.SIGPIPE], 0).si_signo)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPIPE])
broken(lambda end: end.send(b"x", socket.MSG_NOSIGNAL))
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
broken(lambda end: end.send(b"x", socket.MSG_NOSIGNAL))
broken(lambda end: end.sendmsg([b"x"], [], socket.MSG_NOSIGNAL))
class Action(ctypes.Structure):
    _fields_ = [("handler", ctypes.c_void_p), ("mask", ctypes.c_char * 128), ("flags", ctypes.c_int), ("restorer", ctypes.c_void_p)]
one_shot = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: print("once"))
libc = ctypes.CDLL(None)
libc.sigaction(signal.SIGPIPE, ctypes.byref(Action(ctypes.cast(one_shot, ctypes.c_void_p), b"", -0x80000000)), None)
broken(lambda end: libc.send(end.fileno(), b"x", 1, 0))
giving_up = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: libc.signal(signal.SIGPIPE, 0))
libc.signal(signal.SIGPIPE, giving_up)
broken(lambda end: libc.send(end.fileno(), b"x", 1, 0))
'
# bats test_tags=native
@test "a program that changes its disposition: each record has that of its write" {
    cd "$BATS_TEST_TMPDIR"
    bare python3 -I -c "$changes" >expected
    local mode
    for mode in catch ignore mask flags; do
        rm -f log
        logging "events=all,log=file:$PWD/log,mode=$mode" python3 -I -c "$changes
broken(send)" >printed
        { cat expected && echo Broken pipe; } | diff - printed
        decode logfmt log >records
        assert_equal "$mode $(values_of disposition <records | xargs)" \
            "$mode ignored handled blocked nosignal nosignal nosignal handled handled default"
        assert_equal "$(values_of by_disposition <records)" 'ignored:1 handled:3 blocked:1 nosignal:3 default:1'
        assert_equal "$(values_of events <records) $(values_of lost <records)" '9 0'
    done
}

# A signal that stays blocked ends the program when it is unblocked: that is a deadly event of its own.
# bats test_tags=native
@test "a blocked signal is recorded again when it arrives, as the deadly one" {
    cd "$BATS_TEST_TMPDIR"
    logging "events=all,log=file:$PWD/log" python3 -I -c 'import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE])
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
ours, theirs = os.pipe()
os.close(ours)
try: os.write(theirs, b"x")
except BrokenPipeError: pass
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPIPE])'
    decode logfmt log >records
    assert_equal "$(values_of disposition <records | xargs) $(values_of call <records | xargs)" \
        'blocked default write unknown'
}

@test "without events=all such writes are no events, and records have no such field" {
    cd "$BATS_TEST_TMPDIR"
    local mode
    for mode in catch ignore mask flags; do
        inherit ignored env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="log=file:$PWD/log,mode=$mode" "$EVENT" write pipe 3>/dev/null
        refute [ -e log ]
        logging "log=file:$PWD/log,mode=$mode" "$EVENT" write pipe 3>/dev/null
        run grep -c disposition log
        assert_output 0
        rm log
    done
}

@test "action, storm and stdio act on deadly events alone" {
    cd "$BATS_TEST_TMPDIR"
    local state action
    for state in ignored handled blocked; do
        for action in action=die action=core action=stop storm=1 stdio=default stdio=success; do
            in_state "$state" "$action,log=file:$PWD/log" "$PROGRAMS/policy" 1 pipe write 5 3>/dev/null
            assert_equal "$(decode logfmt log | values_of action | sort -u)" epipe
            assert_equal "$(decode logfmt log | values_of events)" 5
            rm log
        done
    done
    run in_state default "action=die" "$PROGRAMS/policy" 5 pipe write 5
    assert_failure "$SIGPIPE_STATUS"
}

# A device and a SOCK_SEQPACKET socket fail with EPIPE too, and raise no signal.
# bats test_tags=native
@test "EPIPE of what is no pipe and no stream socket is no event" {
    cd "$BATS_TEST_TMPDIR"
    in_state ignored "log=file:$PWD/log" python3 -I -c 'import socket
for kind in socket.SOCK_SEQPACKET, socket.SOCK_STREAM:
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    theirs.close()
    try: ours.send(b"x")
    except BrokenPipeError: print("broken")'
    assert_equal "$(decode logfmt log | values_of events)" 1
}

# bats test_tags=slow
@test "a million harmless broken writes of many threads are a million events" {
    cd "$BATS_TEST_TMPDIR"
    local mode
    for mode in catch ignore mask flags; do
        rm -f log
        in_state ignored "log=file:$PWD/log,mode=$mode" "$PROGRAMS/event_storm" 8 31250 'write writev send sendmsg' >answered
        assert_equal "$(cat answered)" 250000
        decode logfmt log >records
        assert_equal "$(values_of by_disposition <records)" ignored:250000
        assert_equal "$(values_of lost <records)" 0
    done
}

# bats test_tags=native
@test "without a log or a tracer no system call is made for them" {
    cd "$BATS_TEST_TMPDIR"
    inherit ignored strace -o without "$PROGRAMS/policy" 5 pipe write 5 3>/dev/null
    in_state ignored mode=catch strace -o with "$PROGRAMS/policy" 5 pipe write 5 3>/dev/null
    # From the first broken write on, the names of the calls and what they returned.
    calls() { sed -n '/EPIPE/,$ s/(.*) *=/ =/p' "$1" | grep -v '^brk'; }
    run diff <(calls without) <(calls with)
    assert_output ''
    assert [ "$(grep -c "= -1 EPIPE" with)" = 5 ]
}

# The signal comes while the log is open: when the handler jumps, the shim no longer holds a descriptor.
# bats test_tags=native
@test "a handler that jumps out of a write leaves no descriptor open" {
    cd "$BATS_TEST_TMPDIR"
    "${CC:-cc}" -D_GNU_SOURCE -x c -o jumps - <<'SOURCE'
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static sigjmp_buf before;
static void jump(int signal_number)
{
    (void)signal_number;
    siglongjmp(before, 1);
}
int main(void)
{
    int ends[2];
    if (pipe(ends) != 0 || close(ends[0]) != 0)
        return 2;
    signal(SIGUSR1, jump);
    if (sigsetjmp(before, 1) == 0)
        printf("%zd\n", write(ends[1], "x", 1));
    else
        puts("jumped");
    return open("/dev/null", O_RDONLY) == ends[0] ? 0 : 1;
}
SOURCE
    local state mode
    for state in ignored blocked default; do
        for mode in catch ignore mask flags; do
            rm -f log
            run in_state "$state" "mode=$mode,log=file:$PWD/log" strace -o calls -P "$PWD/log" \
                --inject=openat:signal=USR1:when=1 ./jumps
            assert_equal "$state $mode $status $output" "$state $mode 0 jumped"
            assert [ "$(grep -c disposition= log)" -ge 1 ]
        done
    done
}

@test "in every mode every case answers as the oracle" {
    ignoring "$PROGRAMS/matrix" >"$BATS_TEST_TMPDIR/oracle"
    for mode in catch ignore mask flags; do
        shimmed env NOSIGPIPE_OPTIONS="mode=$mode,events=all,log=file:$BATS_TEST_TMPDIR/log" "$PROGRAMS/matrix" \
            >"$BATS_TEST_TMPDIR/$mode"
        run diff "$BATS_TEST_TMPDIR/oracle" "$BATS_TEST_TMPDIR/$mode"
        assert_success
    done
}

# The programs wait most of the time, so the modes run at the same time.
@test "the same transcripts, with a log, from each inherited state" {
    needs comparisons
    in_mode() { # MODE
        local state
        BATS_TEST_TMPDIR+=/$1
        mkdir "$BATS_TEST_TMPDIR"
        for state in default ignored blocked; do
            same_under "$SHIM" "mode=$1" "$state" "events=all,log=file:$BATS_TEST_TMPDIR/log" || return
        done
        survives "$SHIM" "mode=$1" "events=all,log=file:$BATS_TEST_TMPDIR/log" &&
            [ "$(grep -c disposition= "$BATS_TEST_TMPDIR/log")" -gt 100 ]
    }
    local mode pid
    local -a pids=()
    for mode in catch ignore mask flags; do
        in_mode "$mode" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
}
