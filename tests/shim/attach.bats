#!/usr/bin/env bats
# Processes that run already, visited by nosigpipe-attach (`nosigpipe --pid`): what holds afterwards, and
# who is refused. The oracle is the same program before the visit, or without one.

load ../lib/common
load ../lib/visited

teardown() {
    stop_visited
}

visit() { # [OPTIONS [PID]...]
    run "$ATTACH" visit "${1-}" "${@:2}"
}

guard() { # [OPTIONS]
    visit "${1-}" "$visited"
    assert_success
    assert_output --regexp "^$visited [^ ]*: guarded"
}

@test "bare, each of these programs ends" {
    for program in "$PROGRAMS/visited" "$STATIC/visited" "$STATIC/visited_pie"; do
        start_visited "$program"
        run say w 'write: EPIPE'
        assert_failure
        end_visited "$SIGPIPE_STATUS"
    done
}

@test "a visit protects programs of glibc, static ones and those of musl" {
    for program in "$PROGRAMS/visited" "$STATIC/visited" "$STATIC/visited_pie"; do
        start_visited "$program"
        guard
        assert_output "$visited ${program##*/}: guarded"
        say_broken_writes
        run "$ATTACH" status "$visited"
        assert_output "$visited ${program##*/}: guarded, 1602 broken writes absorbed"
        end_visited 0
    done
}

@test "a query answers as before, and what is set later stands" {
    start_visited "$STATIC/visited"
    say q 'disposition: SIG_DFL flags 0'
    guard
    say q 'disposition: SIG_DFL flags 0'
    say d 'set SIG_DFL'
    say q 'disposition: SIG_DFL flags 10000000'
    say w 'write: EPIPE'
    say h 'set own'
    say q 'disposition: own flags 0'
    say w 'write: EPIPE'
    say n 'runs: 1'
    say o 'set one-shot'
    say q 'disposition: own flags 80000000'
    say w 'write: EPIPE'
    say n 'runs: 2'
    say q 'disposition: SIG_DFL flags 80000000'
    say w 'write: EPIPE'
    say n 'runs: 2'
    end_visited 0
}

@test "the hook stands beside threads, and in the libc of a dynamic program" {
    for program in "$PROGRAMS/visited" "$STATIC/visited"; do
        # A busy machine may not let it stand in time.
        for _ in {1..10}; do
            start_visited "$program"
            say T 'threads started'
            guard
            [ "$output" != "$visited visited: guarded" ] || break
            stop_visited && wait "$visited" || true
        done
        assert_output "$visited visited: guarded"
        say d 'set SIG_DFL'
        say t 'threads: 1600 of 1600'
        end_visited 0
    done
}

@test "without a hook a visit says so; a guard that the program calls or sets again is no harm" {
    start_visited "$STATIC/visited_second"
    guard
    assert_output "$visited visited_second: guarded, until the program itself sets the default action"
    say q 'disposition: unknown flags 18000004'
    say w 'write: EPIPE'
    say c 'set chain'
    say w 'write: EPIPE'
    say n 'runs: 1'
    say b 'set what was before'
    say w 'write: EPIPE'
    say p 'stdio: EPIPE'
    say d 'set SIG_DFL'
    run "$ATTACH" status "$visited"
    assert_failure 1
    assert_output "$visited visited_second: not guarded"
    guard
    say w 'write: EPIPE'
    say d 'set SIG_DFL'
    run say w 'write: EPIPE'
    assert_failure
    end_visited "$SIGPIPE_STATUS"
}

@test "a SIGPIPE that is sent acts, from others and from the program itself" {
    start_visited "$STATIC/visited"
    guard
    kill -PIPE "$visited"
    end_visited "$SIGPIPE_STATUS"
    start_visited "$PROGRAMS/visited"
    guard
    run say k 'sent: survived'
    assert_failure
    end_visited "$SIGPIPE_STATUS"
    start_visited "$STATIC/visited_second"
    guard
    say c 'set chain'
    kill -PIPE "$visited"
    say n 'runs: 1'
    say b 'set what was before'
    kill -PIPE "$visited"
    end_visited "$SIGPIPE_STATUS"
}

@test "a forked child is guarded, an executed program starts clean" {
    start_visited "$STATIC/visited"
    guard
    say f 'in a child: EPIPE'
    say e 'disposition: SIG_DFL flags 0'
    end_visited 0
}

