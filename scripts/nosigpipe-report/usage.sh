#!/bin/sh
# nosigpipe-report: sums up the records of broken writes, and tells who died of SIGPIPE.
# Exit status: 0, or 2 for an error.

set -u
LC_ALL=C # a character is a byte, and the tools print the messages that this script looks for
export LC_ALL
unset GREP_OPTIONS SYSTEMD_COLORS # by which grep and journalctl would put colours into what this script reads

usage() {
    cat <<'TEXT'
Usage: nosigpipe-report [--by WHAT] [--json] [FILE...]
       nosigpipe-report [--by WHAT] [--json] --journal [--since TIME]
       nosigpipe-report [--json] --deaths [--since TIME]
Sum up the records of broken writes that libnosigpipe.so has written, of any
form (logfmt, JSON, otel, journalctl -o json), from FILEs, standard input or
the journal. Or tell which services and containers died of SIGPIPE.

      --by WHAT     a line for each peer, program, call or unit
      --deaths      who died of it, and what would mend that
      --journal     read the journal
      --json        print one JSON object a line
      --since TIME  leave out what is older, as journalctl does
  -h, --help        show this and exit
  -V, --version     show the version and exit

The exit status is 0, or 2 for an error.
TEXT
}

me=nosigpipe-report
