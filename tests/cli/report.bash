# For the tests of nosigpipe-report.
# shellcheck disable=SC2154 # `run` sets output, stderr and status

load audit

# As audit_as, of which the variants are.
report_as() { # VARIANT [ARGUMENT]...
    local variant=$1 folder=$BATS_FILE_TMPDIR/$1
    shift
    case $variant in
    busybox) PATH=${STUBS:+$STUBS:}$folder "$folder/sh" "$BUILD/nosigpipe-report" "$@" ;;
    gawk) PATH=${STUBS:+$STUBS:}$folder:$PATH POSIXLY_CORRECT=1 dash "$BUILD/nosigpipe-report" "$@" ;;
    *) PATH=${STUBS:+$STUBS:}$folder:$PATH dash "$BUILD/nosigpipe-report" "$@" ;;
    esac
}

# Runs every variant. All must print the same.
report() { # [ARGUMENT]...
    local variant first=
    for variant in $VARIANTS; do
        run --separate-stderr report_as "$variant" "$@" <"${INPUT:-/dev/null}"
        assert_equal "$variant $status $stderr $output" "$variant ${first:=$status $stderr $output}"
    done
}

# Prints a record of an event, by default one on TCP; a later KEY=VALUE replaces an earlier one.
event() { # [KEY=VALUE]...
    local word
    local -A value=([time]=2026-11-28T10:00:00.000001Z [pid]=7 [program]=srv [call]=send [kind]=tcp
        [local]=10.0.0.1:443 [peer]=10.0.0.9:40001 [count]=1 [fd_count]=1)
    for word; do value[${word%%=*}]=${word#*=}; done
    printf '%s' "time=${value[time]} pid=${value[pid]} tid=7 program=${value[program]} thread=srv" \
        " call=${value[call]} fd=5 kind=${value[kind]} local=${value[local]} peer=${value[peer]} peer_pid=0" \
        " inode=1 asked=1 written=-1 action=epipe${value[disposition]:+ disposition=${value[disposition]}}" \
        " count=${value[count]} fd_count=${value[fd_count]}"
    echo
}

# Prints a summary.
summary() { # EVENTS BY_CALL [PID]
    echo "time=2026-11-28T11:00:00.000001Z pid=${3-7} tid=7 program=srv events=$1 by_call=$2 by_kind=tcp:$1 lost=0"
}

# The rows of JSON, by these keys.
rows() { # FILTER
    jq -c -s "$1" <<<"$output"
}
