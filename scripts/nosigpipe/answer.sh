# nosigpipe: messages and answers.

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

# Drops the shell's own message about a failed write, and prints one of nosigpipe instead.
# shellcheck disable=SC2317 # the plan calls it
print() { # TEXT
    { printf '%s\n' "$1"; } 2>/dev/null && return
    echo 'nosigpipe: cannot write to standard output' >&2
    exit 125
}
