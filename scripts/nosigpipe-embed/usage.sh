#!/bin/sh
# nosigpipe-embed: writes a copy of a static program that starts under the guard by itself.
# Exit status: 0, or 125 if no copy could be made.

set -u
LC_ALL=C # a character is a byte, and only ASCII has control characters
export LC_ALL

usage() {
    cat <<'TEXT'
Usage: nosigpipe-embed [--interpreter=PATH] [--] IN OUT
Write a copy of the static program IN to OUT, with ld-nosigpipe.so as its
ELF interpreter: wherever OUT is started, a write to a closed socket or pipe
returns EPIPE instead of ending the process by SIGPIPE.

      --interpreter=PATH  where ld-nosigpipe.so will be when OUT is started;
                          by default where it is here
  -h, --help              show this and exit
  -V, --version           show the version and exit

The exit status is 0, or 125 if OUT could not be made.
TEXT
}

fail() { # MESSAGE
    make_plain "nosigpipe-embed: $1"
    printf '%s\n' "$plain" >&2
    exit 125
}

# Drops the shell's own message about a failed write, and prints one of nosigpipe-embed instead.
print() { # TEXT
    { printf '%s\n' "$1"; } 2>/dev/null || fail 'cannot write to standard output'
}
