"""Random programs that handle, block, send and wait for signals, make broken writes and start other programs: they
behave with the library as without.

With action=die a program ends as it does without the library. With the default action it behaves like the oracle
(tests/fixtures/differential/differential_oracle.h). limits() leaves out what man/libnosigpipe.7 states under LIMITS.

differential.py SECONDS [SEED [NUMBER]]: a number makes CASES cases, all with the same options, which alternate.
FUZZ_OPTIONS="mode=catch mode=catch,action=die" tries only these options."""

import concurrent.futures
import difflib
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

import operations

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("NOSIGPIPE_PROGRAMS", os.path.join(ROOT, "build/tests")), "differential")
LIBRARY = os.path.join(os.environ.get("NOSIGPIPE_BUILD", os.path.join(ROOT, "build")), "libnosigpipe.so")
FOUND = os.path.join(ROOT, "tests/fuzz/found/differential")
CASES = 40  # in one run of the program

LOGGED = ",log=file:LOG,format=json,backtrace=4"
OPTIONS = ("mode=catch", "mode=ignore", "mode=mask", "mode=flags",
           "mode=catch,action=die", "mode=ignore,action=die", "mode=mask,action=die", "mode=flags,action=die",
           "mode=catch" + LOGGED, "mode=ignore" + LOGGED, "mode=mask" + LOGGED, "mode=flags" + LOGGED,
           "mode=catch,storm=1000000,stdio=default", "mode=mask,action=die" + LOGGED, "off")
OPTIONS = tuple(os.environ.get("FUZZ_OPTIONS", "").split()) or OPTIONS


def limits(options):
    """Returns is_limit(words, inside): whether the library does not support an operation with these options. `inside`
    names the children and threads that the operation is in."""
    mode = re.search("mode=([a-z]*)|$", options)[1]
    dies = "action=die" in options

    def is_limit(words, inside):
        text = " ".join(words)
        if mode in ("ignore", "mask"):
            # In a sandbox a signal that the program sends itself has no effect, and a pending one stays.
            if words[0] == "no-new-privs":
                return True
            # The library does not see broken writes in stdio and by syscall(2), so no action follows.
            if dies and (re.search("^write (dprintf|fwrite|syscall-)", text) or words[0] == "popen-write"):
                return True
        # The kernel accepts the mark from the first thread only.
        if "thread" in inside and "pidfd" in text:
            return True
        # A send with MSG_NOSIGNAL leaves nothing pending where a context has blocked the signal. In mode=ignore a
        # pending signal is discarded there.
        if (mode == "ignore" or not re.search("action|log|stdio|storm|off", options)) and (words[0] == "context" or "block" in words):
            return True
        if mode == "mask":
            # The masks of contexts, of other signals' handlers, and of waits during which one runs, are the kernel's.
            if ("block" in words or words[0] == "context" or
                    re.search("^((rt_)?sigaction (?!PIPE)|wait ).*(PIPE|all)", text)):
                return True
            # When a handler returns, the kernel restores its own mask, whatever the handler has set.
            if (words[0] in ("signal", "sigaction", "rt_sigaction") and {"ignore", "unblock"} & set(words) and
                    "PIPE" not in words[:3]):
                return True
            # A vfork child that sets a disposition notes that in its parent's memory.
            if "vfork" in inside and words[0] in ("signal", "sigaction", "rt_sigaction"):
                return True
            # A child made without libc that makes children of its own.
            if "clone" in inside and len(set(inside) & {"clone", "vfork", "fork", "_Fork", "spawn"}) > 1:
                return True
            # A broken write in stdio or by syscall(2) leaves its signal pending, and the program can take it.
            if words[0] == "take":
                return True
            # Other threads call a new handler only after their next write or change of the mask.
            if "thread" in inside and words[0] in ("signal", "sigaction", "rt_sigaction"):
                return True
        # With SA_NODEFER, a sent signal that ends the program interrupts the guard.
        if "log=" in options and re.search("sysv|(DFL|RESETHAND).*NODEFER", text):
            return True
        # In a sandbox there is no record.
        if "log=" in options and words[0] == "no-new-privs":
            return True
        # In other modes a partial write is no event. sendfile does not fail with EPIPE if it cannot write the offset.
        if dies and mode != "catch" and (words[0] == "partial" or re.search("sendfile.* ro ", text)):
            return True
        # A broken pipe on descriptor 1 must end the program.
        return "stdio=default" in options and " out " in text
    return is_limit


def fit(case, options, inside=(), restricted=False):
    """Returns the case without its limits."""
    is_limit = limits(options)
    fitted = []
    restricted = restricted or "no-new-privs" in operations.written(case)
    for words, block in case:
        # In a sandbox a signal by kill(2) to the program itself cannot be marked, an SA_RESETHAND handler is replaced in
        # memory only, and a child whose sendfile cannot write the offset is not recognized by the result.
        if restricted and re.search("kill|pidfd|RESETHAND|sysv|sendfile.* ro ", " ".join(words)):
            continue
        # Nor is a child made without libc's fork recognized when it unblocks a signal that it has left pending.
        if restricted and {"vfork", "clone"} & set(inside) and re.search("mask|sigrelse|sigset |wait|context", " ".join(words)):
            continue
        # A signal from another process to a program with the default is discarded, or pends until a broken write.
        if re.search("mode=(ignore|mask)", options) and words[0] in ("kill-parent", "timer"):
            words = [words[0], "handled"]
        # A handler can run before the first instruction of a thread, when its mask is not yet known.
        if "mode=mask" in options and words[:2] == ["thread", "none"]:
            words = ["thread", "-"]
        if block is not None:
            fitted.append((words, fit(block, options, inside + (words[0],), restricted)))
        elif not is_limit(words, inside):
            fitted.append((words, None))
    return fitted


