"""event_host.py STATEMENTS: a host that is written where it is used.

SIGPIPE and SIGXFSZ, which Python ignores, are set to their defaults first. `broken` is the write
end of a pipe without a reader, which attempt(N) writes to; `answers` has what it was answered.
"""

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import sys

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
answers = []


def at(fd, wanted):
    """The descriptor fd, moved to the number that is wanted, if there is one."""
    if wanted is None or fd == wanted:
        return fd
    os.dup2(fd, wanted)
    os.close(fd)
    return wanted


def make_pipe(wanted=None):
    reader, writer = os.pipe()
    os.close(reader)
    return at(writer, wanted)


def make_socket(wanted=None):
    left, right = socket.socketpair()
    left.close()
    return at(right.detach(), wanted)


def attempt(count=1):
    for _ in range(count):
        try:
            answers.append(os.write(broken, b"x"))
        except OSError as error:
            answers.append(errno.errorcode[error.errno])


broken = make_pipe()
exec(sys.argv[1])
