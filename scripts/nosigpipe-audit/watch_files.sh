# nosigpipe-audit --watch: which descriptor, and whose peer is gone, where bpftrace is installed.

# A system call's registers lie at the top of the task's kernel stack, which has 16 KiB on x86-64; FRED leaves
# 16 bytes there (THREAD_SIZE, TOP_OF_KERNEL_STACK_PADDING in arch/x86/include/asm). The code segment 0x33 says
# that they are there, and of a 64-bit call. The numbers are those of the write family; splice and tee have what
# they write to in another argument. bpftrace ends when the watch does, however that ends.
# shellcheck disable=SC2016 # variables of bpftrace
files_program='
tracepoint:signal:signal_generate /args->sig == 13/ {
    $now = nsecs;
    $task = (struct task_struct *)curtask;
    $top = (uint64)$task->stack + 16384 - sizeof(struct pt_regs);
    $regs = (struct pt_regs *)$top;
    if (($regs->cs & 255) != 0x33) { $regs = (struct pt_regs *)($top - 16); }
    $call = (uint64)$regs->orig_ax;
    $fd = (uint64)4294967295;
    if (($regs->cs & 255) == 0x33) {
        if ($call == 1 || $call == 18 || $call == 20 || $call == 40 || $call == 44 || $call == 46 ||
            $call == 278 || $call == 296 || $call == 307 || $call == 328) { $fd = (uint64)$regs->di & 4294967295; }
        if ($call == 275) { $fd = (uint64)$regs->dx & 4294967295; }
        if ($call == 276) { $fd = (uint64)$regs->si & 4294967295; }
    }
    $said = 0;
    if ($fd < (uint64)$task->files->fdt->max_fds) {
        $file = (struct file *)*(uint64 *)((uint64)$task->files->fdt->fd + $fd * 8);
        if (($file->f_inode->i_mode & 0170000) == 0140000) {
            $sk = ((struct socket *)$file->private_data)->sk;
            $family = $sk->__sk_common.skc_family;
            $order = (uint64)$sk->__sk_common.skc_dport & 65535;
            $port = ($order >> 8) | (($order & 255) << 8);
            if ($family == 2 && $port != 0) {
                printf("bpf %d %lu %lu %s:%d\n", tid, $now, $fd, ntop($sk->__sk_common.skc_daddr), $port);
                $said = 1;
            }
            if ($family == 10 && $port != 0) {
                printf("bpf %d %lu %lu [%s]:%d\n", tid, $now, $fd,
                    ntop($sk->__sk_common.skc_v6_daddr.in6_u.u6_addr8), $port);
                $said = 1;
            }
            if ($family == 1) {
                $own = (struct unix_sock *)$sk;
                $address = ((struct unix_sock *)$own->peer)->addr;
                if ((uint64)$address == 0) { $address = $own->addr; }
                if ((uint64)$address != 0 && $address->len > 2) {
                    $path = (uint64)$address + sizeof(struct unix_address) + 2;
                    printf("bpf %d %lu %lu unix %r\n", tid, $now, $fd, buf($path, $address->len - 2));
                    $said = 1;
                }
            }
        }
    }
    if ($said == 0) { printf("bpf %d %lu %lu\n", tid, $now, $fd); }
}
interval:ms:100 /@ready == 0/ {
    @ready = 1;
    $now = nsecs;
    printf("bpf %s %s %lu\n", "clock", strftime("%s.%f", $now), $now);
}
tracepoint:sched:sched_process_exit /tid == $1/ { exit(); }
'

# Its lines are marks in the trace, so that none is torn by another; they come behind the signals that they are of.
# bpftrace looks for tracefs at these places alone. Only the clock `tai` can be told from that of bpftrace.
start_files() {
    case $tracefs in /sys/kernel/tracing | /sys/kernel/debug/tracing) ;; *) return 0 ;; esac
    command -v bpftrace >/dev/null 2>&1 || return 0
    case $(cat "$instance/trace_clock") in *'[tai]'*) ;; *) return 0 ;; esac
    read -r own _ <self/stat
    run_bpftrace "$own" &
    files=$!
}

