"""Workers of several variants, made to work by turns, and what their times say.

All variants live side by side. In each round every one of them makes a block of operations of
about a millisecond, in random order, so that what disturbs the machine disturbs them alike. A
ratio is that of two neighbours in time; of the ratios of all rounds the median is shown, with
the quartiles. The processes are started anew a few times: where a process has its memory by
chance makes a difference that no number of rounds would even out.
"""

import os
import random
import statistics
import subprocess
import time

BLOCK = 1_000_000  # nanoseconds of work at a time

CPUS = sorted(os.sched_getaffinity(0))
QUIET_CPU = {CPUS[-1]}  # the workers'; the runner takes the others


def stay_off_the_quiet_cpu():
    os.sched_setaffinity(0, set(CPUS) - QUIET_CPU or QUIET_CPU)


class Worker:
    """See worker.h."""

    def __init__(self, command, environment, cpus):
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        )
        self.count = 1

    def work(self):
        """The nanoseconds of one operation."""
        self.process.stdin.write(b"%d\n" % self.count)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args}: ended, {self.process.wait()}")
        return int(answer) / self.count

    def calibrate(self, block):
        while self.work() * self.count < block / 4 and self.count < 1 << 24:
            self.count *= 2
        self.count = max(1, round(block / min(self.work() for _ in range(3))))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def race(commands, seconds, sessions, cpus=None, block=BLOCK):
    """commands: {name: (command, environment)}. The times of each, as many for all."""
    times = {name: [] for name in commands}
    for _ in range(sessions):
        end = time.monotonic() + seconds / sessions
        workers = {
            name: Worker(command, environment, cpus or QUIET_CPU)
            for name, (command, environment) in commands.items()
        }
        for worker in workers.values():
            worker.calibrate(block)
        order = list(workers)
        while True:
            random.shuffle(order)
            for name in order:
                times[name].append(workers[name].work())
            if time.monotonic() > end:
                break
        for worker in workers.values():
            worker.end()
    return times


def summarize(values):
    if len(values) < 2:
        return {"median": values[0], "low": values[0], "high": values[0]}
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def compare(times, base):
    """Each variant's nanoseconds, and its ratio to the base with the quartiles."""
    return {
        name: {
            "ns": round(statistics.median(values), 1),
            "rounds": len(values),
            **{
                key: round(value, 4)
                for key, value in summarize([a / b for a, b in zip(values, times[base])]).items()
            },
        }
        for name, values in times.items()
    }
