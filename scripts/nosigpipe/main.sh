# nosigpipe: the plan, and its execution.

# Prints the code that this shell runs at the end. All else happens in a subshell: if the caller has
# exported a variable, and this shell sets one of that name, the command gets the new value.
plan() { # [ARGUMENT]...
    read_environment
    # In the C locale a character is a byte, and only ASCII has control characters.
    LC_ALL=C
    unset GREP_OPTIONS
    # The command is looked up in the caller's PATH, the tools in the usual folders, too.
    given_path=${PATH-/bin:/usr/bin}
    PATH=${PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin
    # From shim/options.def: "KEY=VALUES;...", with spaces between the values or "0 to LARGEST", and
    # "KEY=what it decides;...".
    options='@OPTIONS@'
    texts='@TEXTS@'
    # Where `make install` puts the library. In build/ this is no absolute path.
    libdir='@LIBDIR@'
    # The ABI of the library: class, byte order and machine in its ELF header.
    built_abi='@ABI@'
    tool=nosigpipe task=start quiet='' strict='' form=all chosen='' keep=''
    # For --pid: the list, a word each, and what nosigpipe-attach is to do.
    pid_given='' pids='' attach_task=visit needs_pid=''

    # The first word that is no option is the command.
    words=$#
    while [ $# -gt 0 ]; do
        case $1 in
        --check | --print-env) task=${1#--} && shift ;;
        --print-env=*) task=print-env form=${1#*=} && shift ;;
        --quiet) quiet=yes && shift ;;
        --strict) strict=yes && shift ;;
        --keep-output=) fail 125 "'--keep-output=' needs a file" ;;
        --keep-output | --keep-output=*) keep=$1 && shift ;;
        -p | --pid)
            [ $# -gt 1 ] || fail 125 "'$1' needs a list of process IDs"
            pid_given=yes
            add_pids "$2"
            shift 2
            ;;
        --pid=*) pid_given=yes && add_pids "${1#*=}" && shift ;;
        -p*) pid_given=yes && add_pids "${1#-p}" && shift ;;
        --status | --release) set_attach_task "$1" && shift ;;
        -h | --help) answer 0 "$(usage)" ;;
        -V | --version) answer 0 'nosigpipe @VERSION@' ;;
        --check=* | --quiet=* | --strict=* | --status=* | --release=* | --help=* | --version=*)
            fail 125 "'${1%%=*}' takes no value"
            ;;
        --) shift && break ;;
        --?*=*)
            key=${1%%=*}
            set_option "${key#--}" "${1#*=}"
            shift
            ;;
        --?*)
            find_key "${1#--}"
            [ $# -gt 1 ] || fail 125 "'$1' needs a value (accepted: $accepted)"
            set_option "${1#--}" "$2"
            shift 2
            ;;
        -*) fail 125 "unknown option '$1' ('nosigpipe --help' lists all)" ;;
        *) break ;;
        esac
    done

    [ -z "$pid_given" ] || attach "$@"
    [ -z "$needs_pid" ] || fail 125 "'$needs_pid' needs '--pid'"
    if [ "$task" = print-env ]; then
        [ $# -eq 0 ] || fail 125 "'--print-env' takes no command: '$1'"
        [ -z "$keep" ] || fail 125 "'--keep-output' does not go with '--print-env'"
        find_library
        print_env "$form"
    fi
    [ $# -gt 0 ] || fail 125 "no command given (usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...)"

    decide "$1"
    [ "$task" != check ] || check "$@"
    start $((words - $#)) "$1"
}

eval "$(plan "$@")"
# The plan ends this shell. If there is none, the shell could not fork, and has said so.
exit 125