run_bpftrace() { # PROCESS-OF-THE-WATCH
    trap '{ kill -s KILL $! && wait $!; } 2>/dev/null; exit' TERM
    exec 5<&-
    # The longest path of a socket. The first name is that of bpftrace before 0.20.
    BPFTRACE_STRLEN=110 BPFTRACE_MAX_STRLEN=110 bpftrace -B line -e "$files_program" "$1" >&4 2>/dev/null 4>&- &
    wait $!
    case $? in 0 | 129 | 130 | 143) return ;; esac # the watch has ended, or ends by the same signal
    echo bpf end >&4
    echo 'nosigpipe-audit: bpftrace has failed: descriptors and peers are not shown' >&2
}

# clock SECONDS.MICROSECONDS NANOSECONDS | end | TID NANOSECONDS DESCRIPTOR [PEER]
read_file() { # WORDS
    file=${1#* }
    thread=${1%% *}
    made=${file%% *}
    file=${file#* }
    case $1 in
    'clock '*.??????' '*)
        is_number "${made%.*}" && is_number "${made#*.}" && is_number "$file" && [ -n "$offset" ] || return 0
        files_offset=$(((${made%.*} * 1000000 + 1${made#*.} - 1000000 + offset) * 1000 - file))
        expected=1
        ;;
    end) expected='' ;;
    *)
        is_number "$thread" && is_number "$made" && is_number "${file%% *}" && [ -n "$expected" ] || return 0
        describe $(((made + files_offset) / 1000))
        print_settled
        ;;
    esac
}

# bpftrace comes behind the tracing of a signal, by 1.7 to 30 microseconds here, and before the next of the thread,
# which may come 3 behind. The two clocks agree to one. So its line is of the last signal that is not later.
describe() { # MICROSECONDS
    last=''
    eval "open=\${open_$thread-}"
    while [ -n "${open# }" ]; do
        open=${open% }
        last=${open##* }
        open=${open%"$last"}
        [ "${last#*@}" -gt "$1" ] || break
        last=''
    done
    [ -n "$last" ] && [ $(($1 - ${last#*@})) -lt 10000 ] || return 0
    eval ": \"\${file_${last%@*}:=\$file}\""
}

# Prints an event, or lets it wait for its descriptor. No event overtakes another.
settle() {
    case $call in *kill | *sigqueueinfo | pidfd_send_signal) awaited='' ;; esac
    settled=$((settled + 1))
    copies keep "q$settled"
    print_settled
    [ "$printed" = "$settled" ] || [ -n "$timer" ] || start_timer "$settled"
}

print_settled() {
    while [ "$printed" != "$settled" ]; do
        copies recall q$((printed + 1))
        eval "file=\${file_$event-}"
        [ -z "$awaited" ] || [ -n "$file" ] || [ "$printed" -lt "$late" ] || break
        printed=$((printed + 1))
        copies drop "q$printed"
        unset "file_$event"
        [ "$event" = 0 ] || close_event
        print_event
    done
}

# The events of a thread are printed in their order.
close_event() {
    eval "open=\${open_$sender-}"
    open=${open#*" $event@"}
    open=" ${open#* }"
    [ "$open" != ' ' ] || unset "open_$sender"
    [ "$open" = ' ' ] || eval "open_$sender=\$open"
}

start_timer() { # COUNT
    {
        exec 5<&-
        sleep 0.15 >/dev/null 2>&1 4>&-
        echo "late $1" >&4
    } &
    timer=$!
}

# What has not come by now will not come.
print_late() { # COUNT
    timer=''
    late=$1
    print_settled
    [ "$printed" = "$settled" ] || start_timer "$settled"
}
