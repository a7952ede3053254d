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

# For --help: a line for each key, with "|" between its values.
show_keys() {
    while [ -n "$options" ]; do
        values=${options%%;*}
        shown=
        case $values in
        *=0' to '*) shown=$values ;;
        *) for value in $values; do shown=${shown:+$shown|}$value; done ;;
        esac
        text=${texts%%;*}
        printf '      --%-39s %s\n' "$shown" "${text#*=}"
        options=${options#*;}
        texts=${texts#*;}
    done
}
