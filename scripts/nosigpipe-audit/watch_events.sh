# nosigpipe-audit --watch: reads trace_pipe, and puts together what belongs to one signal.
#
# A signal is one line, and its stack, at which the call is seen, are the lines behind it. What became of it is
# in a third place, or nowhere: a thread that blocks it may take it with sigtimedwait(2). So a mark is written
# behind each signal. When the mark comes back, all that the kernel had to say is there.
#
# Until a signal is printed, its variables have copies, whose names end in its thread.
copies() { # keep|recall|drop THREAD
    for field in thread event awaited time name sender outcome process unit container state call kind tries; do
        case $1 in
        keep) eval "${field}_$2=\$$field" ;;
        recall) eval "$field=\$${field}_$2" ;;
        drop) unset "${field}_$2" ;;
        esac
    done
}

watch_lines() {
    sequence=0 waiting='' raised=' ' known='' offset='' today='' time=0 lost=0 lost_since=0 framed=''
    events=0 settled=0 printed=0 late=0 timer='' expected='' tries=0
    while IFS= read -r line <&5; do
        case $line in
        ' => '*) read_frame "${line#" => "}" ;;
        *': <stack trace>') read_place ': <stack trace>' && eval "framed=\${target_$thread-}" ;;
        *': signal_generate: sig=13 '*) read_signal ;;
        *': signal_deliver: sig='*) read_delivery ;;
        *': tracing_mark_write: '*) read_mark ;;
        *': sys_'*' -> 0x'*) read_failed_call ;;
        'CPU:'*' [LOST '*' EVENTS]') read_loss ;;
        esac
    done
    print_late "$settled"
}

is_number() {
    case $1 in '' | *[!0-9]* | ???????????????????*) return 1 ;; esac
}

# Sets the thread and the time, in microseconds, from "NAME-TID [CPU] FLAGS SECONDS.MICROSECONDS: EVENT".
# A name may have anything in it, so the words are taken from the right.
read_place() { # BEGINNING-OF-EVENT
    place=${line%%"$1"*}
    time=${place##* }
    thread=${place%"["*}
    thread=${thread%"${thread##*[! ]}"}
    thread=${thread##*-}
    fraction=${time#*.}
    is_number "$thread" && is_number "${time%.*}" && is_number "$fraction" && [ ${#fraction} = 6 ] || return 1
    time=$((${time%.*} * 1000000 + 1$fraction - 1000000))
}

# signal_generate: sig=13 errno=0 code=0 comm=NAME pid=TID grp=0 res=0
read_signal() {
    split_signal || return 0
    if is_waiting "$thread"; then
        finish "$thread" # which is over: a thread does one thing after the other
        split_signal
    fi
    outcome=''
    case $result in 1) outcome=ignored ;; 2) outcome=blocked ;; esac
    read_thread "$thread"
    [ -n "$outcome" ] || ! is_blocked || outcome=blocked
    waiting="$waiting$thread "
    name=${leader:-$name} call='' kind='' tries=0
    number_event
    copies keep "$thread"
    eval "target_$sender=$thread"
    mark "$thread"
    forget_raised
    [ "$calls$sender" != "1$thread" ] || raised=" $thread:$time$raised"
    [ ${#raised} -lt 500 ] || raised="${raised%" "*" "} "
}

# The line of bpftrace is of the sender's thread.
number_event() {
    event=0 awaited=''
    [ "$expected$sender" = "1$thread" ] || return 0
    events=$((events + 1))
    event=$events awaited=1
    eval "open_$thread=\"\${open_$thread- }$event@$time \""
}

# Sets thread, name, sender and result. A name may have a newline in it.
split_signal() {
    read_place ': signal_generate: ' || return 1
    sender=$thread
    until case $line in *' pid='*' grp='[01]' res='[0-4]) ;; *) false ;; esac do
        [ ${#line} -lt 200 ] && IFS= read -r more <&5 || return 1
        line=$line'
'$more
    done
    result=${line##*=}
    name=${line#*": signal_generate: "}
    name=${name#*comm=}
    name=${name%" grp="*}
    thread=${name##*=}
    name=${name%" pid="*}
    is_number "$thread"
}

mark() { # THREAD
    sequence=$((sequence + 1))
    eval "mark_$1=$sequence"
    echo "mark $1 $sequence" >&4
}

is_waiting() { # THREAD
    case " $waiting" in *" $1 "*) ;; *) return 1 ;; esac
}

# A signal that is blocked stays pending. One that waits for its thread to run is pending, too, but not blocked.
is_blocked() {
    has_sigpipe "$blocked" && { has_sigpipe "$pending" || has_sigpipe "$shared"; }
}

has_sigpipe() { # MASK, in which SIGPIPE is bit 12
    case $1 in *[13579bdf]???) ;; *) return 1 ;; esac
}

# signal_deliver: sig=13 errno=0 code=0 sa_handler=0 sa_flags=0
read_delivery() {
    read_place ': signal_deliver: ' || return 0
    forget_raised
    case $line in
    *' sa_handler=0 '*) outcome=killed ;; # SIGKILL has no handler
    *' sa_handler=1 '*) outcome=ignored ;;
    *) outcome=handled ;;
    esac
    if is_waiting "$thread"; then
        eval "outcome_$thread=\$outcome"
        eval "[ \"\$mark_$thread\" != 0 ]" || finish "$thread"
    elif [ "$outcome" = killed ]; then
        case $line in *' sig=13 '*) read_late_death ;; esac
    fi
}

# A signal that was blocked, and is no longer.
read_late_death() {
    read_thread "$thread"
    read_name
    call='' kind='' sender=$thread event=0 awaited=''
    settle
}

# The name in front of a line is one that the kernel remembers, and it may have forgotten.
read_name() {
    name=$leader
    [ -n "$name" ] || { IFS= read -r name <"$thread/comm"; } 2>/dev/null || name='?'
}

# Functions of the kernel, the innermost first. Which of them are there depends on what the compiler has joined.
read_frame() { # FUNCTION
    is_waiting "$framed" || return 0
    case $1 in
    *[!A-Za-z0-9_.]*) return 0 ;;
    x64_sys_call | ia32_sys_call | *_sys_socketcall) return 0 ;;
    io_issue_sqe | *_sys_io_uring_enter) call=io_uring ;;
    *_sys_*) call=${1##*_sys_} ;;
    ksys_*) call=${1#ksys_} ;;
    do_writev | do_pwritev | do_sendfile | do_splice | do_tee | do_vmsplice) call=${1#do_} ;;
    *) call='' ;;
    esac
    case $1 in
    fifo_pipe_write) eval "kind_$framed=" && kind=fifo ;; # it calls the function for pipes
    *pipe_write | *_to_pipe | opipe_prep | do_tee | do_splice) kind=pipe ;;
    unix_stream_*) kind=unix ;;
    tcp_*) kind=tcp ;;
    sock_sendmsg | sock_write_iter | splice_to_socket) kind=socket ;;
    *) kind='' ;;
    esac
    case $call in *64) call=${call%64} ;; *v2) call=${call%2} ;; esac
    [ -z "$call" ] || eval "call_$framed=\$call"
    eval "kind_$framed=\${kind_$framed:-\$kind}"
}

