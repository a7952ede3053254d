#!/bin/sh
# nosigpipe-audit: lists the processes that SIGPIPE would end now, from /proc alone.
# Exit status: 0 if no vulnerable process is listed, 1 if one is, 2 for an error.

set -u
LC_ALL=C # a character is a byte, and the tools print the messages that the awk program looks for
export LC_ALL
unset GREP_OPTIONS QUOTING_STYLE TIME_STYLE # by which grep and ls would print in another form

usage() {
    cat <<'TEXT'
Usage: nosigpipe-audit [--json | --pids] [--all] [--proc DIR] [PID...]
       nosigpipe-audit --openmetrics[=FILE] [--proc DIR]
       nosigpipe-audit --watch [--calls] [--json] [--proc DIR]
List the processes that SIGPIPE would end now: those that leave it at its
default and hold a stream socket or the write end of a pipe.
With PIDs, list those processes, whatever their state.
With --watch, print each SIGPIPE of the machine as it happens, until a signal
or a closed output ends the watch.

      --all       list every process, with its verdict
      --json      print one JSON object a line
      --pids      print the vulnerable ones' process IDs alone, with commas,
                  for nosigpipe --pid "$(nosigpipe-audit --pids)"
      --openmetrics[=FILE]
                  count the processes by verdict, and the vulnerable ones by unit,
                  for Prometheus; FILE is replaced in one step, as node_exporter's
                  textfile collector wants it
      --watch     ask the kernel's tracepoints instead, as root: nothing is loaded
                  into a program, and no system call is slower (with bpftrace,
                  show also the descriptor and the dead peer)
      --calls     with --watch: writes that fail with EPIPE and raise no signal,
                  too; every system call on the machine gets slower meanwhile
      --proc DIR  read DIR instead of /proc
  -h, --help      show this and exit
  -V, --version   show the version and exit

The exit status is 0 if no vulnerable process is listed, 1 if one is (with
--pids and --openmetrics 0 as well), 2 for an error. Only root can read all about processes of
other users.
TEXT
}

me=nosigpipe-audit
