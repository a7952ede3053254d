#!/bin/sh
# nosigpipe: runs a command so that a write to a closed socket or pipe does not end it, or does that to a
# process that runs.
# Exit status: the command's; 125 if nosigpipe itself fails, 126 or 127 if the command cannot be started.
# nosigpipe checks everything before it starts anything. The checks take three short forks of this
# process and two runs of od(1); for users other than root also getcap(8), if it is installed; for a static
# program also grep(1) and nosigpipe-attach.

set -u

usage() {
    cat <<'TEXT'
Usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...
       nosigpipe --check [OPTION]... [--] COMMAND [ARGUMENT]...
       nosigpipe --print-env[=FORM] [OPTION]...
       nosigpipe -p LIST [--KEY=VALUE]... [--status | --release]
Run COMMAND so that a write to a closed socket or pipe returns EPIPE
instead of ending the process by SIGPIPE. If the library cannot be
preloaded into COMMAND, it starts with SIGPIPE ignored; a static program
has the guard alone put in place at its start, where ptrace is permitted.

  -p, --pid LIST   protect the running processes of LIST: process IDs, with
                   commas or white space between them
      --status     with --pid: say which of them are protected
      --release    with --pid: protect them no longer
      --check      say how COMMAND would be protected, and do not start it
      --keep-output[=FILE]
                   pass COMMAND's standard output and error on by a process
                   that keeps them open when their reader goes away, and
                   connects anew; meanwhile to FILE
      --print-env  print the variables for a Dockerfile, a systemd unit or a
                   shell; FORM is dockerfile, systemd, shell or all (default)
      --quiet      do not warn that SIGPIPE is ignored instead, nor that
                   nothing will be logged
      --strict     if only SIGPIPE could be ignored, do not start COMMAND,
                   and exit with status 125
  -h, --help       show this and exit
  -V, --version    show the version and exit

Each of these options sets a key of NOSIGPIPE_OPTIONS (see libnosigpipe(7)), as
--KEY=VALUE or --KEY VALUE; the first value is the default:
TEXT
    show_keys
    cat <<'TEXT'

The exit status is COMMAND's; 125 if nosigpipe itself fails, 126 if COMMAND
cannot be executed, 127 if it is not found. The exit status of --check is 0
if COMMAND would be protected and 1 if not; that of --pid is 0 if every
process is protected, or needs no protection, and 1 if one is not.
TEXT
}
