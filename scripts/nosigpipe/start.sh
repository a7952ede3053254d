# nosigpipe: the code that starts the command.

# Prints that code, after the warnings.
start() { # NUMBER-OF-WORDS-BEFORE-THE-COMMAND COMMAND
    if [ -n "$strict" ]; then
        case $way in
        ignore | none) fail 125 "$reason (--strict)" ;;
        preload) loads "$preload" || fail 125 "$answer (--strict)" ;;
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
    # The command inherits an ignored signal, but no trap with a command.
    [ "$way" != ignore ] || echo "trap '' PIPE"
    started=$2
    [ "$way" != trace ] || start_traced
    [ -z "$keep" ] || start_kept
    [ -z "$preload" ] || preload_library "$preload"
    export_options
    restore_environment "$started"
    echo 'exec "$@"'
}

# nosigpipe-attach becomes the file, which gets the words that follow.
start_traced() {
    [ -z "$by_sh" ] || candidate=/bin/sh
    quote "$candidate"
    file=$quoted
    quote "$attach"
    printf '%s\n' "set -- $quoted run $file \"\$@\""
    started=$attach
}

# nosigpipe-entrypoint starts the keeper, and becomes the command.
start_kept() {
    started=$folder/nosigpipe-entrypoint
    { [ -f "$started" ] && [ -x "$started" ]; } || fail 125 "'$started' is missing: install it beside nosigpipe"
    quote "$started"
    words=$quoted
    quote "$keep"
    printf '%s\n' "set -- $words --no-preload $quoted -- \"\$@\""
}

# Whether this shell prefers its own applets to the programs of PATH, as Debian's busybox-static does:
# then it finds env(1) without a PATH.
prefers_applets() {
    PATH=/ command -v env >/dev/null
}

warn() {
    case $way in
    ignore) say "$reason: it starts with SIGPIPE ignored instead" ;;
    none) say "$reason: it starts unprotected" ;;
    preload | interpreter | trace) warn_of_log ;;
    esac
}

# A log that cannot be written is no reason not to start.
warn_of_log() {
    find_value log
    log=$found unlogged=''
    case $log in
    off) return ;;
    journal) [ -S /run/systemd/journal/socket ] || unlogged="there is no '/run/systemd/journal/socket'" ;;
    syslog) [ -S /dev/log ] || unlogged="there is no '/dev/log'" ;;
    file:*) check_log_file "${log#file:}" ;;
    esac
    find_value events
    case $unlogged:$way:$found in
    :preload:all) ;;
    :*) check_signal ;;
    esac
    [ -z "$unlogged" ] || say "$unlogged: nothing will be logged (log=$log)"
}

# The library creates a file that is missing, and does not follow a symbolic link.
check_log_file() { # PATH
    log_folder=${1%/*}/
    if [ -L "$1" ]; then
        unlogged="'$1' is a symbolic link"
    elif [ -d "$1" ]; then
        unlogged="'$1' is a folder"
    elif [ ! -d "$log_folder" ]; then
        unlogged="there is no folder '$log_folder'"
    elif [ -e "$1" ]; then
        [ -w "$1" ] || unlogged="'$1' may not be written to"
    else
        [ -w "$log_folder" ] && [ -x "$log_folder" ] || unlogged="'$log_folder' may not be written to"
    fi
}

# If SIGPIPE is ignored or blocked, a broken write ends nothing, so it is no event but with events=all, for which
# the library itself is needed.
check_signal() {
    [ -r "/proc/$$/status" ] || return 0
    while read -r key value; do
        # SIGPIPE is 13, bit 12 of a mask: the lowest bit of the fourth digit from the end.
        case $key$value in
        SigIgn:*[13579bdf]???) unlogged='SIGPIPE is ignored already' ;;
        SigBlk:*[13579bdf]???) unlogged='SIGPIPE is blocked already' ;;
        esac
    done <"/proc/$$/status"
}
