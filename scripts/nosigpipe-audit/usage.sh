#!/bin/sh
# nosigpipe-audit: lists the processes that SIGPIPE would end now, from /proc alone.
# Exit status: 0 if no vulnerable process is listed, 1 if one is, 2 for an error.

set -u
LC_ALL=C # a character is a byte, and the tools print the messages that the awk program looks for
export LC_ALL

usage() {
    cat <<'TEXT'
Usage: nosigpipe-audit [--json] [--all] [--proc DIR] [PID...]
List the processes that SIGPIPE would end now: those that leave it at its
default and hold a stream socket or the write end of a pipe.
With PIDs, list those processes, whatever their state.

      --all       list every process, with its verdict
      --json      print one JSON object a line
      --proc DIR  read DIR instead of /proc
  -h, --help      show this and exit
  -V, --version   show the version and exit

The exit status is 0 if no vulnerable process is listed, 1 if one is,
2 for an error. Only root can read all about processes of other users.
TEXT
}

fail() { # MESSAGE
    printf 'nosigpipe-audit: %s' "$1" | tr '[:cntrl:]' '?' >&2 # one line, whatever the arguments have
    echo >&2
    exit 2
}
