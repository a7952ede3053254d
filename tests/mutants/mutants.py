"""Changes the shim's source in one place at a time, and sees whether the tests notice.

mutants.py NUMBER SEED [FILE.c]...   (`make mutants`)

A mutant is one operator, constant, condition or call changed. It is built, and the quick tests run
on it, those first which tests/mutants/tests names for its file; it is killed at the first failure,
also by a test that takes too long. What the compiler makes the same object of is no mutant. A
survivor must be one of tests/mutants/equivalent*, which say of each why no test can tell it from
the original. NUMBER mutants are taken, by chance and yet the same ones for the same sources and
SEED. Prints a line for each, what survived, and the counts.
"""

import glob
import hashlib
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from source import mutants_of

ROOT = os.getcwd()
WORK = os.path.join(ROOT, "build", "mutants")
WORKERS = 2
# Of quick.sh: the shortest first.
SECTIONS = (
    "options early_constructor early_counted early_preinit early_ifunc logfmt json ends policy rules"
    " absent units sent transcript_masks transcript_handlers transcript_taken transcript_threads"
    " transcript_waits transcript_one_shot transcript_survival transcript_sent seccomp hostile"
    " children transcript_children transcript_cancel threads matrix flags mask handled"
    " transcript_dispositions"
).split()
# For one test, and four times that for a file.
SECONDS = 60

def read_equivalent(path):
    """The reasons, by key; see the head of that file."""
    reasons = {}
    with open(path, encoding="utf-8") as lines:
        for part in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", lines.read())):
            match = re.fullmatch(r"\s*(shim/\S+)\n- (.*)\n\+ (.*)\n(\S[^$]*)", part + "\n")
            if match:
                reasons[match[1], match[2], match[3]] = " ".join(match[4].split())
            elif part.strip():
                sys.exit(f"{path}: not file, line before, line after and reason: {part.strip()!r}")
    return reasons


def read_tests(path):
    """The bats files to run, by source; those of `*` for every source."""
    tests = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                tests[words[0]] = words[1:]
    return tests


class Worker:
    """A copy of the tree, in which objects are made; the tests are run where they are."""

    def __init__(self, number):
        self.folder = os.path.join(WORK, str(number))
        self.build = os.path.join(self.folder, "build")
        self.temporary = os.path.join(self.folder, "tmp")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.temporary, exist_ok=True)
        for name in ("Makefile", "shim", "scripts", "tests"):
            subprocess.run(["cp", "-Rp", name, self.folder], check=True)
        os.makedirs(self.build, exist_ok=True)
        os.symlink(os.path.join(ROOT, "build", "tests"), os.path.join(self.build, "tests"))
        if not self.make():
            sys.exit("mutants.py: the source as it is cannot be built")
        with open(self.object(), "rb") as file:
            self.original = file.read()

    def object(self):
        return os.path.join(self.build, "libnosigpipe.so")

    def make(self):
        # Without debug information two objects of the same code are the same.
        command = ["make", "-s", "-C", self.folder, "CFLAGS=-O2", "WARNINGS=-w", "all"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def builds(self, mutant):
        """Whether there is an object, and another one than before."""
        with open(os.path.join(self.folder, mutant.path), "w", encoding="utf-8") as source:
            source.write(mutant.mutated)
        if not self.make():
            return False
        with open(self.object(), "rb") as file:
            return file.read() != self.original

    def output(self, section):
        """What a section of quick.sh prints, with nothing of it left running."""
        command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                   "sh", "tests/mutants/quick.sh", self.build, section]  # fmt: skip
        environment = dict(os.environ, TMPDIR=self.temporary, LC_ALL="C.UTF-8")
        with open(os.path.join(self.folder, "output"), "wb+") as output:
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                           stderr=subprocess.STDOUT, check=False)  # fmt: skip
            output.seek(0)
            return output.read()

    def restore(self, mutant):
        shutil.copyfile(mutant.path, os.path.join(self.folder, mutant.path))

    def fails(self, test, seconds):
        """What the first failure of a bats file is, or None. All that it has started ends."""
        test = f"tests/shim/{test}.bats"
        environment = dict(os.environ, NOSIGPIPE_BUILD=self.build, LC_ALL="C.UTF-8",
                           NOSIGPIPE_PROGRAMS=os.path.join(ROOT, "build", "tests"),
                           BATS_TEST_TIMEOUT=str(seconds), TMPDIR=self.temporary)  # fmt: skip
        # A process namespace of its own, so that nothing that a mutant has left goes on.
        command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                   "env", "--default-signal=PIPE",
                   "bats", "--formatter", "tap", "--filter-tags", "!slow,!bare", test]  # fmt: skip
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL, errors="replace",
                              stderr=subprocess.STDOUT, start_new_session=True) as bats:  # fmt: skip
            end = threading.Timer(4 * seconds, bats.send_signal, [signal.SIGKILL])
            end.start()
            failure = None
            for line in bats.stdout:
                if line.startswith("not ok"):
                    failure = line.strip()
                    bats.send_signal(signal.SIGKILL)
                    break
            end.cancel()
            bats.stdout.close()
        if failure is None and bats.returncode != 0:
            failure = f"{test}: status {bats.returncode}"
        return failure