@test "a second visit changes the options; a release puts the default back, and a third visit guards" {
    log=$BATS_TEST_TMPDIR/log
    start_visited "$STATIC/visited"
    guard
    say w 'write: EPIPE'
    visit "log=file:$log" "$visited"
    assert_success
    assert_output "$visited visited: guarded already"
    maps=$(grep -c 'r-xp 00000000 00:00 0' "/proc/$visited/maps")
    say w 'write: EPIPE'
    run cat "$log"
    assert_output --regexp "program=visited .* call=write fd=[0-9]+ kind=pipe .* asked=1 .* count=1"
    run "$ATTACH" release "$visited"
    assert_success
    assert_output "$visited visited: released"
    say q 'disposition: SIG_DFL flags 0'
    say d 'set SIG_DFL'
    assert_equal "$(status_of SigCgt)" 0000000000000000
    run "$ATTACH" release "$visited"
    assert_output "$visited visited: not guarded"
    guard
    assert_equal "$(grep -c 'r-xp 00000000 00:00 0' "/proc/$visited/maps")" "$maps"
    say d 'set SIG_DFL'
    say w 'write: EPIPE'
    end_visited 0
    assert_equal "$(wc -l <"$log")" 1
}

@test "the options that act: action, storm and stdio" {
    for options in action=die storm=2; do
        start_visited "$STATIC/visited"
        guard "$options"
        run say t 'threads: 1600 of 1600'
        assert_failure
        end_visited "$SIGPIPE_STATUS"
    done
    start_visited "$STATIC/visited"
    guard action=core
    run say w 'write: EPIPE'
    assert_failure
    end_visited 134
    start_visited "$STATIC/visited"
    guard action=stop
    echo w >&"${VISITED[1]}"
    until [ "$(status_of State)" = 'T (stopped)' ]; do
        kill -0 "$visited"
    done
    kill -CONT "$visited"
    expect 'write: EPIPE'
    end_visited 0
}

@test "a record has a backtrace where the program has tables" {
    start_visited "$STATIC/visited_pie"
    guard "log=file:$BATS_TEST_TMPDIR/log,backtrace=4"
    say w 'write: EPIPE'
    run cat "$BATS_TEST_TMPDIR/log"
    assert_output --regexp 'backtrace="visited_pie\+0x[0-9a-f]+ visited_pie\+0x[0-9a-f]+ visited_pie'
    end_visited 0
}

@test "what a visit leaves: 64 KiB at most, no tracer, no descriptor, the same mask and signals" {
    start_visited "$STATIC/visited"
    await State 'S (sleeping)'
    before=$(status_of VmSize) before=${before% kB}
    fields=$(grep -E '^(Sig(Blk|Ign|Pnd)|ShdPnd|TracerPid|State|Threads)' "/proc/$visited/status")
    descriptors=$(ls "/proc/$visited/fd")
    guard
    await State 'S (sleeping)'
    after=$(status_of VmSize) after=${after% kB}
    echo "# mapped: $((after - before)) KiB" >&3
    assert [ $((after - before)) -le 64 ]
    assert_equal "$(grep -E '^(Sig(Blk|Ign|Pnd)|ShdPnd|TracerPid|State|Threads)' "/proc/$visited/status")" "$fields"
    assert_equal "$(ls "/proc/$visited/fd")" "$descriptors"
    run grep -c 'rwxp' "/proc/$visited/maps"
    assert_output 0
    end_visited 0
}

@test "a stopped process is guarded and stays stopped" {
    start_visited "$STATIC/visited"
    kill -STOP "$visited"
    until [ "$(status_of State)" = 'T (stopped)' ]; do :; done
    guard
    await State 'T (stopped)'
    kill -CONT "$visited"
    say w 'write: EPIPE'
    end_visited 0
}

# Starts a Python that makes a call, and stops it while it waits in that. Prints what the call has returned.
interrupted_by_stop() { # VISIT NUMBER CALL
    mkfifo "$BATS_TEST_TMPDIR/full"
    exec 8<>"$BATS_TEST_TMPDIR/full"
    bare_exec python3 -c "
import ctypes, os, select, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
poll = select.epoll()
poll.register(1, select.EPOLLIN)
print($3, file=sys.stderr)" >&8 2>"$BATS_TEST_TMPDIR/returned" 3>&- 8>&- &
    visited=$!
    until grep -q "^$2 " "/proc/$visited/syscall"; do kill -0 "$visited"; done
    kill -STOP "$visited"
    until [ "$(status_of State)" = 'T (stopped)' ]; do :; done
    # There is room again for what the call has not written.
    [ "$2" != 1 ] || head -c 65536 <&8 >/dev/null
    [ "$1" = no ] || guard
    kill -CONT "$visited"
    [ "$2" = 1 ] || echo >&8
    wait "$visited"
    visited=
    exec 8>&-
    rm "$BATS_TEST_TMPDIR/full"
    cat "$BATS_TEST_TMPDIR/returned"
}

