"""What is raced: calls that succeed, broken writes, start-ups. Each function returns a list of
results; a result is what was done, the base of its ratios, and the variants compared."""

import os

from race import CPUS, compare, race
from variants import BUILD, MODES, OTHERS, VARIANTS, command, environment, touches

CALL = os.path.join(BUILD, "bench", "call")
SPAWN = os.path.join(BUILD, "bench", "spawn")

# Of threads: long enough for each to have its turns on the CPUs.
BLOCK = 20_000_000

WRITES = ["write", "writev"]
SENDS = ["send", "sendto", "sendmsg", "sendmmsg"]
ALL_CALLS = [
    (call, target, size)
    for target in ["null", "pipe", "unix", "tcp"]
    for call in WRITES + (SENDS if target in ("unix", "tcp") else [])
    for size in (64, 4096, 65536)
]
QUICK_CALLS = [
    ("write", "null", 64),
    ("write", "pipe", 64),
    ("send", "unix", 64),
    ("send", "tcp", 64),
    ("sendmsg", "tcp", 4096),
]


def run(what, base, commands, seconds, **options):
    times = race(commands, seconds, **options)
    return {**what, "base": base, "variants": compare(times, base)}


def calls(combinations, seconds, sessions):
    """Calls that succeed. Of the others, those that interpose the call; but for TCP, in whose
    place socket_wrapper puts Unix sockets."""
    results = []
    for call, target, size in combinations:
        names = ["bare", "bare again", *MODES, "ignored", "masking", "strace"]
        if target != "tcp":
            names += [name for name in OTHERS if name in VARIANTS and touches(name, call)]
        commands = {name: command(name, [CALL, call, target, str(size)]) for name in names}
        what = {"call": call, "target": target, "size": size}
        results.append(run(what, "bare", commands, seconds, sessions=sessions))
    return results


def threads(counts, seconds, sessions):
    """The same from several threads at once, on all CPUs: the CPUs' time, see call.c."""
    results = []
    for call, target in [("write", "null"), ("send", "unix")]:
        for count in counts:
            arguments = [CALL, call, target, "64", str(count)]
            names = ["bare", "bare again", "catch", "masking"]
            commands = {name: command(name, arguments) for name in names}
            what = {"call": call, "target": target, "size": 64, "threads": count}
            results.append(
                run(
                    what, "bare", commands, seconds, sessions=sessions, cpus=set(CPUS), block=BLOCK
                )
            )
    return results


def broken(combinations, seconds, sessions):
    """Broken writes. A bare program dies of them, so that the base is an ignored signal."""
    results = []
    for call, target in combinations:
        arguments = [CALL, call, f"broken-{target}", "64"]
        commands = {
            name: command(name, arguments) for name in ["ignored", *MODES, "masking"]
        }
        commands["ignored again"] = command("ignored", arguments)
        commands["own handler"] = command("bare", arguments + ["0", "handler"])
        what = {"call": call, "target": f"broken {target}", "size": 64}
        results.append(run(what, "ignored", commands, seconds, sessions=sessions))
    return results


def starts(seconds, sessions):
    """posix_spawn of `true` to its end, where the child alone has the preload. Once with the bare
    start as the base, once with that under an object that is empty."""
    names = ["bare", "bare again", "empty", *MODES, "ignored", "masking", "strace"]
    names += [name for name in OTHERS if name in VARIANTS]
    commands = {}
    for name in names:
        prefix, variables = VARIANTS[name]
        prefix = ["/usr/bin/" + prefix[0], *prefix[1:]] if prefix else []
        values = [f"{key}={value}" for key, value in environment(**variables).items()]
        commands[name] = ([SPAWN, *values, "--", *prefix, "/bin/true"], environment())
    times = race(commands, seconds, sessions=sessions)
    return [
        {"call": "start", "base": base, "variants": compare(times, base)}
        for base in ("bare", "empty")
    ]
