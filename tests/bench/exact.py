"""What can be counted, and must not depend on the machine: instructions, system calls, bytes."""

import os
import re
import subprocess
import sys
import tempfile

from variants import BUILD, MODES, ROOT, VARIANTS, command

COST = os.path.join(BUILD, "tests", "cost")
CALL = os.path.join(BUILD, "bench", "call")

MOST_INSTRUCTIONS = 10
MOST_DIRTY = 8192
ROUNDS = 1000  # of each call, where system calls are counted


def instructions():
    """{mode: {call: added}}"""
    counts = {}
    for name in ["bare", *MODES]:
        variables = VARIANTS[name][1]
        output = subprocess.run(
            [
                os.path.join(ROOT, "tests", "bench", "instructions.sh"),
                variables.get("LD_PRELOAD", ""),
                variables.get("NOSIGPIPE_OPTIONS", ""),
            ],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout
        counts[name] = {call: int(count) for call, count in map(str.split, output.splitlines())}
        assert len(counts[name]) == 6, f"{name}: {output}"
    return {
        mode: {call: count - counts["bare"][call] for call, count in counts[mode].items()}
        for mode in MODES
    }


def count_system_calls(name):
    """Those of 6 times ROUNDS calls; the program marks their place by getppid(2)."""
    arguments, variables = command(name, [COST, "all", str(ROUNDS)])
    with tempfile.NamedTemporaryFile("r") as trace:
        preload = [f"-E{key}={variables.pop(key)}" for key in VARIANTS[name][1]]
        subprocess.run(
            ["strace", "-qq", "-o", trace.name, *preload, *arguments], env=variables, check=True
        )
        lines = [line.split("(")[0] for line in trace]
    first, last = [at for at, line in enumerate(lines) if line == "getppid"]
    return last - first - 1


def system_calls():
    """{mode: added to all the calls together}"""
    bare = count_system_calls("bare")
    assert bare >= 6 * ROUNDS
    return {mode: count_system_calls(mode) - bare for mode in MODES}


def read_memory(name):
    """The bytes that a process has mapped and dirtied, all and in the preloaded file's mappings.
    Dirtied is what it has a page of its own for: "Private_Dirty" would count the pages of a file
    that was just written, too (proc_pid_smaps(5)). Its addresses are not at random, so that stack and heap fill as many pages each time."""
    prefix, variables = command("bare", ["setarch", "-R", "env"])
    own = [f"{key}={value}" for key, value in VARIANTS[name][1].items()]
    prefix += [*own, "FILLER=" + "x" * (1000 - len("\0".join(own)))]
    with subprocess.Popen(
        [*prefix, CALL, "write", "null", "64"],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdin.write(b"1\n")
        process.stdin.flush()
        process.stdout.readline()
        with open(f"/proc/{process.pid}/smaps") as smaps:
            mappings = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", smaps.read(), flags=re.M)[1:]
        process.stdin.close()

    def total(field, of):
        return 1024 * sum(int(re.search(rf"^{field}: +(\d+) kB", text, re.M)[1]) for text in of)

    path = VARIANTS[name][1].get("LD_PRELOAD", "no preload")
    named = [text for text in mappings if path in text.splitlines()[0]]
    return {
        "mapped": total("Size", mappings),
        "dirty": total("Anonymous", mappings),
        "dirty in the file": total("Anonymous", named),
    }


def memory():
    """{variant: {"mapped": added bytes, "dirty": added bytes}}. "loader" is what the dynamic linker
    dirties itself for any preload, as one sees with the empty object; the others have it not."""
    bare = read_memory("bare")
    empty = read_memory("empty")
    loader = empty["dirty"] - empty["dirty in the file"] - bare["dirty"]
    added = {"loader": {"mapped": 0, "dirty": loader}}
    for name in ["empty", *MODES]:
        read = read_memory(name)
        added[name] = {
            "mapped": read["mapped"] - bare["mapped"],
            "dirty": read["dirty"] - bare["dirty"] - loader,
        }
    return added


def exact():
    return {
        "instructions": instructions(),
        "system_calls": system_calls(),
        "memory": memory(),
    }


def failures(figures):
    """A line for each figure that is more than it may be."""
    found = []
    for mode in MODES:
        if mode != "flags":
            found += [
                f"{mode}: {call} takes {added} instructions more, at most {MOST_INSTRUCTIONS}"
                for call, added in figures["instructions"][mode].items()
                if added > MOST_INSTRUCTIONS
            ]
        added = figures["system_calls"][mode]
        if added != 0:
            found.append(f"{mode}: {added} system calls added to {6 * ROUNDS} calls, not 0")
        dirty = figures["memory"][mode]["dirty"]
        if dirty > MOST_DIRTY:
            found.append(f"{mode}: {dirty} bytes dirtied, at most {MOST_DIRTY}")
    return found


if __name__ == "__main__":
    found = failures(exact())
    print(*found, sep="\n")
    sys.exit(bool(found))
