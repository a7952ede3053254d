# nosigpipe: messages, answers and quoting.

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

# Puts a backslash, or what else the second argument has, before each of the characters. Sets `text`.
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
