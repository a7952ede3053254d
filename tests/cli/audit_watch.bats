# nosigpipe-audit --watch: its parser reads audit_watch.trace, which a kernel (6.18) wrote while the watch ran.
# tests/systems/watch.bats watches this machine.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load audit

# A /proc and a tracefs made of files. The folder that the kernel would fill comes from a mkdir of our own.
fabricate_tracefs() {
    fabricate_tree
    mkdir -p "$TREE/1/ns" "$TREE/tracing/instances" "$TREE/tracing/events/signal/signal_generate" "$TREE/bin"
    ln -s 'pid:[4026531836]' "$TREE/1/ns/pid"
    echo "tracefs ${TREE// /\\040}/tracing tracefs rw 0 0" >"$TREE/self/mounts"
    cat >"$TREE/bin/mkdir" <<TEXT
#!/bin/sh
/bin/mkdir -p "\$1/options" "\$1/events/signal/signal_generate" "\$1/events/signal/signal_deliver"
for call in $SYSCALLS; do /bin/mkdir -p "\$1/events/syscalls/sys_exit_\$call"; done
cp '$BATS_TEST_TMPDIR/trace' "\$1/trace_pipe"
TEXT
    # rmdir keeps a folder that has files.
    printf '#!/bin/sh\nrm -rf "$@"\n' >"$TREE/bin/rmdir"
    chmod +x "$TREE/bin/"*
    cp "$BATS_TEST_DIRNAME/audit_watch.trace" "$BATS_TEST_TMPDIR/trace"
}

SYSCALLS='write sendto'

# Runs every variant on the fabricated folders, to the end of the trace. All must print the same.
replay() { # [ARGUMENT]...
    local variant first=
    for variant in $VARIANTS; do
        run --separate-stderr replay_as "$variant" --watch --proc "$TREE" "$@"
        assert_equal "$variant $status $stderr $output" "$variant ${first:=$status $stderr $output}"
    done
}

replay_as() { # VARIANT [ARGUMENT]...
    local folder=$BATS_FILE_TMPDIR/$1
    case $1 in
    busybox) PATH=$TREE/bin:$folder "$folder/sh" "$BUILD/nosigpipe-audit" "${@:2}" ;;
    *) PATH=$TREE/bin:$folder:$PATH dash "$BUILD/nosigpipe-audit" "${@:2}" ;;
    esac
}

# What the kernel says of a thread: all signals of the trace are pending for a moment.
thread_of_tree() { # TID PROCESS BLOCKED
    mkdir -p "$TREE/$1"
    printf '%s\n' $'State:\tR (running)' "Tgid:	$2" $'SigPnd:\t0000000000001000' $'ShdPnd:\t0000000000000000' \
        "SigBlk:	000000000000${3}000" >"$TREE/$1/status"
}

threads_of_tree() {
    thread_of_tree 21929 21929 0
    thread_of_tree 22030 22030 1
    thread_of_tree 22133 22133 1
    thread_of_tree 22330 22330 0
    thread_of_tree 22465 22465 0
    thread_of_tree 22561 22512 0
    mkdir -p "$TREE/22512" "$TREE/22219"
    echo python3 | tee "$TREE/22512/comm" >"$TREE/22219/comm"
}

group_of_tree() { # TID LINE...
    mkdir -p "$TREE/$1"
    printf '%s\n' "${@:2}" >"$TREE/$1/cgroup"
}

