# nosigpipe-audit --watch: tracefs. What is asked of the kernel, and what is left when the watch ends.

# Finds the mount point of tracefs, or says what is missing.
find_tracefs() {
    tracefs=''
    while read -r _ point type _; do
        [ "$type" != tracefs ] || tracefs=$(printf '%b' "$point")
    done <self/mounts
    if [ -z "$tracefs" ]; then
        grep -q 'tracefs$' filesystems 2>/dev/null ||
            fail '--watch: this kernel has no tracefs (CONFIG_TRACING)'
        fail '--watch: no tracefs: mount it, mount -t tracefs tracefs /sys/kernel/tracing'
    fi
    [ -w "$tracefs/instances" ] ||
        fail "--watch: the folder '$tracefs' is closed to you: try as root, outside of containers"
    [ -d "$tracefs/events/signal/signal_generate" ] ||
        fail '--watch: this kernel has no tracepoint signal:signal_generate (CONFIG_EVENT_TRACING)'
    # Tracepoints give the process IDs of the first PID namespace, whose inode is PROC_PID_INIT_INO
    # (include/linux/proc_ns.h in the kernel).
    case $(readlink 1/ns/pid || { [ "$proc" = /proc ] && readlink self/ns/pid; }) in
    '' | 'pid:[4026531836]') ;;
    *) fail "--watch: '$proc' has the process IDs of a container: run it on the host, or name the host's with --proc" ;;
    esac
}

set_trace() { # FILE VALUE
    { printf '%s\n' "$2" >"$instance/$1"; } 2>/dev/null
}

need_trace() { # FILE VALUE
    set_trace "$1" "$2" || fail "--watch: the kernel does not take '$2' in $instance/$1"
}

# The `dd` of a watch that was killed ends when it writes.
remove_left() {
    for try in 1 2 3 4 5 6 7 8 9; do
        if rmdir "$left" || [ ! -d "$left" ]; then break; fi
        echo end >"$left/trace_marker" && sleep 0."$try"
    done 2>/dev/null
}

# An instance of one's own leaves all other tracing alone. The kernel removes no instance that is in use, so
# that what can be removed is left from a watch that was killed; another may be just about to start.
make_instance() {
    for left in "$tracefs"/instances/nosigpipe-*; do
        grep -q nosigpipe-audit "${left##*-}/cmdline" 2>/dev/null || remove_left
    done
    instance=$tracefs/instances/nosigpipe-$$
    mkdir "$instance" 2>/dev/null || fail "--watch: cannot make the folder '$instance'"
    # A new instance has the options of the tracing that is there, and as large a buffer for each CPU.
    for option in bin fields hex latency-format raw stacktrace sym-addr sym-offset userstacktrace verbose; do
        [ ! -e "$instance/options/$option" ] || need_trace "options/$option" 0
    done
    need_trace options/context-info 1
    need_trace options/irq-info 1
    need_trace buffer_size_kb 512
    set_trace trace_clock tai || need_trace trace_clock boot # tai is wall-clock time but for whole seconds
}

# Filters and triggers work in the kernel, at the signal alone. Its sender's stack names the call. Of a process
# that SIGPIPE ends the kernel reports the delivery of SIGKILL (get_signal() in kernel/signal.c).
start_tracing() {
    need_trace events/signal/signal_generate/filter 'sig==13'
    need_trace events/signal/signal_deliver/filter 'sig==13||sig==9'
    stacks=1
    set_trace events/signal/signal_generate/trigger 'stacktrace if sig==13' || stacks=0
    now=$(date +%s.%N)
    case $now in *[!0-9.]*) now=${now%%.*}.500000 ;; esac # busybox has no %N
    open_trace
    echo "clock $now" >&4
    need_trace events/signal/signal_generate/enable 1
    need_trace events/signal/signal_deliver/enable 1
    [ "$calls" = 1 ] || return 0
    for call in write writev pwrite64 pwritev pwritev2 send sendto sendmsg sendmmsg sendfile sendfile64 splice tee \
        vmsplice; do
        [ -d "$instance/events/syscalls/sys_exit_$call" ] || continue
        need_trace "events/syscalls/sys_exit_$call/filter" 'ret==-32' # EPIPE
        need_trace "events/syscalls/sys_exit_$call/enable" 1 && enabled=1
    done
    [ -n "${enabled-}" ] ||
        fail '--calls: this kernel has no tracepoints for system calls (CONFIG_FTRACE_SYSCALLS)'
}

# Opens the trace as descriptor 5, and as 4 what writes marks into it. Not trace_pipe itself: the read of busybox
# polls before each byte, and the kernel then sees no data in a line of which a part was read. And not with the
# cat of busybox, whose sendfile(2) holds the lock of the FIFO while it waits for data.
open_trace() {
    (exec 4>>"$instance/trace_marker" 5<"$instance/trace_pipe") 2>/dev/null ||
        fail "--watch: cannot read $instance/trace_pipe"
    fifo=''
    for folder in "${TMPDIR:-/tmp}" /run /dev/shm; do
        [ -n "$fifo" ] || ! mkfifo -m 600 "$folder/nosigpipe-$$" || fifo=$folder/nosigpipe-$$
    done 2>/dev/null
    [ -n "$fifo" ] || fail '--watch: cannot make a FIFO in /tmp, /run or /dev/shm'
    dd if="$instance/trace_pipe" bs=65536 >"$fifo" 2>/dev/null &
    source=$!
    # Not standard input, of which a shell keeps a copy while it reads another file.
    exec 4>>"$instance/trace_marker" 5<"$fifo"
    rm "$fifo"
}

# Ends the watch when the reader of standard output is gone, though there is nothing to write. GNU tail polls
# its output for errors, and so does the read of busybox, with -t; a watch that was killed is noticed within a second.
watch_reader() {
    exec 4>&- 5<&-
    if tail --version >/dev/null 2>&1; then
        tail -f --pid=$$ /dev/null 2>/dev/null &
        # shellcheck disable=SC2064 # the number is known now
        trap "kill $! 2>/dev/null; exit" TERM
        wait $!
    else
        # shellcheck disable=SC3045 # a dash without GNU tail notices the end at the next event
        read -r -t 0 </dev/null 2>/dev/null || return 0
        # shellcheck disable=SC3045
        while kill -0 $$ && ! read -r -t 0 -u 1; do read -r -t 1 -u 1; done 2>/dev/null
    fi
    kill -s USR1 $$ 2>/dev/null
}

# shellcheck disable=SC2317 # the traps call it
end_watch() {
    report_loss
    for child in ${reader-} ${files-} ${timer-} ${source-}; do
        kill "$child" && wait "$child"
    done 2>/dev/null
    exec </dev/null 4>&- 5<&-
    [ ! -d "${instance-}" ] || rmdir "$instance" ||
        printf 'nosigpipe-audit: left behind: %s\n' "$instance" >&2
}

# shellcheck disable=SC2317 # the traps call it
end_by() { # SIGNAL
    trap - "$1"
    [ -z "${timer-}" ] || print_late "$settled"
    trap - EXIT
    end_watch
    kill -s "$1" $$
}

watch() {
    find_tracefs
    trap end_watch EXIT
    for signal in HUP INT TERM; do
        # shellcheck disable=SC2064 # the signal's name is known now
        trap "end_by $signal" $signal
    done
    trap 'exit 2' PIPE USR1
    make_instance
    start_tracing
    start_files
    if [ -p self/fd/1 ]; then
        watch_reader &
        reader=$!
    fi
    [ "$json" = 1 ] || print_header
    watch_lines
    fail '--watch: somebody has turned the tracing off'
}
