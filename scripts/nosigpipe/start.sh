# nosigpipe: the code that starts the command.

# Prints it, after what is to be known before the start.
start() { # NUMBER-OF-WORDS-BEFORE-THE-COMMAND COMMAND
    if [ -n "$strict" ]; then
        case $way in
        ignore | none) fail 125 "$reason (--strict)" ;;
        shim) loads "$preload" || fail 125 "$answer (--strict)" ;;
        esac
    fi
    [ -n "$quiet" ] || warn
    echo "shift $1"
    quote "$candidate"
    # Some shells would take a name that begins with "-" for an option of exec; dash has no "exec --".
    case $by_sh:$2 in
    yes:*) printf '%s\n' "shift; set -- /bin/sh $quoted \"\$@\"" ;;
    :-*) printf '%s\n' "shift; set -- $quoted \"\$@\"" ;;
    :*/*) ;;
    *) ! prefers_applets || printf '%s\n' "shift; set -- $quoted \"\$@\"" ;;
    esac
    # Is inherited, also where a trap with a command would not be.
    [ "$way" != ignore ] || echo "trap '' PIPE"
    [ -z "$preload" ] || preload_object "$preload"
    export_options
    restore_environment "$2"
    echo 'exec "$@"'
}

# Whether this shell would take the name of a command for one of its own programs first, as that of
# Debian's busybox-static does: then it has env(1) without a PATH.
prefers_applets() {
    PATH=/ command -v env >/dev/null
}

warn() {
    case $way in
    ignore) say "$reason: it starts with SIGPIPE ignored instead" ;;
    none) say "$reason: it starts unprotected" ;;
    shim) warn_of_log ;;
    esac
}

# What will keep records from being written is no reason not to start.
warn_of_log() {
    find_value log
    log=$found unlogged=''
    case $log in
    off) return ;;
    journal) [ -S /run/systemd/journal/socket ] || unlogged="there is no '/run/systemd/journal/socket'" ;;
    syslog) [ -S /dev/log ] || unlogged="there is no '/dev/log'" ;;
    file:*) check_log_file "${log#file:}" ;;
    esac
    [ -n "$unlogged" ] || check_signal
    [ -z "$unlogged" ] || say "$unlogged: nothing will be logged (log=$log)"
}

# As the object opens it: a file that is not there is made, and a symbolic link is not followed.
check_log_file() { # PATH
    folder=${1%/*}/
    if [ -L "$1" ]; then
        unlogged="'$1' is a symbolic link"
    elif [ -d "$1" ]; then
        unlogged="'$1' is a folder"
    elif [ ! -d "$folder" ]; then
        unlogged="there is no folder '$folder'"
    elif [ -e "$1" ]; then
        [ -w "$1" ] || unlogged="'$1' may not be written to"
    else
        [ -w "$folder" ] && [ -x "$folder" ] || unlogged="'$folder' may not be written to"
    fi
}

# Where SIGPIPE is ignored or blocked, a broken write ends nothing, and is no event.
check_signal() {
    [ -r "/proc/$$/status" ] || return 0
    while read -r key value; do
        # SIGPIPE is 13: the bit of 1 in the fourth digit from the end.
        case $key$value in
        SigIgn:*[13579bdf]???) unlogged='SIGPIPE is ignored already' ;;
        SigBlk:*[13579bdf]???) unlogged='SIGPIPE is blocked already' ;;
        esac
    done <"/proc/$$/status"
}