@test "audit --watch: a trace of the kernel becomes the table, under every shell and awk" {
    fabricate_tracefs
    threads_of_tree
    group_of_tree 21834 12:pids:/x "1:name=systemd:/docker/$(printf %064d 7)"
    group_of_tree 21838 0::/system.slice/a-long-name-of-a-unit.service/sub
    group_of_tree 21929 0::/machine.slice/machine-box.scope/payload/init.scope
    group_of_tree 22030 0::/lxc.payload.box.2/x
    group_of_tree 22330 "0::/machine.slice/libpod-conmon-$(printf %064d 8).scope"
    replay --calls
    assert_equal "$status" 2
    assert_equal "$stderr" 'nosigpipe-audit: --watch: somebody has turned the tracing off'
    assert_output "\
TIME UTC     PID PROGRAM         OUTCOME  CALL            UNIT
08:15:20   21834 yes             killed   write pipe      000000000000
08:15:21   21838 python3         ignored  sendto unix     a-long-name-of-a-unit~
08:15:21   21929 python3         handled  writev unix     box
08:15:21   22030 python3         blocked  sendmsg unix    box.2
08:15:21   22133 python3         blocked  sendto unix     -
08:15:21   22133 ?               killed   -               -
08:15:22   22219 python3         nosignal sendto          -
08:15:22   22330 sleep           killed   sent by 22329   libpod-conmon-0000000~
08:15:22   22333 bash            ignored  sent by 22333   -
08:15:22   22335 café \"\\\\??=> x ignored  sendto unix     -
08:15:22   22409 x pid=1 grp=0 r ignored  sendto unix     -
08:15:22   22465 : signal_deliv  killed   sendto unix     -
08:15:22   22512 python3         killed   sendto unix     -
08:15:23   22563 python3         ignored  sendto tcp      -
08:15:23   22644 python3         ignored  sendto tcp      -
08:15:23   22739 python3         ignored  write fifo      -"
    run awk 'length($0) > 80' <<<"$output"
    refute_output
}

@test "audit --watch: the same trace as JSON" {
    fabricate_tracefs
    threads_of_tree
    group_of_tree 21834 "0::/kubepods.slice/cri-containerd-$(printf %064d 7).scope/a\\x2db.service"
    replay --json --calls
    assert_equal "${#lines[@]}" 16
    assert_equal "$(jq -s length <<<"$output")" 16
    assert_equal "${lines[0]}" "{\"time\":\"2026-11-29T08:15:20.911318Z\",\"pid\":21834,\"tid\":21834,\
\"program\":\"yes\",\"unit\":\"a\\\\x2db.service\",\"container\":\"$(printf %064d 7)\",\
\"call\":\"write\",\"kind\":\"pipe\",\"fd\":null,\"peer\":null,\
\"disposition\":\"default\",\"killed\":true,\"sent_by\":null}"
    assert_equal "$(jq -r 'select(.killed) | .unit' <<<"$output" | head -n 1)" 'a\x2db.service'
    assert_equal "$(jq -c 'select(.sent_by) | [.pid, .sent_by, .call, .kind, .killed]' <<<"$output")" \
        $'[22330,22329,"kill",null,true]\n[22333,22333,"kill",null,false]'
    assert_equal "$(jq -r 'select(.pid == 22335) | .program' <<<"$output")" $'café "\\\\\n\e=> x'
    assert_equal "$(jq -s -c 'map(.disposition) | group_by(.) | map([.[0], length])' <<<"$output")" \
        '[["blocked",2],["default",5],["handled",1],["ignored",7],["nosignal",1]]'
}

# A signal that the thread ignores, raised by a system call.
signal_of_tree() { # TID MICROSECONDS CALL
    printf '%s\n' "x-$1 [0] . 1795940121.$2: signal_generate: sig=13 errno=0 code=0 comm=x pid=$1 grp=0 res=1" \
        "x-$1 [0] . 1795940121.$2: <stack trace>" " => __x64_sys_$3"
    marks=$((${marks-0} + 1))
    mark_of_tree "mark $1 $marks"
}

mark_of_tree() { # TEXT
    echo "x-9 [1] . 1795940121.000000: tracing_mark_write: $1"
}

