"""Changes the shim's source in one place at a time, and checks that the tests notice.

mutants.py NUMBER SEED [FILE.c]...   (`make mutants`)

A mutant is the source with one operator, constant, condition or call changed. The script builds it
and runs the quick tests on it, those first which tests/mutants/tests names for its file. The first
failure kills the mutant, also a test that takes too long. A change that leaves the object as it was
is no mutant. NUMBER mutants are tried: a random choice, which is the same for the same sources and
SEED. The script prints a line for each, the survivors, and the counts. It fails where a survivor is
not listed as equivalent to the original, and where a listed mutant is killed or no longer exists.

tests/mutants/equivalent/FOLDER lists those of shim/FOLDER. Below its first line, each has a reason:

    FUNCTION CHANGE[, CHANGE]...: REASON, whose further lines begin with blanks

FUNCTION may also be a macro, a type, a variable or an enumerator. CHANGE is `< to <=`, `no !` or the
like, with (2/3) behind it for the second of three such changes in that function. Neither depends on
the names of variables, on comments or on the place of the function in its folder.
"""

import collections
import glob
import hashlib
import itertools
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from fnmatch import fnmatch

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
    """The reasons for the mutants of a list, by their keys (source.py)."""
    reasons = {}
    with open(path, encoding="utf-8") as lines:
        entries = re.sub(r"\n\s+", " ", lines.read()).splitlines()
    for entry in entries[1:]:
        match = re.fullmatch(r"(\w+) (\S.*?): (\S.*)", entry)
        if not match:
            sys.exit(f"{path}: not FUNCTION CHANGE: REASON: {entry!r}")
        for change in match[2].split(", "):
            reasons[os.path.basename(path), match[1], change] = match[3]
    return reasons


def read_tests(path):
    """The bats files to run, by patterns of sources."""
    tests = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            patterns, _, files = line.split("#")[0].partition(":")
            for pattern in patterns.split():
                tests["shim/" + pattern] = files.split()
    for pattern, files in tests.items():
        if not glob.glob(pattern) or not all(map(os.path.exists, map(test_file, files))):
            sys.exit(f"{path}: no such source or test: {pattern}: {' '.join(files)}")
    return tests


def test_file(test):
    return f"tests/shim/{test}.bats"


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
        environment = dict(os.environ, NOSIGPIPE_BUILD=self.build, LC_ALL="C.UTF-8",
                           NOSIGPIPE_PROGRAMS=os.path.join(ROOT, "build", "tests"),
                           BATS_TEST_TIMEOUT=str(seconds), TMPDIR=self.temporary)  # fmt: skip
        # A process namespace of its own, so that nothing that a mutant has left goes on.
        command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
                   "env", "--default-signal=PIPE",
                   "bats", "--formatter", "tap", "--filter-tags", "!slow,!bare", test_file(test)]  # fmt: skip
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
        matching = (tests for pattern, tests in self.tests.items() if fnmatch(mutant.path, pattern))
        return dict.fromkeys(itertools.chain(*matching))

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
            print(f"{number} {'killed' if failure else 'SURVIVED'} in {time.monotonic() - begun:.0f} s:"
                  f" {failure or ''}\n{mutant}", flush=True)  # fmt: skip


def main():
    number, seed = int(sys.argv[1]), int(sys.argv[2])
    paths = sys.argv[3:] or sorted(
        path for path in glob.glob("shim/**/*.[ch]", recursive=True)
        if not re.match(r"shim/(helper/|resident/|attach/|arch/(?!arch|x86_64))", path)
    )  # fmt: skip
    candidates = [mutant for path in paths for mutant in mutants_of(path)]
    reasons = {}
    for path in glob.glob("tests/mutants/equivalent/*"):
        reasons |= read_equivalent(path)
    found = collections.Counter(mutant.key() for mutant in candidates)
    stale = [] if sys.argv[3:] else [key for key in reasons if found[key] != 1]
    for key in stale:
        print(f"tests/mutants/equivalent/{' '.join(key)}: {found[key]} mutants instead of one")
    # By a hash, so that a change of one source does not make the others' mutants different ones.
    candidates.sort(key=lambda mutant: hashlib.sha256(
        repr((seed, mutant.path, mutant.key())).encode()).digest())  # fmt: skip
    run = Run(number, candidates, read_tests("tests/mutants/tests"))
    workers = [Worker(index) for index in range(WORKERS)]
    threads = [threading.Thread(target=run.work, args=[worker]) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    unexplained = [mutant for mutant in run.survivors if mutant.key() not in reasons]
    wrong = [mutant for mutant in run.killed if mutant.key() in reasons]
    for mutant in unexplained:
        print(f"survived: {mutant}")
    for mutant in wrong:
        print(f"killed, although listed as equivalent: {mutant}")
    print(f"{len(candidates)} possible mutants, {run.taken} tried: {len(run.killed)} killed,"
          f" {len(run.survivors) - len(unexplained)} equivalent, {len(unexplained)} survived")  # fmt: skip
    unsound = [test for test, sound in run.sound.items() if not sound]
    sys.exit(bool(unexplained or wrong or stale or unsound or not run.killed))


main()
