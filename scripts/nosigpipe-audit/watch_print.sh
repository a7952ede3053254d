# nosigpipe-audit --watch: who a thread is, and the line.

# Sets what is known of a thread: its process, unit and container, and its masks. If SIGPIPE ends it, it will be
# gone in a moment, so this starts no command. While it ignores one signal after the other, the masks are of no
# interest, and the rest is read once a second.
read_thread() { # THREAD
    [ "$outcome $1" != "ignored $known" ] || [ $((time - known_since)) -gt 1000000 ] || return 0
    known=$1 known_since=$time process=$1 unit='' container='' pending='' shared='' blocked='' state=gone leader=''
    {
        while IFS=: read -r _ _ path; do
            read_group "$path"
        done <"$1/cgroup"
        while read -r key value; do
            case $key in
            State:) case $value in [ZX]*) ;; *) state=alive ;; esac ;;
            Tgid:) process=$value ;;
            SigPnd:) pending=$value ;;
            ShdPnd:) shared=$value ;;
            SigBlk:) blocked=$value && break ;;
            esac
        done <"$1/status"
        [ "$process" = "$1" ] || IFS= read -r leader <"$process/comm"
    } 2>/dev/null
    [ "$state" = gone ] || ! { has_sigpipe "$pending" || has_sigpipe "$shared"; } || state=pending
}

# Finds a unit of systemd, and the container, in the path of a control group. Runtimes name the group of a
# container by its ID of 64 digits, or have its name behind a word.
read_group() { # PATH
    rest=$1/
    while [ -n "$rest" ]; do
        part=${rest%%/*}
        rest=${rest#*/}
        case $part in *.service | *.scope | *.socket | *.mount | *.swap) unit=$part ;; esac
        part=${part%.scope}
        case $part in
        libpod-conmon-*) ;;
        machine-?*) container=${part#machine-} ;;
        lxc.payload.?*) container=${part#lxc.payload.} ;;
        *)
            part=${part##*-}
            case ${#part}$part in 64*[!0-9a-f]*) ;; 64*) container=$part ;; esac
            ;;
        esac
    done
}

# The time that `date` printed beside a time of the trace. The clock `tai` differs from it by whole seconds.
set_clock() { # SECONDS
    fraction=${1#*.}
    is_number "${1%.*}" && is_number "$fraction" || return 0
    fraction=$(printf '%.6s' "$fraction")
    offset=$((time - ${1%.*} * 1000000 - (1$fraction - 1000000)))
    case $(cat "$instance/trace_clock" 2>/dev/null) in
    *'[tai]'*) offset=$(((offset + 500000) / 1000000 * 1000000)) ;;
    esac
}

print_header() {
    print_line '%-8s %7s %-15s %-8s %-15s %s\n' 'TIME UTC' PID PROGRAM OUTCOME CALL UNIT
}

print_line() { # FORMAT WORD...
    # shellcheck disable=SC2059 # the format is ours
    printf "$@" 2>/dev/null || fail 'cannot write to standard output'
}

print_event() {
    [ -n "$offset" ] || return 0
    time=$((time - offset))
    second=$((time / 1000000))
    if [ $((second / 86400)) != "$today" ]; then
        today=$((second / 86400))
        date=$(date -u -d "@$second" +%Y-%m-%d)
    fi
    case $call in
    kill | tkill | tgkill | rt_sigqueueinfo | rt_tgsigqueueinfo | pidfd_send_signal) sent=$sender kind='' ;;
    *) [ "$sender" != "$thread" ] && sent=$sender || sent='' ;;
    esac
    set_peer
    if [ "$json" = 1 ]; then print_object; else print_row; fi
}

# From "DESCRIPTOR", "DESCRIPTOR ADDRESS" or "DESCRIPTOR unix PATH", whose NUL is the end, or the sign of a name that
# is no path. -1 is what bpftrace does not know.
set_peer() {
    fd=${file%% *}
    peer=${file#"$fd"}
    peer=${peer# }
    [ "$fd" != 4294967295 ] || fd=''
    case $peer in 'unix \x00'*) peer=@${peer#'unix \x00'} ;; 'unix '*) peer=${peer#unix } peer=${peer%'\x00'} ;; esac
}

print_row() {
    [ -z "$sent" ] || call="sent by $sent"
    group=${container:-${unit:--}}
    case ${#container} in 64) group=${container%"${container#????????????}"} ;; esac # as runtimes show it
    clean "$name" 15
    name=$cleaned
    clean "$peer" 120
    peer=$cleaned
    clean "$group" 22
    print_line '%02d:%02d:%02d %7s %-15s %-8s %-15s %s\n' $((second / 3600 % 24)) $((second / 60 % 60)) \
        $((second % 60)) "$process" "$name" "$outcome" "${call:--}${kind:+ $kind}" \
        "$cleaned${fd:+ fd $fd${peer:+ $peer}}"
}

print_object() {
    # shellcheck disable=SC2034 # read by eval
    killed=false object='' value='' program=$name
    case $outcome in
    killed) killed=true outcome=default ;;
    unknown) killed=null ;;
    esac
    for key in program unit container call kind; do
        eval "value=\$$key"
        quote "$value"
        object="$object,\"$key\":$quoted"
    done
    quote "$peer"
    object="$object,\"fd\":${fd:-null},\"peer\":$quoted"
    print_line '{"time":"%sT%02d:%02d:%02d.%06dZ","pid":%s,"tid":%s%s,"disposition":"%s","killed":%s,"sent_by":%s}\n' \
        "$date" $((second / 3600 % 24)) $((second / 60 % 60)) $((second % 60)) $((time % 1000000)) \
        "$process" "$thread" "$object" "$outcome" $killed "${sent:-null}"
}

quote() { # TEXT
    quoted=null
    [ -n "$1" ] || return 0
    clean "$1" 256
    quoted=\"$cleaned\"
}

# Sets `cleaned` as the function of awk does, which is asked only if there is something to do.
clean() { # TEXT COLUMNS
    cleaned=$1
    case $1 in *[!A-Za-z0-9\ _.:@/+-]*) ;; *) [ ${#1} -gt "$2" ] || return 0 ;; esac
    # shellcheck disable=SC2154 # the functions of clean.awk
    cleaned=$(printf '%s' "$1" | awk -v json="$json" -v most="$2" "$clean"'
        BEGIN { for (i = 0; i < 256; i++) ord[sprintf("%c", i)] = i }
        { all = all (NR > 1 ? "\n" : "") $0 }
        END { print clean(all, most + 0) }')
}
