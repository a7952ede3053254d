# nosigpipe-audit and nosigpipe-report: writing the output, and errors. `me` is the name of the command.

fail() { # MESSAGE
    printf '%s: %s' "$me" "$1" | tr '[:cntrl:]' '?' >&2 # one line, whatever the arguments have
    echo >&2
    exit 2
}

# The command that writes the output. SIGPIPE ends it silently, as any other command; another error
# prints one line. It then reads to the end, since some awks print a message of their own about a pipe
# without a reader.
blame="echo '$me: cannot write to standard output' >&2"
put="cat 2>/dev/null || { [ \$? -gt 128 ] || $blame; cat >/dev/null; exit 2; }"

# If standard output is closed, a pipe that is made later would get its number.
{ true 3>&1; } 2>/dev/null || fail 'cannot write to standard output'