@test "what SIGSTOP has interrupted or cut short before a visit stays so" {
    for call in '1 os.write(1, bytes(1000000))' \
        '232 ctypes.CDLL(None).epoll_wait(poll.fileno(), bytes(12), 1, -1)'; do
        bare=$(interrupted_by_stop no "${call%% *}" "${call#* }")
        assert_equal "$(interrupted_by_stop yes "${call%% *}" "${call#* }")" "$bare"
    done
}

@test "who needs no guard is left alone" {
    start_visited env --ignore-signal=PIPE "$STATIC/visited"
    visit '' "$visited"
    assert_success
    assert_output "$visited visited: ignores SIGPIPE, so nothing was done"
    run "$ATTACH" status "$visited"
    assert_output "$visited visited: ignores SIGPIPE"
    end_visited 0
    start_visited "$STATIC/visited"
    say h 'set own'
    visit '' "$visited"
    assert_success
    assert_output "$visited visited: handles SIGPIPE itself, so nothing was done"
    end_visited 0
    start_visited env LD_PRELOAD="$SHIM" "$PROGRAMS/visited"
    visit '' "$visited"
    assert_success
    assert_output "$visited visited: has the library preloaded"
    end_visited 0
}

@test "where the library is off, a visit puts the guard beside it, and takes it away" {
    start_visited env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS=off "$PROGRAMS/visited"
    guard
    say_broken_writes
    run "$ATTACH" status "$visited"
    assert_success
    assert_output "$visited visited: guarded, 1602 broken writes absorbed"
    run "$ATTACH" release "$visited"
    assert_success
    assert_output "$visited visited: released"
    run "$ATTACH" status "$visited"
    assert_failure 1
    assert_output "$visited visited: not guarded"
    end_visited 0
}

@test "a guard that the program has replaced by its own handler is left alone" {
    start_visited "$STATIC/visited"
    guard
    say h 'set own'
    visit '' "$visited"
    assert_output "$visited visited: handles SIGPIPE itself, so nothing was done"
    run "$ATTACH" status "$visited"
    assert_success
    assert_output "$visited visited: handles SIGPIPE itself"
    run "$ATTACH" release "$visited"
    assert_output "$visited visited: not guarded"
    say w 'write: EPIPE'
    say n 'runs: 1'
    end_visited 0
}

@test "a traced process is refused, by the tracer's name" {
    start_visited "$STATIC/visited"
    strace -o /dev/null -p "$visited" 2>"$BATS_TEST_TMPDIR/strace" 3>&- &
    tracer=$!
    until [ "$(status_of TracerPid)" = "$tracer" ]; do kill -0 "$tracer"; done
    visit '' "$visited"
    kill "$tracer"
    assert_failure 1
    assert_output "nosigpipe: $visited visited: it is traced by $tracer (strace): end that first"
    wait "$tracer" || true
    guard
    end_visited 0
}

@test "a process whose only write has partly gone out is refused, and its write is whole" {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    bare_exec dd if=/dev/zero bs=1000000 count=1 >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/dd" 3>&- &
    visited=$!
    exec 9<"$BATS_TEST_TMPDIR/pipe"
    until grep -q '^1 0x1 ' "/proc/$visited/syscall"; do kill -0 "$visited"; done
    visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited dd: each of its threads is in a call that a stop would cut short; try again"
    assert_equal "$(status_of TracerPid)" 0
    assert_equal "$(wc -c <&9)" 1000000
    exec 9<&-
    wait "$visited"
    run cat "$BATS_TEST_TMPDIR/dd"
    assert_line '1+0 records out'
    visited=
}

@test "a process whose log no one reads is guarded: a short write to a pipe has no parts" {
    exec 9<> <(:) # both ends of the pipe
    bare_exec sh -c 'while :; do echo line; done' >&9 3>&- 9>&- &
    visited=$!
    until grep -q '^1 0x1 ' "/proc/$visited/syscall"; do kill -0 "$visited"; done
    guard
    await State 'S (sleeping)'
    exec 9>&-
}

@test "no thread, thread of the kernel, process that is not there or with other rights is visited" {
    needs users
    start_visited "$STATIC/visited"
    say T 'threads started'
    caught=$(status_of SigCgt)
    for thread in /proc/"$visited"/task/*; do
        thread=${thread##*/}
    done
    visit '' "$thread"
    assert_failure 1
    assert_output "nosigpipe: $thread visited: it is a thread, not a process"
    visit '' 4194305
    assert_failure 1
    assert_output 'nosigpipe: 4194305: no such process'
    visit '' 99999999999999999999
    assert_failure 1
    assert_output --partial ': no such process'
    run setpriv --reuid=65534 --regid=65534 --clear-groups "$ATTACH" visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited visited: you may not trace it: that takes its user or CAP_SYS_PTRACE: Operation not permitted"
    assert_equal "$(status_of SigCgt)" "$caught"
    end_visited 0
}