class Run:
    def __init__(self, number, candidates, tests):
        self.number = number
        self.candidates = queue.SimpleQueue()
        for mutant in candidates:
            self.candidates.put(mutant)
        self.tests = tests
        self.sound = {}
        self.original = Worker(WORKERS)
        self.expected = {section: self.original.output(section) for section in SECTIONS}
        for section in SECTIONS:
            if self.original.output(section) != self.expected[section]:
                sys.exit(f"mutants.py: {section} of quick.sh is not the same twice")
        self.lock = threading.Lock()
        self.taken = 0
        self.killed = []
        self.survivors = []

    def tests_for(self, mutant):
        first = self.tests.get(mutant.path, [])
        return first + [test for test in self.tests["*"] if test not in first]

    def is_sound(self, test):
        """Whether a bats file passes on the source as it is: one that does not kills nothing."""
        with self.lock:
            if test not in self.sound:
                failure = self.original.fails(test, SECONDS)
                self.sound[test] = failure is None
                if failure:
                    print(f"without a change: {failure}", flush=True)
            return self.sound[test]

    def verdict(self, worker, mutant):
        for section in SECTIONS:
            if worker.output(section) != self.expected[section]:
                return f"{section} of quick.sh"
        if os.environ.get("MUTANTS_QUICKLY"):
            return None
        for test in self.tests_for(mutant):
            failure = worker.fails(test, SECONDS) if self.is_sound(test) else None
            if failure:
                return failure
        return None

    def work(self, worker):
        while not self.candidates.empty():
            mutant = self.candidates.get()
            with self.lock:
                if self.taken >= self.number:
                    return
            if worker.builds(mutant):
                self.try_one(worker, mutant)
            worker.restore(mutant)

    def try_one(self, worker, mutant):
        with self.lock:
            if self.taken >= self.number:
                return
            self.taken += 1
            number = self.taken
        begun = time.monotonic()
        failure = self.verdict(worker, mutant)
        shutil.rmtree(worker.temporary, ignore_errors=True)
        os.makedirs(worker.temporary, exist_ok=True)
        with self.lock:
            (self.killed if failure else self.survivors).append(mutant)
            print(f"{number} {mutant.path}:{mutant.line} {'killed' if failure else 'SURVIVED'}"
                  f" in {time.monotonic() - begun:.0f} s: {failure or ''}\n"
                  f"  - {mutant.before}\n  + {mutant.after}", flush=True)  # fmt: skip


def main():
    number, seed = int(sys.argv[1]), int(sys.argv[2])
    paths = sys.argv[3:] or sorted(
        path for path in glob.glob("shim/**/*.[ch]", recursive=True)
        if not re.match(r"shim/(helper/|arch/(?!arch|x86_64))", path)
    )  # fmt: skip
    candidates = [mutant for path in paths for mutant in mutants_of(path)]
    reasons = {}
    for path in sorted(glob.glob("tests/mutants/equivalent*")):
        reasons |= read_equivalent(path)
    stale = reasons.keys() - {mutant.key() for mutant in candidates} if not sys.argv[3:] else ()
    for path, before, _ in stale:
        print(f"tests/mutants/equivalent*: {path} has no such mutant any more: {before}")
    # By a hash, so that a change of one source does not make the others' mutants different ones.
    candidates.sort(key=lambda mutant: hashlib.sha256(repr((seed, mutant.key())).encode()).digest())
    run = Run(number, candidates, read_tests("tests/mutants/tests"))
    workers = [Worker(index) for index in range(WORKERS)]
    threads = [threading.Thread(target=run.work, args=[worker]) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unexplained = [mutant for mutant in run.survivors if mutant.key() not in reasons]
    for mutant in unexplained:
        print(f"survived: {mutant.path}:{mutant.line}\n  - {mutant.before}\n  + {mutant.after}")
    print(f"{len(candidates)} possible mutants, {run.taken} tried: {len(run.killed)} killed,"
          f" {len(run.survivors) - len(unexplained)} equivalent, {len(unexplained)} survived")  # fmt: skip
    unsound = [test for test, sound in run.sound.items() if not sound]
    sys.exit(bool(unexplained or stale or unsound or not run.killed))


main()
