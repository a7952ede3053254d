#!/bin/sh
# nosigpipe-audit: which processes SIGPIPE would end now, told from /proc alone.
# Status: 0 no vulnerable process is listed, 1 one is, 2 for an error.

set -u
LC_ALL=C # bytes are bytes, and the tools' messages are those that the program below looks for
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

The status is 0 if no vulnerable process is listed, 1 if one is,
2 for an error. Processes of other users are seen whole by root alone.
TEXT
}

fail() { # MESSAGE
    printf 'nosigpipe-audit: %s' "$1" | tr '[:cntrl:]' '?' >&2 # one line, whatever was given
    echo >&2
    exit 2
}