@test "audit --watch: what bpftrace says of a descriptor belongs to one signal of its thread" {
    local words marks=0
    fabricate_tracefs
    {
        mark_of_tree 'clock 1795940121.000000'
        signal_of_tree 5 000001 write
        mark_of_tree 'bpf 5 1000 1' # before the clock
        mark_of_tree 'bpf clock 1795940121.000000 1000000000'
        signal_of_tree 5 100000 write
        signal_of_tree 5 100010 sendto
        signal_of_tree 6 100011 write
        signal_of_tree 5 100020 splice
        signal_of_tree 5 100023 tee # at once
        mark_of_tree 'bpf 5 1100012000 4 10.0.0.1:80' # of the second, whose line comes first
        mark_of_tree 'bpf 5 1100002000 3'
        mark_of_tree 'bpf 5 1100013000 9' # the second has one
        mark_of_tree 'bpf 5 1100022900 5 [::1]:443'
        mark_of_tree 'bpf 5 1100025100 6'
        mark_of_tree 'bpf 6 1111000000 9' # too late
        mark_of_tree 'bpf 6 1100001000 9' # too early
        mark_of_tree 'bpf 7 1100011000 9'
        signal_of_tree 8 200000 kill
        signal_of_tree 9 200000 sendto
        mark_of_tree 'bpf 9 1200001000 7 unix /a $(x) `x` "b\x0a*\xc3\x00'
        signal_of_tree 10 200000 writev
        mark_of_tree 'bpf 10 1200001000 8 unix \x00abstract'
        signal_of_tree 11 200000 write
        mark_of_tree 'bpf 11 1200001000 4294967295'
        for words in '' ' ' clock 'clock x' 'clock 1.1 1' 'clock x.000000 1' '11' '11 x' '11 1200001000' \
            '11 1200001000 x' '$(x) 1 1' '99999999999999999999 1 1' 'end x'; do
            mark_of_tree "bpf $words"
        done
        mark_of_tree 'bpf end'
        signal_of_tree 12 300000 write
    } >"$BATS_TEST_TMPDIR/trace"
    replay
    assert_output "\
TIME UTC     PID PROGRAM         OUTCOME  CALL            UNIT
08:15:21       5 x               ignored  write           -
08:15:21       5 x               ignored  write           - fd 3
08:15:21       5 x               ignored  sendto          - fd 4 10.0.0.1:80
08:15:21       6 x               ignored  write           -
08:15:21       5 x               ignored  splice          - fd 5 [::1]:443
08:15:21       5 x               ignored  tee             - fd 6
08:15:21       8 x               ignored  sent by 8       -
08:15:21       9 x               ignored  sendto          - fd 7 /a \$(x) \`x\` \"b\x0a*\xc3
08:15:21      10 x               ignored  writev          - fd 8 @abstract
08:15:21      11 x               ignored  write           -
08:15:21      12 x               ignored  write           -"
    replay --json
    assert_equal "$(jq -c '[.fd, .peer]' <<<"$output" | sort -u)" '[3,null]
[4,"10.0.0.1:80"]
[5,"[::1]:443"]
[6,null]
[7,"/a $(x) `x` \"b\\x0a*\\xc3"]
[8,"@abstract"]
[null,null]'
}

@test "audit --watch: nonsense, torn lines and lost ones are borne" {
    fabricate_tracefs
    {
        head -n 1 "$BATS_TEST_DIRNAME/audit_watch.trace"
        printf '%s\n' '' ' => ' ' => x y' ' => $(touch bad)_sys_x' ': <stack trace>' \
            'x-$(x) [0] 1.000000: <stack trace>' \
            'x-1 [0] . 9.9: signal_generate: sig=13 errno=0 code=0 comm=x pid=1 grp=0 res=1' \
            'x-1 [0] . 99999999999999999999.000000: signal_generate: sig=13 errno=0 code=0 comm=x pid=1 grp=0 res=1' \
            'x-1 [0] . 1.000000: signal_generate: sig=13 errno=0 code=0 comm=x pid=$(x) grp=0 res=1' \
            'x-1 [0] . 1.000000: signal_deliver: sig=13' 'x-y [0] . 1.000000: sys_write -> 0xe0' \
            'x-1 [0] . 1.000000: tracing_mark_write: mark' 'x-1 [0] . 1.000000: tracing_mark_write: mark $(x) 1' \
            'CPU:0 [LOST x EVENTS]'
        sed -n '2,3p' "$BATS_TEST_DIRNAME/audit_watch.trace"
        # A tracer sees a signal that is ignored.
        printf '%s\n' ' => vfs_write' \
            'x-5 [0] . 1795940121.000000: signal_generate: sig=13 errno=0 code=0 comm=x pid=5 grp=0 res=0' \
            'x-5 [0] . 1795940121.000001: signal_deliver: sig=13 errno=0 code=0 sa_handler=1 sa_flags=0' \
            'CPU:1 [LOST 12 EVENTS]'
        head -c 900 "$BATS_TEST_DIRNAME/audit_watch.trace" | tail -c +800
    } >"$BATS_TEST_TMPDIR/trace"
    replay
    assert_equal "$status" 2
    assert_equal "${stderr_lines[0]}" 'nosigpipe-audit: too many signals at once: 12 lines of the trace are lost'
    assert_line --regexp '^08:15:20   21834 yes             unknown  -               -$'
    assert_line --regexp '^08:15:20       5 x               ignored  -               -$'
    assert_equal "${#lines[@]}" 3
}

@test "audit --watch: what does not go together is refused" {
    local arguments line
    fabricate_tree
    while IFS='|' read -r arguments line; do
        # shellcheck disable=SC2086 # words
        audit_tree $arguments
        assert_equal "$status $stderr $output" "2 nosigpipe-audit: $line "
    done <<'TEXT'
--calls|--calls needs --watch
--watch --pids|--watch goes with --json, --calls and --proc alone
--watch --all|--watch goes with --json, --calls and --proc alone
--watch 1|--watch goes with --json, --calls and --proc alone
--watch --json --pids|--pids does not go with --json
TEXT
}

replay_without_mkfifo() {
    printf '#!/bin/sh\nexit 1\n' >"$TREE/bin/mkfifo"
    sed -i 's/^\/bin\/mkdir .*/&\n: >"$1\/trace_pipe"/' "$TREE/bin/mkdir"
    chmod +x "$TREE/bin/mkfifo"
    replay_as busybox --watch --proc "$TREE"
}

assert_refused() { # LINE [ARGUMENT]...
    replay "${@:2}"
    assert_equal "$status $stderr $output" "2 nosigpipe-audit: $1 "
}

@test "audit --watch: one line says what of the kernel is missing" {
    local folder instance
    fabricate_tracefs
    folder=$TREE/tracing
    instance="$folder/instances/nosigpipe-[0-9]+"
    SYSCALLS=''
    fabricate_tracefs 2>/dev/null
    assert_refused '--calls: this kernel has no tracepoints for system calls (CONFIG_FTRACE_SYSCALLS)' --calls
    printf '#!/bin/sh\nexit 1\n' >"$TREE/bin/mkdir"
    run --separate-stderr replay_as busybox --watch --proc "$TREE"
    assert_regex "$status $stderr" \
        "^2 nosigpipe-audit: --watch: cannot make the folder '$instance'$"
    printf '#!/bin/sh\n/bin/mkdir "$@"\n' >"$TREE/bin/mkdir"
    run --separate-stderr replay_as busybox --watch --proc "$TREE"
    assert_regex "$status $stderr" \
        "^2 nosigpipe-audit: --watch: the kernel does not take '1' in $instance/options/context-info$"
    cat >"$TREE/bin/mkdir" <<TEXT
#!/bin/sh
/bin/mkdir -p "\$1/options" "\$1/events/signal/signal_generate" "\$1/events/signal/signal_deliver"
TEXT
    run --separate-stderr replay_as busybox --watch --proc "$TREE"
    assert_regex "$status $stderr" "^2 nosigpipe-audit: --watch: cannot read $instance/trace_pipe$"
    TMPDIR=$TREE/none run --separate-stderr replay_without_mkfifo
    assert_equal "$status $stderr" '2 nosigpipe-audit: --watch: cannot make a FIFO in /tmp, /run or /dev/shm'
    ln -sfn 'pid:[4026532000]' "$TREE/1/ns/pid"
    assert_refused "--watch: '$TREE' has the process IDs of a container: run it on the host, or name the host's \
with --proc"
    rmdir "$folder/events/signal/signal_generate"
    assert_refused '--watch: this kernel has no tracepoint signal:signal_generate (CONFIG_EVENT_TRACING)'
    rm -r "$folder/instances"
    assert_refused "--watch: the folder '$folder' is closed to you: try as root, outside of containers"
    echo 'proc /proc proc rw 0 0' >"$TREE/self/mounts"
    printf 'nodev\ttracefs\n' >"$TREE/filesystems"
    assert_refused '--watch: no tracefs: mount it, mount -t tracefs tracefs /sys/kernel/tracing'
    printf 'nodev\tproc\n' >"$TREE/filesystems"
    assert_refused '--watch: this kernel has no tracefs (CONFIG_TRACING)'
}

@test "audit --watch: a folder that the kernel keeps is named" {
    fabricate_tracefs
    printf '#!/bin/sh\nexit 1\n' >"$TREE/bin/rmdir"
    run --separate-stderr replay_as busybox --watch --proc "$TREE"
    assert_regex "${stderr_lines[1]}" "^nosigpipe-audit: left behind: $TREE/tracing/instances/nosigpipe-[0-9]+$"
}
