# nosigpipe: messages, answers and quoting.

# Replaces control characters, so that no name or value adds a line or steers the terminal. Sets `plain`.
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

# Ends the subshell that makes the plan. By that plan the launcher then exits, too.
fail() { # STATUS MESSAGE
    say "$2"
    echo "exit $1"
    exit
}

# Makes the plan to print a text and exit.
answer() { # STATUS TEXT
    quote "$2"
    printf '%s\n' "print $quoted; exit $1"
    exit
}

# Quotes a text for a shell. Sets `quoted`.
quote() { # TEXT
    escape "$1" "'\\'" "'"
    quoted="'$text'"
}

# Drops the shell's own message about a failed write, and prints one of nosigpipe instead.
# shellcheck disable=SC2317 # the plan calls it
print() { # TEXT
    { printf '%s\n' "$1"; } 2>/dev/null && return
    echo 'nosigpipe: cannot write to standard output' >&2
    exit 125
}

# Inserts ESCAPE before each CHARACTER in a text. Sets `text`.
escape() { # TEXT ESCAPE CHARACTER...
    text=$1
    mark=$2
    shift 2
    for character; do
        rest=$text
        text=
        while :; do
            case $rest in *"$character"*) ;; *) break ;; esac
            text=$text${rest%%"$character"*}$mark$character
            rest=${rest#*"$character"}
        done
        text=$text$rest
    done
}
