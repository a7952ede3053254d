"""Random programs that handle, block, send and wait for signals, write to what is broken and start others:
with the library they answer as without.

With action=die a program ends as it does without the library. With the default action it answers as the oracle
does, which tests/programs/differential_oracle.h tells of. What man/libnosigpipe.7 states under LIMITS is left out,
by limits().

differential.py SECONDS [SEED [NUMBER]]: a number stands for some cases, all under the same options. They take turns;
FUZZ_OPTIONS="mode=catch mode=catch,action=die" is for these alone."""

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
    """Whether an operation is one of which the library promises nothing with these options; `inside` names what
    the operation is in."""
    mode = re.search("mode=([a-z]*)|$", options)[1]
    dies = "action=die" in options

    def is_limit(words, inside):
        text = " ".join(words)
        if mode in ("ignore", "mask"):
            # In a sandbox a signal that the program sends itself does not act, and one that pends stays.
            if words[0] == "no-new-privs":
                return True
            # Broken writes in stdio and system calls by number are not seen, so no action follows.
            if dies and (re.search("^write (dprintf|fwrite|syscall-)", text) or words[0] == "popen-write"):
                return True
        # Only the first thread's can be marked.
        if "thread" in inside and "pidfd" in text:
            return True
        # A quiet send leaves nothing pending where a context has blocked the signal.
        # In mode=ignore what pends there is dropped.
        if (mode == "ignore" or not re.search("action|log|stdio|storm|off", options)) and (words[0] == "context" or "block" in words):
            return True
        if mode == "mask":
            # The masks of contexts, of other signals' handlers and of waits in which one runs are the kernel's.
            if ("block" in words or words[0] == "context" or
                    re.search("^((rt_)?sigaction (?!PIPE)|wait ).*(PIPE|all)", text)):
                return True
            # A handler returns to the kernel's mask, whatever it has set.
            if (words[0] in ("signal", "sigaction", "rt_sigaction") and {"ignore", "unblock"} & set(words) and
                    "PIPE" not in words[:3]):
                return True
            # A vfork child that sets a disposition does so in its parent's memory.
            if "vfork" in inside and words[0] in ("signal", "sigaction", "rt_sigaction"):
                return True
            # A child past libc that makes children of its own.
            if "clone" in inside and len(set(inside) & {"clone", "vfork", "fork", "_Fork", "spawn"}) > 1:
                return True
            # What a broken write in stdio or a system call by number has left pending is there to be taken.
            if words[0] == "take":
                return True
            # Other threads take a handler from their next write or change of a mask on.
            if "thread" in inside and words[0] in ("signal", "sigaction", "rt_sigaction"):
                return True
        # The guard of a default with SA_NODEFER is interrupted by a sent signal that ends the program.
        if "log=" in options and re.search("sysv|(DFL|RESETHAND).*NODEFER", text):
            return True
        # There is no record then, either.
        if "log=" in options and words[0] == "no-new-privs":
            return True
        # In the other modes a write that went out in part is no event. sendfile's answer is no EPIPE where it
        # cannot put the offset.
        if dies and mode != "catch" and (words[0] == "partial" or re.search("sendfile.* ro ", text)):
            return True
        # A broken pipe on descriptor 1 is to be the end.
        return "stdio=default" in options and " out " in text
    return is_limit


def fit(case, options, inside=(), restricted=False):
    """The case without what is a limit."""
    is_limit = limits(options)
    fitted = []
    restricted = restricted or "no-new-privs" in operations.written(case)
    for words, block in case:
        # In a sandbox what a program sends itself by kill(2) cannot be marked, a one-shot handler is replaced in
        # memory alone, and a child whose sendfile cannot put its offset is not known by its answer.
        if restricted and re.search("kill|pidfd|RESETHAND|sysv|sendfile.* ro ", " ".join(words)):
            continue
        # Nor is a child that libc's fork has not made when it unblocks what it has left pending.
        if restricted and {"vfork", "clone"} & set(inside) and re.search("mask|sigrelse|sigset |wait|context", " ".join(words)):
            continue
        # What others send to a program that has the default is dropped, or waits for the next broken write.
        if re.search("mode=(ignore|mask)", options) and words[0] in ("kill-parent", "timer"):
            words = [words[0], "handled"]
        # A handler can run before the first instruction of a thread, and so before its mask is known.
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
    """The two runs, beside each other."""

    def __init__(self, folder):
        self.log = os.path.join(folder, "log")
        self.once = 0
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def environment(self, options):
        """The guard sees each broken write, so in mode=catch the log has one record for each."""
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
        """The transcripts of cases: what is to be, and what is."""
        texts = [operations.written(case) for case in cases]
        same = "action=die" in options or options == "off"
        common = self.environment(options)
        expected = self.pool.submit(self.run, texts, [] if same else ["oracle"], common)
        seen = self.run(texts, [], {**common, **self.with_library(options)})
        if os.path.exists(self.log):
            os.remove(self.log)
        if "mode=mask" not in options:
            return expected.result(), seen
        # A handler that runs as the call that blocks the signal returns is told that it is not blocked.
        shown = re.compile("(handler's mask: ).*")
        return [[shown.sub(lambda line: line[1] + hex(int(line[0].split()[-1], 0) & ~0x1000), answer)
                 for answer in answers] for answers in (expected.result(), seen)]

    def differs(self, options, case):
        """What a case differs in, if it does each time."""
        for _ in range(2):
            expected, seen = self.both(options, [case])
            if expected == seen or "cannot go on" in expected[0]:
                return None
        return expected[0], seen[0]

    def reduced(self, options, case):
        """The case without what it differs without, too."""
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

    def tell(self, options, case):
        expected, seen = self.differs(options, case) or ("not again\n", "")
        text = shlex.quote(operations.written(case))
        oracle = "" if "action=die" in options or options == "off" else "oracle "
        print(f"differs with {options}: {operations.written(case)}")
        print(f"replay: build/tests/differential {oracle}case {text}")
        print(f"   and: LD_PRELOAD=build/libnosigpipe.so NOSIGPIPE_OPTIONS={options.replace('LOG', '/tmp/log')} "
              f"build/tests/differential case {text}")
        sys.stdout.writelines(difference(expected, seen))

    def first_difference(self, options, cases):
        """A case whose runs differ, or None."""
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
    """The cases of tests/fuzz/found: the lines that are no comments."""
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
                runner.tell(options, runner.reduced(options, case))
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