@test "a user visits processes of its own" {
    needs users
    own=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    start_visited "${own[@]}" "$STATIC/visited"
    cp "$ATTACH" "$BATS_TEST_TMPDIR" && chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    run "${own[@]}" "$BATS_TEST_TMPDIR/nosigpipe-attach" visit '' "$visited"
    assert_success
    assert_output "$visited visited: guarded"
    say w 'write: EPIPE'
    end_visited 0
}

@test "a visitor of another class that cannot be started is named" {
    [ "$(uname -m)" = x86_64 ] || skip 'for a 64-bit system'
    needs_i386
    cd "$BATS_TEST_TMPDIR"
    printf '#include <stdio.h>\nint main(void) { puts("ready"), fflush(stdout); return getchar() != EOF; }' |
        i686-linux-gnu-gcc -static -x c -o program32 -
    cp program32 nosigpipe-attach
    chmod a-x nosigpipe-attach
    start_visited ./program32
    run "$ATTACH" --also="$PWD/nosigpipe-attach" visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: cannot start '$PWD/nosigpipe-attach': Permission denied"
    end_visited 0
}

@test "a set-user-ID program is refused, by root too" {
    needs users owners
    cp "$STATIC/visited" "$BATS_TEST_TMPDIR/privileged"
    chown 65533 "$BATS_TEST_TMPDIR/privileged"
    chmod 4755 "$BATS_TEST_TMPDIR/privileged"
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    start_visited setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/privileged"
    visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited privileged: its program is set-user-ID or has capabilities of its own"
    end_visited 0
}

@test "a filter of system calls is suspended by who may, and what it forbids is not called later" {
    needs users mounts
    for filter in 's:getpid forbidden' 'm:rt_sigaction forbidden'; do
        start_visited "$STATIC/visited"
        say "${filter%%:*}" "${filter#*:}"
        guard
        assert_equal "$(status_of Seccomp)" 2
        [ "${filter%%:*}" != s ] || say w 'write: EPIPE'
        end_visited 0
    done
    start_visited setpriv --reuid=65534 --regid=65534 --clear-groups "$STATIC/visited"
    say s 'getpid forbidden'
    cp "$ATTACH" "$BATS_TEST_TMPDIR" && chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    run setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/nosigpipe-attach" visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited visited: it has a seccomp filter of its own, which only CAP_SYS_ADMIN may suspend: Operation not permitted"
    end_visited 0
}

@test "a process in namespaces of its own is visited from outside, and needs no file inside" {
    needs namespaces processes
    mkdir "$BATS_TEST_TMPDIR/root"
    cp "$STATIC/visited" "$BATS_TEST_TMPDIR/root"
    start_visited unshare --user --map-root-user --pid --mount --fork --kill-child \
        chroot "$BATS_TEST_TMPDIR/root" /visited
    outer=$visited
    visited=$(pgrep -P "$outer")
    guard
    say w 'write: EPIPE'
    visited=$outer
    end_visited 0
}

