# nosigpipe: the plan, and its execution.

# Prints the code that this shell is to run in the end. All else happens in a subshell: a variable
# that is set here would be changed for the command, too, where the caller has exported one of that
# name.
plan() { # [ARGUMENT]...
    read_environment
    # Sizes in bytes, and no locale's idea of a control character.
    LC_ALL=C
    unset GREP_OPTIONS
    # The caller's PATH is for the command; the tools are found in any case.
    given_path=${PATH-/bin:/usr/bin}
    PATH=${PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin
    # From shim/options.def: KEY=VALUES;... with the values apart by spaces, or "0 to LARGEST", and
    # KEY=what it decides;...
    options='@OPTIONS@'
    texts='@TEXTS@'
    # Where `make install` puts the object; in build/ no absolute path.
    libdir='@LIBDIR@'
    # What the object was built for: class, byte order and machine of its ELF header.
    built_abi='@ABI@'
    task=start quiet='' strict='' form=all chosen=''

    # What is not an option is the command.
    words=$#
    while [ $# -gt 0 ]; do
        case $1 in
        --check | --print-env) task=${1#--} && shift ;;
        --print-env=*) task=print-env form=${1#*=} && shift ;;
        --quiet) quiet=yes && shift ;;
        --strict) strict=yes && shift ;;
        -h | --help) answer 0 "$(usage)" ;;
        -V | --version) answer 0 'nosigpipe @VERSION@' ;;
        --check=* | --quiet=* | --strict=* | --help=* | --version=*)
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
            [ $# -gt 1 ] || fail 125 "'$1' lacks a value (accepted: $accepted)"
            set_option "${1#--}" "$2"
            shift 2
            ;;
        -*) fail 125 "unknown option '$1' ('nosigpipe --help' lists all)" ;;
        *) break ;;
        esac
    done

    if [ "$task" = print-env ]; then
        [ $# -eq 0 ] || fail 125 "'--print-env' takes no command: '$1'"
        find_object
        print_env "$form"
    fi
    [ $# -gt 0 ] || fail 125 "no command given (usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...)"

    decide "$1"
    [ "$task" != check ] || check "$@"
    start $((words - $#)) "$1"
}

eval "$(plan "$@")"
# The plan ends this shell. Without one there was no subshell, of which the shell has told.
exit 125
