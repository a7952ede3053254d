# nosigpipe: --pid, which is a task of nosigpipe-attach.

# Appends to `pids` the process IDs of a list, which commas and white space separate.
add_pids() { # LIST
    set -f
    blanks=$IFS
    IFS=$blanks,
    # shellcheck disable=SC2086 # one word each
    set -- $1
    IFS=$blanks
    set +f
    for pid; do
        case $pid in
        *[!0-9]* | ???????????*) ;;
        '') continue ;;
        *[!0]*) pids="$pids $pid" && continue ;;
        esac
        fail 125 "'$pid' is not a process ID (accepted: numbers, with commas or white space between them)"
    done
}

set_attach_task() { # OPTION
    [ "$attach_task" = visit ] || [ "--$attach_task" = "$1" ] ||
        fail 125 "'$1' does not go with '--$attach_task'"
    attach_task=${1#--}
    needs_pid=$1
}

# Refuses what has no meaning for a process that runs.
check_attach_options() { # [WORD]...
    [ $# -eq 0 ] || fail 125 "'--pid' takes no command: '$1'"
    [ "$task" = start ] || fail 125 "'--$task' does not go with '--pid'"
    [ -z "$quiet" ] || fail 125 "'--quiet' does not go with '--pid'"
    [ -z "$strict" ] || fail 125 "'--strict' does not go with '--pid'"
    [ -z "$keep" ] || fail 125 "'--keep-output' does not go with '--pid'"
    rest=$chosen,
    [ -n "$chosen" ] || rest=
    while [ -n "$rest" ]; do
        refused=${rest%%=*}
        rest=${rest#*,}
        case $attach_task:$refused in
        visit:mode | visit:handlers | visit:children | visit:events)
            find_attach_keys
            fail 125 "'--$refused' does not go with '--pid' (accepted:$accepted)"
            ;;
        visit:*) ;;
        *) fail 125 "'--$refused' does not go with '--$attach_task'" ;;
        esac
    done
}

# Sets `accepted` to the keys that the guard has without the rest of the library.
find_attach_keys() {
    accepted='' rest=$options
    while [ -n "$rest" ]; do
        key=${rest%%=*}
        rest=${rest#*;}
        case $key in
        mode | handlers | children | events) ;;
        *) accepted="$accepted --$key" ;;
        esac
    done
}

# Makes the plan to become nosigpipe-attach, with that of each other ABI as an option.
attach() { # [WORD]...
    check_attach_options "$@"
    if [ -z "$pids" ]; then
        echo 'exit 0'
        exit
    fi
    find_library
    own=${library%/*}/nosigpipe-attach
    case $built_abi in
    2,1,62 | 1,1,3) [ -f "$own" ] || fail 125 "'$own' is missing: install it beside the library" ;;
    *)
        describe_abi "$built_abi"
        fail 125 "'--pid' is for 64-bit x86-64 and 32-bit i386 alone, and this is $description"
        ;;
    esac
    quote "$own"
    printf %s "exec $quoted"
    for entry in $libraries; do
        other=${entry#*:}
        other=${other%/*}/nosigpipe-attach
        [ "$other" = "$own" ] || [ ! -f "$other" ] || { quote "$other" && printf %s " --also=$quoted"; }
    done
    printf %s " $attach_task"
    [ "$attach_task" != visit ] || { quote "$chosen" && printf %s " $quoted"; }
    printf '%s\n' "$pids"
    exit
}
