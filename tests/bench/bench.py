#!/usr/bin/env python3
"""bench.py [--quick | --publish]: measures, prints tables and bars, writes build/bench.json and
build/bench.svg. The status is 1 where a figure that can be counted is over its limit; times never
decide."""

import json
import os
import platform
import re
import sys
import time

import chart
import exact
import measure
import programs
import race
import report
from variants import BUILD


def machine():
    with open("/proc/cpuinfo") as file:
        cpuinfo = file.read()
    with open("/etc/os-release") as file:
        system = re.search(r'^PRETTY_NAME="?([^"\n]*)', file.read(), re.M)[1]
    model = re.search(r"^model name\s*: (.*)", cpuinfo, re.M)
    kind = "virtual CPUs" if re.search(r"^flags.* hypervisor( |$)", cpuinfo, re.M) else "CPUs"
    kernel = re.match(r"[0-9.]*[0-9]", platform.release())[0]
    return (
        f"{len(race.CPUS)} {kind} ({model[1] if model else platform.machine()}), "
        f"Linux {kernel}, {system}, {' '.join(platform.libc_ver())}"
    )


# For each whole program, which varies from turn to turn by more than what is looked for.
SECONDS, SECONDS_TO_PUBLISH = 14, 120


def measure_all(quick, seconds):
    said = time.monotonic()

    def section(title, function, *arguments):
        nonlocal said
        print(f"{title} ...", end="", file=sys.stderr, flush=True)
        results = function(*arguments)
        now = time.monotonic()
        print(f" {now - said:.0f} s", file=sys.stderr)
        said = now
        return results

    counts = [1, 16] if quick else [1, 2, 4, 8, 16]
    pairs = [("write", "pipe"), ("write", "unix"), ("send", "unix")]
    if not quick:
        pairs += [("write", "tcp"), ("send", "tcp")]
    return {
        "machine": machine(),
        "exact": section("counting", exact.exact),
        "calls": section(
            "calls",
            measure.calls,
            measure.QUICK_CALLS if quick else measure.ALL_CALLS,
            1.2 if quick else 2.2,
            2,
        ),
        "threads": section("threads", measure.threads, counts, 0.5 if quick else 1.2, 2),
        "broken": section("broken writes", measure.broken, pairs, 1 if quick else 2, 2),
        "starts": section("starts", measure.starts, 5 if quick else 40, 1),
        "programs": [] if quick else section("programs", programs.programs, seconds),
    }


def save(figures):
    """One result a line."""
    lines = []
    for key, value in figures.items():
        if isinstance(value, list):
            rows = ",\n".join("  " + json.dumps(row) for row in value)
            value = f"[\n{rows}\n ]" if value else "[]"
        else:
            value = json.dumps(value)
        lines.append(f" {json.dumps(key)}: {value}")
    with open(os.path.join(BUILD, "bench.json"), "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    with open(os.path.join(BUILD, "bench.svg"), "w") as file:
        file.write(chart.draw(figures))


def main():
    race.stay_off_the_quiet_cpu()
    seconds = SECONDS_TO_PUBLISH if "--publish" in sys.argv else SECONDS
    figures = measure_all("--quick" in sys.argv, seconds)
    save(figures)
    print(report.as_text(figures))
    failures = exact.failures(figures["exact"])
    if failures:
        print("\nOver the limit:", *failures, sep="\n  ")
    sys.exit(bool(failures))


main()
