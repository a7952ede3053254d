#!/bin/sh
# nosigpipe-host: protects every program of a machine, or a service of systemd.
# Exit status: 0; 1 if it was refused, or if status finds no protection; 125 for a usage error.
# shellcheck disable=SC2034,SC2154 # what the parts of nosigpipe set and is not asked for here

set -u
LC_ALL=C # a character is a byte, and only ASCII has control characters
export LC_ALL
# What it starts is to be as on a machine without the library.
unset LD_PRELOAD NOSIGPIPE_OPTIONS GREP_OPTIONS
tool=nosigpipe-host # in messages of the launcher's parts
PATH=${PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin

usage() {
    cat <<'TEXT'
Usage: nosigpipe-host enable [--unit NAME] [OPTION]...
       nosigpipe-host disable [--unit NAME]
       nosigpipe-host status
       nosigpipe-host update [--without LIBRARY]
Protect every program of this machine that glibc's loader starts, by
/etc/ld.so.preload: a write to a closed socket or pipe returns EPIPE instead
of ending the process by SIGPIPE.

  enable           from now on, for programs that start; again with other
                   options to change them. Without any, those of
                   /etc/nosigpipe/host.conf stay.
  disable          for programs that start no longer
  status           say what is set up
  update           make the library's copy anew, after an upgrade of the
                   library or a change of /etc/nosigpipe/host.conf

      --unit NAME  one service of systemd instead, by a drop-in
      --only=GLOB[:GLOB]...    leave all other programs as they are
      --except=GLOB[:GLOB]...  leave these programs as they are
      --without LIBRARY        as if this file were not there any more
      --root=DIR   with disable and update --without: in the system below DIR
  -h, --help       show this and exit
  -V, --version    show the version and exit

A GLOB with a slash is for the whole path by which a program was started,
another one for its last part. Each of these options sets a key of
NOSIGPIPE_OPTIONS (see libnosigpipe(7)), as --KEY=VALUE or --KEY VALUE; the
first value is the default:
TEXT
    show_keys
    cat <<'TEXT'

The exit status is 0; 1 if something was refused, or if status finds nothing
protected; 125 for a usage error.
TEXT
}

complain() { # MESSAGE
    make_plain "nosigpipe-host: $1"
    printf '%s\n' "$plain" >&2
}

fail() { # STATUS MESSAGE
    complain "${origin-}$2"
    undo
    exit "$1"
}

# What is to be done is done, whether its words can be written or not: the shell itself must not get SIGPIPE.
print() { # TEXT
    make_plain "$1"
    (trap '' PIPE && printf '%s\n' "$plain") 2>/dev/null || unprinted=yes
}

# Fails if something was not printed.
check_printed() {
    [ -z "$unprinted" ] || fail 1 'cannot write to standard output'
}
