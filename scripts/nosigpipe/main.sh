#!/bin/sh
# nosigpipe: runs a command that outlives its peers.
# Status: the command's; 125 for an error here, 126 and 127 where the command cannot be started.
# Everything is looked at before anything is started. That takes this process, three forks of it for a
# moment and od(1), twice; for another user than root also getcap(8), where it is installed.

set -u

usage() {
    cat <<'TEXT'
Usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...
       nosigpipe --check [OPTION]... [--] COMMAND [ARGUMENT]...
       nosigpipe --print-env[=FORM] [OPTION]...
Run COMMAND so that a write to a closed socket or pipe returns EPIPE
instead of ending the process by SIGPIPE. Where a preload does not reach
it, as with a static program, it is started with SIGPIPE ignored.

      --check      say how COMMAND would be protected, and do not start it
      --print-env  print what to put into a Dockerfile, a systemd unit or a
                   shell; FORM is dockerfile, systemd, shell or all (default)
      --quiet      do not say that SIGPIPE is ignored instead, nor that
                   nothing will be logged
      --strict     do not start what the preload does not reach: status 125
  -h, --help       show this and exit
  -V, --version    show the version and exit

Each of these sets a key of NOSIGPIPE_OPTIONS (see libnosigpipe(7)), as
--KEY=VALUE or --KEY VALUE; the first value is the default:
TEXT
    show_keys
    cat <<'TEXT'

The status is COMMAND's; 125 if nosigpipe itself fails, 126 if COMMAND
cannot be executed, 127 if it is not found. That of --check is 0 if COMMAND
would be protected and 1 if not.
TEXT
}

# One line that steers no terminal, whatever is in a name or a value. Sets `plain`.
make_plain() { # TEXT
    left=$1
    plain=
    while :; do
        case $left in *[[:cntrl:]]*) ;; *) break ;; esac
        plain="$plain${left%%[[:cntrl:]]*}?"
        left=${left#*[[:cntrl:]]}
    done
    plain=$plain$left
}

say() { # MESSAGE
    make_plain "nosigpipe: $1"
    printf '%s\n' "$plain" >&2
}

# Ends the subshell that makes the plan, and by the plan the launcher.
fail() { # STATUS MESSAGE
    say "$2"
    echo "exit $1"
    exit
}

# For the plan: what is printed, and the status behind it.
answer() { # STATUS TEXT
    quote "$2"
    printf '%s\n' "print $quoted; exit $1"
    exit
}

# Puts a text into quotes for a shell. Sets `quoted`.
quote() { # TEXT
    escape "$1" "'\\'" "'"
    quoted="'$text'"
}

# shellcheck disable=SC2317 # the plan calls it
# What the shell says of a write that fails is kept back: the one line is ours.
print() { # TEXT
    { printf '%s\n' "$1"; } 2>/dev/null && return
    echo 'nosigpipe: cannot write to standard output' >&2
    exit 125
}

@PROGRAM@

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
