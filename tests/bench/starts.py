"""starts.py TURNS COMMAND COMMAND: starts two commands in turn, and prints how long the second takes as a multiple
of the first, by the shortest time of each. The words of a command are separated by blanks. Both have one CPU: where
processes that take turns wake each other on another one, each turn waits until that is free."""

import os
import random
import signal
import sys
import time


def start(command):
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], command, {"PATH": os.environ["PATH"]}, setsigdef=[signal.SIGPIPE])
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {status}")
    return time.perf_counter() - begin


os.sched_setaffinity(0, {random.choice(list(os.sched_getaffinity(0)))})
commands = [argument.split() for argument in sys.argv[2:4]]
times = [min(column) for column in zip(*([start(command) for command in commands] for _ in range(int(sys.argv[1]))))]
print(f"{times[1] / times[0]:.3f}")
