"""Types a line into an interactive shell, TAB keys and all, and prints what the shell made of it.

complete.py SETUP LINE SHELL [ARGUMENT]...

SETUP is a command that comes first. A command of LINE is to end by printing a line "<...>": that
line is printed. Ends with an error after 30 seconds.
"""

import os
import pty
import re
import select
import sys
import time


def read_until(terminal, pattern, deadline):
    text = b""
    while not re.search(pattern, text):
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            sys.exit(f"no {pattern!r} in {text!r}")
        try:
            text += os.read(terminal, 65536)
        except OSError:
            sys.exit(f"the shell ended: {text!r}")
    return text


def main():
    setup, line, *shell = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "dumb"
        os.execvp(shell[0], shell)
    deadline = time.monotonic() + 30
    # The echo of what is typed does not contain the word in one piece.
    os.write(terminal, setup.encode() + b"; echo REA''DY\n")
    read_until(terminal, rb"READY\r", deadline)
    os.write(terminal, line.encode().decode("unicode_escape").encode() + b"\n")
    text = read_until(terminal, rb"[\r\n](<[^\r\n]*>)\r", deadline)
    print(re.search(rb"[\r\n](<[^\r\n]*>)\r", text)[1].decode())
    os.close(terminal)
    os.waitpid(child, 0)


main()