@test "an upgrade takes over the guard and the hook" {
    other=$BATS_TEST_TMPDIR/nosigpipe-attach
    # The note's version is in the image; another one makes another build.
    version=$("$LAUNCHER" --version) version=${version##* }
    LC_ALL=C sed "s/nosigpipe\\x00\\x00\\x00$version/nosigpipe\\x00\\x00\\x009${version#?}/" "$ATTACH" >"$other"
    chmod +x "$other"
    run cmp -s "$ATTACH" "$other"
    assert_failure 1
    start_visited "$STATIC/visited"
    run "$other" visit '' "$visited"
    assert_output "$visited visited: guarded"
    say w 'write: EPIPE'
    visit '' "$visited"
    assert_output "$visited visited: guarded"
    say w 'write: EPIPE'
    say d 'set SIG_DFL'
    say w 'write: EPIPE'
    say q 'disposition: SIG_DFL flags 10000000'
    run "$ATTACH" status "$visited"
    assert_output "$visited visited: guarded, 2 broken writes absorbed"
    end_visited 0
}

@test "a guard of another version, whose note has another size, is recognized and replaced" {
    start_visited "$STATIC/visited"
    guard
    # The size of the descriptor is the word before the type and the name.
    python3 -c '
import re, sys
pid = sys.argv[1]
with open(f"/proc/{pid}/maps") as maps:
    starts = [int(line.split("-")[0], 16) for line in maps if " r-xp 00000000 00:00 0" in line and "[v" not in line]
with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
    memory.seek(starts[0])
    at = memory.read(4096).index(b"nosigpipe\0")
    memory.seek(starts[0] + at - 8)
    memory.write(b"\x30")' "$visited"
    run "$ATTACH" status "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited visited: its guard is of another version: 'nosigpipe --pid' renews it"
    say w 'write: EPIPE'
    guard
    say w 'write: EPIPE'
    run "$ATTACH" status "$visited"
    assert_output "$visited visited: guarded, 1 broken writes absorbed"
    end_visited 0
}

@test "many processes: a line each, a sum, and seconds for 300" {
    pids=() states=()
    for ((i = 0; i < 300; i++)); do
        bare_exec sleep infinity 3>&- &
        pids+=($!)
        states+=("/proc/$!/stat")
    done
    # It has its name before its code.
    until [ "$(cat "${states[@]}" | grep -c ' (sleep) S ')" = 300 ]; do :; done
    SECONDS=0
    visit '' "${pids[@]}" 4194305
    seconds=$SECONDS
    kill "${pids[@]}"
    assert_failure 1
    assert_line '301 processes: 300 safe, 1 refused'
    assert_line 'nosigpipe: 4194305: no such process'
    assert_equal "$(grep -c ': guarded' <<<"$output")" 300
    echo "# 300 processes: $seconds s" >&3
    assert [ "$seconds" -le 60 ]
}

# What a terminal shows of a line: after each "\r", what follows overwrites it.
shown_by_terminal() {
    awk 'BEGIN { RS = "\n" }
        { shown = ""; count = split($0, part, "\r")
          for (i = 1; i <= count; i++)
              shown = part[i] substr(shown, length(part[i]) + 1)
          sub(/ +$/, "", shown); print shown }'
}

@test "on a terminal a line of progress stands below the lines of the processes, and is gone at the end" {
    pids=()
    for ((i = 0; i < 30; i++)); do
        bare_exec sleep infinity 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        until grep -q ' (sleep) S ' "/proc/$pid/stat"; do :; done
    done
    run script -qec "'$ATTACH' visit '' ${pids[*]} 4194305" /dev/null </dev/null
    kill "${pids[@]}"
    assert_output --partial $'30 of 31 processes\r'
    run shown_by_terminal <<<"$output"
    assert_output "$(printf '%s sleep: guarded\n' "${pids[@]}")
nosigpipe: 4194305: no such process
31 processes: 30 safe, 1 refused"
}

@test "a process of very many threads is guarded, without a hook" {
    start_visited "$STATIC/visited"
    for ((i = 0; i < 34; i++)); do
        say T 'threads started'
    done
    guard
    assert_output "$visited visited: guarded, until the program itself sets the default action"
    say w 'write: EPIPE'
    end_visited 0
}

@test "a caller that ignores SIGCHLD gets the same answers" {
    start_visited "$STATIC/visited"
    run env --ignore-signal=CHLD "$ATTACH" visit '' "$visited" 4194305
    assert_failure 1
    assert_line "$visited visited: guarded"
    run env --ignore-signal=CHLD "$LAUNCHER" "$STATIC/visited" once
    assert_success
    assert_output 'disposition: SIG_DFL flags 0'
    end_visited 0
}

@test "a process that executes one program after another is never harmed" {
    start_visited "$PROGRAMS/awkward" again
    for ((i = 0; i < 50; i++)); do
        visit '' "$visited"
        assert [ "$status" -le 1 ]
        kill -0 "$visited"
    done
    kill -KILL "$visited"
    end_visited 137
}

@test "what is executable and changes is not gone on from" {
    for ((i = 0; i < 20; i++)); do
        start_visited "$PROGRAMS/awkward" heap
        guard
        end_visited 0
    done
}

@test "32-bit code of a 64-bit program is not gone on from" {
    [ "$(uname -m)" = x86_64 ] || skip 'for a 64-bit system'
    needs_i386
    start_visited "$PROGRAMS/awkward" far
    guard
    kill -KILL "$visited"
    end_visited 137
}

@test "a thread of the kernel in the process is not the one to be stopped" {
    needs rings
    start_visited "$PROGRAMS/awkward" worker
    guard
    end_visited 0
}

@test "a process of many groups is guarded, one that has lost its first thread is refused" {
    needs users
    start_visited "$PROGRAMS/awkward" groups
    guard
    end_visited 0
    start_visited "$PROGRAMS/awkward" leader
    until grep -q '^State:.Z' "/proc/$visited/status"; do :; done
    visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited awkward: its first thread has ended, and the others cannot be reached"
    end_visited 0
}

@test "big reads of random bytes and zeros stay whole" {
    for word in random zero; do
        start_visited "$PROGRAMS/awkward" "$word"
        for ((i = 0; i < 20; i++)); do
            guard
        done
        end_visited 0
    done
}

@test "a visit raises no SIGPIPE where a write to a socket has done a part" {
    start_visited "$PROGRAMS/awkward" closing
    for ((i = 0; i < 100; i++)); do
        guard
    done
    run "$ATTACH" status "$visited"
    assert_output "$visited awkward: guarded, 0 broken writes absorbed"
    end_visited 0
}

@test "with the hook no query in a thread ever shows the guard" {
    hooks=0
    for ((i = 0; i < 50; i++)); do
        start_visited "$PROGRAMS/awkward" query
        guard
        # Without the hook, which a busy machine may not let stand in time, they show it.
        case $output in
        "$visited awkward: guarded")
            hooks=$((hooks + 1))
            end_visited 0
            ;;
        *) stop_visited && wait "$visited" || true ;;
        esac
    done
    assert [ "$hooks" -gt 0 ]
}