def difference(expected, seen):
    return difflib.unified_diff(expected.splitlines(True), seen.splitlines(True), "without", "with")


class Runner:
    """Runs cases with the library and without at the same time."""

    def __init__(self, folder):
        self.log = os.path.join(folder, "log")
        self.once = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def environment(self, options):
        """In mode=catch the guard sees each broken write, so the log has a record for each one."""
        counts = {"DIFFERENTIAL_LOG": self.log} if "mode=catch,log" in options else {}
        return {"PATH": "/usr/bin:/bin", **counts}

    def with_library(self, options):
        return {"LD_PRELOAD": LIBRARY, "NOSIGPIPE_OPTIONS": options.replace("LOG", self.log)}

    @staticmethod
    def run(cases, arguments, environment):
        ended = subprocess.run([PROGRAM] + arguments + ["run"], input="\n".join(cases) + "\n", env=environment,
                               stdout=subprocess.PIPE, timeout=600, check=False, encoding="utf-8", errors="replace")
        answers = re.split("^== [0-9]+\n", ended.stdout, flags=re.M)[1:]
        return answers + [f"the run ended, status {ended.returncode}\n"] * (len(cases) - len(answers))

    def both(self, options, cases):
        """Returns the expected and the actual transcripts of cases."""
        texts = [operations.written(case) for case in cases]
        same = "action=die" in options or options == "off"
        common = self.environment(options)
        expected = self.pool.submit(self.run, texts, [] if same else ["oracle"], common)
        seen = self.run(texts, [], {**common, **self.with_library(options)})
        if os.path.exists(self.log):
            os.remove(self.log)
        if "mode=mask" not in options:
            return expected.result(), seen
        # A handler that runs when the call that blocks the signal returns gets a mask without the signal.
        shown = re.compile("(handler's mask: ).*")
        return [[shown.sub(lambda line: line[1] + hex(int(line[0].split()[-1], 0) & ~0x1000), answer)
                 for answer in answers] for answers in (expected.result(), seen)]

    def differs(self, options, case):
        """Returns both transcripts of a case that differs each time, or None."""
        for _ in range(2):
            expected, seen = self.both(options, [case])
            if expected == seen or "cannot go on" in expected[0]:
                return None
        return expected[0], seen[0]

    def reduced(self, options, case):
        """Returns the smallest case found that still differs."""
        tried = set()
        while True:
            candidates = [less for less in operations.smaller(case) if operations.written(less) not in tried]
            tried.update(map(operations.written, candidates))
            for less, expected, seen in zip(candidates, *self.both(options, candidates)):
                if expected != seen and self.differs(options, less):
                    case = less
                    break
            else:
                return case

    def print_difference(self, options, case):
        expected, seen = self.differs(options, case) or ("not again\n", "")
        text = shlex.quote(operations.written(case))
        oracle = "" if "action=die" in options or options == "off" else "oracle "
        print(f"differs with {options}: {operations.written(case)}")
        print(f"replay: build/tests/differential {oracle}case {text}")
        print(f"   and: LD_PRELOAD=build/libnosigpipe.so NOSIGPIPE_OPTIONS={options.replace('LOG', '/tmp/log')} "
              f"build/tests/differential case {text}")
        sys.stdout.writelines(difference(expected, seen))

    def first_difference(self, options, cases):
        """Returns a case whose runs differ, or None."""
        cases = [fit(case, options) for case in cases]
        for case, expected, seen in zip(cases, *self.both(options, cases)):
            if "cannot go on" in expected:
                sys.exit(f"{operations.written(case)}\n{expected}")
            if expected != seen:
                if self.differs(options, case):
                    return case
                self.once += 1
                print(f"differed once with {options}: {operations.written(case)}")
                sys.stdout.writelines(difference(expected, seen))
        return None


def kept():
    """Returns the cases of tests/fuzz/found: the lines that are not comments."""
    cases = []
    for name in sorted(os.listdir(FOUND)) if os.path.isdir(FOUND) else ():
        with open(os.path.join(FOUND, name), encoding="ascii") as file:
            cases += [operations.read(line) for line in file if line.strip() and not line.startswith("#")]
    return cases


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = sys.argv[2] if len(sys.argv) > 2 else str(random.SystemRandom().randrange(1 << 32))
    only = int(sys.argv[3]) if len(sys.argv) > 3 else None
    end = time.monotonic() + seconds
    print("seed", seed, flush=True)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(folder)

        def attempt(options, cases):
            case = runner.first_difference(options, cases)
            if case is not None:
                runner.print_difference(options, runner.reduced(options, case))
                sys.exit(1)

        for options in OPTIONS:
            attempt(options, kept())
        number = only or 0
        while time.monotonic() < end or number == only:
            rng = random.Random(f"{seed}/{number}")
            attempt(OPTIONS[number % len(OPTIONS)], [operations.make_case(rng) for _ in range(CASES)])
            count += CASES
            number += 1
    print(f"fuzzed: {count} cases, {runner.once} of which differed once, seed {seed}")


if __name__ == "__main__":
    main()