# tracing_mark_write: what this program wrote itself.
read_mark() {
    read_place ': tracing_mark_write: ' || return 0
    text=${line#*": tracing_mark_write: "}
    case $text in
    'clock '*) set_clock "${text#clock }" ;;
    'bpf '*) read_file "${text#bpf }" ;;
    'late '*) ! is_number "${text#late }" || print_late "${text#late }" ;;
    'mark '*' '*)
        text=${text#mark }
        # shellcheck disable=SC2034 # read by eval
        number=${text#* }
        thread=${text%% *}
        is_waiting "$thread" && eval "[ \"\$mark_$thread\" = \"\$number\" ]" && read_own_mark
        ;;
    esac
}

# The stack may come behind the mark, if the signal's line was read too soon.
# shellcheck disable=SC2154 # eval sets them
read_own_mark() {
    copies recall "$thread"
    if [ -z "$call" ] && [ "$stacks" = 1 ] && [ "$tries" -lt 20 ]; then
        eval "tries_$thread=$((tries + 1))"
        mark "$thread"
    elif [ -z "$outcome" ] && [ "$state" = pending ]; then
        eval "mark_$thread=0" # its thread has not run yet
    else
        finish "$thread"
    fi
}

# sys_write -> 0xffffffffffffffe0. Where it belongs to a signal, it comes at once behind it.
read_failed_call() {
    read_place ': sys_' || return 0
    call=${line#*": sys_"}
    call=${call%" -> "*}
    case $call in '' | *[!a-z0-9_]*) return 0 ;; *64) call=${call%64} ;; *v2) call=${call%2} ;; esac
    since=${raised##*" $thread:"}
    forget_raised
    if [ "$since" != "$raised" ] && [ $((time - ${since%% *})) -lt 100000 ]; then
        ! is_waiting "$thread" || eval "call_$thread=\$call"
        return 0
    fi
    failed=$call since=$time
    finish "$thread"
    call=$failed time=$since outcome=nosignal kind='' sender=$thread event=0 awaited=''
    read_thread "$thread"
    read_name
    settle
}

forget_raised() {
    case $raised in
    *" $thread:"*)
        rest=${raised##*" $thread:"}
        raised="${raised%" $thread:"*} ${rest#* }"
        ;;
    esac
}

# Prints what there is, since the rest may be lost. Says so once a second.
read_loss() {
    more=${line#*"[LOST "}
    more=${more%%" "*}
    ! is_number "$more" || lost=$((lost + more))
    for loser in $waiting; do
        finish "$loser" unknown
    done
    [ -z "$timer" ] || kill "$timer" 2>/dev/null # its mark may be lost, too
    print_late "$settled"
    [ $((time - lost_since)) -lt 1000000 ] || report_loss
}

report_loss() {
    [ "${lost-0}" = 0 ] || echo "nosigpipe-audit: too many signals at once: $lost lines of the trace are lost" >&2
    lost=0 lost_since=${time-0}
}

# Prints a signal. If nothing was heard of a delivery, there was none: the thread took it by sigtimedwait(2), or
# ended in another way.
finish() { # THREAD [OUTCOME-IF-UNKNOWN]
    is_waiting "$1" || return 0
    thread=$1
    waiting=" $waiting"
    waiting=${waiting%%" $1 "*}' '${waiting#*" $1 "}
    waiting=${waiting# }
    copies recall "$1"
    copies drop "$1"
    unset "mark_$1" "target_$sender"
    outcome=${outcome:-${2:-blocked}}
    settle
}