# strace(1) makes the time between two of its calls long.
slow_attach() {
    run strace -f -o /dev/null -e inject=pwrite64:delay_enter=2000 "$ATTACH" "$@"
    assert_success
}

@test "what another thread sets during a visit or a release stays" {
    start_visited "$PROGRAMS/awkward" choose
    for ((i = 0; i < 20; i++)); do
        slow_attach visit '' "$visited"
        slow_attach release "$visited"
    done
    end_visited 0
}

@test "a process of several threads that ends during a visit is gone, and so is the visitor" {
    for ((i = 0; i < 20; i++)); do
        start_visited "$PROGRAMS/awkward" query
        { sleep "0.00$((i % 10))" && kill -KILL "$visited"; } 3>&- &
        run timeout 20 "$ATTACH" visit '' "$visited"
        assert [ "$status" -le 1 ]
        # A zombie that its parent cannot wait for would stay.
        wait "$visited" || true
        assert [ ! -e "/proc/$visited" ]
        visited=
    done
}

@test "several visits at once put one guard there" {
    for ((i = 0; i < 10; i++)); do
        start_visited "$STATIC/visited"
        visits=()
        for ((k = 0; k < 4; k++)); do
            "$ATTACH" visit '' "$visited" >"$BATS_TEST_TMPDIR/$k" 3>&- &
            visits+=($!)
        done
        for pid in "${visits[@]}"; do
            wait "$pid"
        done
        run sort "$BATS_TEST_TMPDIR"/[0-3]
        assert_equal "${lines[0]}" "$visited visited: guarded"
        assert_equal "${lines[3]}" "$visited visited: guarded already"
        run "$ATTACH" release "$visited"
        assert_output "$visited visited: released"
        end_visited 0
    done
}

@test "without standard output nothing is written into the process" {
    start_visited "$STATIC/visited"
    strace -f -e trace=write -o "$BATS_TEST_TMPDIR/writes" sh -c 'exec "$@" >&-' sh "$ATTACH" visit '' "$visited"
    run grep 'write(1, ' "$BATS_TEST_TMPDIR/writes"
    refute_output --partial EIO
    end_visited 0
}

@test "bad arguments" {
    for arguments in '' nothing visit 'visit mode=catch x' 'visit mode=catch 1x' 'status -1' 'run'; do
        # shellcheck disable=SC2086 # words
        run "$ATTACH" $arguments
        assert_failure 125
        assert_equal "${#lines[@]}" 1
        assert_output --regexp '^nosigpipe: .*'
    done
}
