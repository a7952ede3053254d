"""What the fuzzers of the scripts share: shells to run them under, and a search that a seed repeats.

Only the random numbers of "SEED/NUMBER" make a case, so a single case can be repeated:
NAME.py SECONDS [SEED [NUMBER]]. The last line, "fuzzed: ...", gives the number of cases."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
CANARY = "canary"  # the file that exists if a shell has run a text
TRAPS = [
    b"$(touch canary)", b"`touch canary`", b"${x:=$(touch canary)}", b"; touch canary;", b"|touch canary",
    b"'$(touch canary)'", b'"$(touch canary)"', b"\ntouch canary\n", b"\\$(touch canary)", b"$((1/0))",
    b"a[$(touch canary)]", b"%s%n%d", b"\\c\\0101", b"*", b"?", b"[a-", b"~root", b"!", b"$", b"\\", b"'",
    b'"', b" ", b"\t", b"\n", b"\r", b"\x1b[31m", b"\x7f", b"\xff\xfe", b"\xc3\xa4", b"\xc2\x85", b"=", b",",
    b":", b";", b"/", b"-", b"--", b"-e", b"-n", b"0", b"-1", b"08", b"0x1f", b"99999999999999999999",
    b"1e3", b"=" * 40, b"x" * 300]


class Wrong(Exception):
    """A case failed."""


def check(condition, message):
    if not condition:
        raise Wrong(message)


def text(rng, most=4):
    """Bytes without a NUL, some of which are special to a shell."""
    parts = []
    for _ in range(rng.randrange(most) + 1):
        if rng.random() < 0.6:
            parts.append(rng.choice(TRAPS))
        else:
            parts.append(bytes(rng.choice(b"abcxyz019._-/ ") for _ in range(rng.randrange(8))))
    return b"".join(parts)


def mutated(rng, data):
    """Changes, removes and adds bytes, and puts in numbers at which programs fail."""
    data = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        way = rng.randrange(6)
        if way == 0:
            del data[at:]
        elif way == 1:
            data[at:at + 1] = bytes([rng.randrange(256)])
        elif way == 2:
            data[at:at + 8] = rng.choice((0, 1, 1 << 31, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)).to_bytes(8, "little")
        elif way == 3:
            data[at:at + 4] = rng.choice((0, 3, 1 << 31, (1 << 32) - 1)).to_bytes(4, "little")
        elif way == 4:
            data[at:at] = rng.choice(TRAPS)
        else:
            del data[at:at + rng.randrange(16)]
    return bytes(data)


class Shells:
    """dash with the system's tools, with each awk, and busybox with only its own tools."""

    def __init__(self, folder):
        box = os.path.join(folder, "box")
        os.mkdir(box)
        subprocess.run(["busybox", "--install", "-s", box], check=True)
        self.all = {
            "dash": (shutil.which("dash"), os.environ["PATH"]),
            "busybox": (os.path.join(box, "sh"), box)}
        for awk in ("mawk", "gawk"):
            if shutil.which(awk):
                named = os.path.join(folder, awk)
                os.mkdir(named)
                os.symlink(shutil.which(awk), os.path.join(named, "awk"))
                self.all[awk] = (shutil.which("dash"), named + ":" + os.environ["PATH"])

    def run(self, shell, script, arguments, cwd, environment=None, seconds=300):
        """Returns the status, output and errors of a script. The time limit is long, for a machine that is busy."""
        program, path = self.all[shell]
        given = {b"PATH": os.fsencode(path), b"HOME": b"/"}
        given.update(environment or {})
        ended = subprocess.run(
            [program, os.path.join(BUILD, script)] + arguments, cwd=cwd, env=given, timeout=seconds,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        check(not os.path.exists(os.path.join(os.fsencode(cwd), CANARY.encode())), "a shell has run a text")
        return ended.returncode, ended.stdout, ended.stderr


def search(try_one):
    """Calls try_one(rng, shells, folder, note) until the time is over. Prints a case that fails, with its notes."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = sys.argv[2] if len(sys.argv) > 2 else str(random.SystemRandom().randrange(1 << 32))
    only = int(sys.argv[3]) if len(sys.argv) > 3 else None
    print("seed", seed, flush=True)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        shells = Shells(folder)
        count = 0
        while time.monotonic() < end if only is None else count == 0:
            number = only if only is not None else count
            work = os.path.join(folder, "work")
            os.mkdir(work)
            notes = []
            try:
                try_one(random.Random(f"{seed}/{number}"), shells, work, notes.append)
            except Exception as wrong:  # an unexpected exception is a finding, too
                print(f"{wrong!r}\nrepeat it with: {sys.argv[0]} 0 {seed} {number}")
                for line in notes:
                    print(f"  {line}")
                sys.exit(1)
            shutil.rmtree(work)
            count += 1
    print(f"fuzzed: {count} cases, seed {seed}")
