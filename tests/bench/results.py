#!/usr/bin/env python3
"""results.py FIGURES.json: the page RESULTS.md, the published figures as tables."""

import json
import sys
import textwrap

from report import by_base, exact_rows, markdown_table, ratio, spread, table

FIRST = """\
# What nosigpipe costs

`make bench-figures` measures these figures and writes this page. `make bench` measures them for you
and changes nothing.

![Time as a multiple of the time without nosigpipe](figures.svg)"""

EXPLAINED = """\
Each time is a ratio to the time of the bare program: the median of many turns in one session, with
the quartiles in parentheses. "Bare again" is a second bare process; its distance from 1 is the
precision of the other columns. "Mask each call" blocks SIGPIPE around each call, as libpq does;
"SIG_IGN" is `env --ignore-signal=PIPE`. The page shows some of {count} combinations of call, target and
size; [figures.json](figures.json) has all of them."""

COUNTED = """\
Counts are the same on every machine. "Container" is how the entrypoint starts a command: with a log and
`stdio=default`."""

DELIVERY = """\
`catch` costs the delivery of a signal here: "own handler" is a bare program whose handler does nothing."""

VARIES = """\
Each of these varies by more than a hundredth from turn to turn, and so does the bare program: see
the quartiles."""

# Of the many variants, those that the page shows.
COLUMNS = {
    "calls": ["bare again", "catch", "container", "ignore", "mask", "flags", "masking", "strace"],
    "threads": ["bare again", "catch", "masking"],
    "broken": ["catch", "ignore", "mask", "flags", "own handler", "masking"],
    "starts": ["bare", "catch", "ignored", "libeatmydata", "stdbuf", "socket_wrapper", "torsocks", "faketime"],
    "programs": ["bare again", "catch", "masking"],
}
TITLES = {
    "calls": "A call that succeeds",
    "threads": "From 1 and from 16 threads at once (the time of the CPUs)",
    "broken": "A broken write (1: SIGPIPE ignored)",
    "starts": "A start of `true` (1: with an empty library preloaded)",
    "programs": "Whole programs",
}


def some(figures, key):
    """The results that the page shows."""
    results = figures[key]
    if key == "calls":
        return [result for result in results if result["size"] == 64 and result["call"] in ("write", "send")]
    if key == "threads":
        return [result for result in results if result["threads"] in (1, 16)]
    if key == "starts":
        return by_base(results)[-1]
    return results


def worst(figures):
    """How far the medians of any successful call are from 1, in any mode but flags."""
    medians = [
        result["variants"][mode]["median"]
        for result in figures["calls"]
        for mode in ("catch", "container", "ignore", "mask")
    ]
    again = [result["variants"]["bare again"]["median"] for result in figures["calls"]]
    return textwrap.fill(
        f"Over all {len(figures['calls'])} combinations the medians of `catch`, `container`, `ignore` and `mask` lie"
        f" between {min(medians):.3f} and {max(medians):.3f}, those of \"bare again\" between"
        f" {min(again):.3f} and {max(again):.3f}. `mask` looks at each result, which takes one more return;"
        " where the kernel empties the CPU's return predictor at each entry (Safe RET, here), a return after"
        " a system call takes longer.",
        100,
    )


def as_markdown(figures):
    parts = [FIRST, f"Measured on {figures['machine']}.", EXPLAINED.format(count=len(figures["calls"]))]
    parts += ["## Counted", COUNTED, markdown_table(exact_rows(figures["exact"]))]
    for key, title in TITLES.items():
        results = [
            {
                **result,
                "variants": {
                    name: variant
                    for name, variant in result["variants"].items()
                    if name in COLUMNS[key] or name == result["base"]
                },
            }
            for result in some(figures, key)
        ]
        rows = table(results, spread if key in ("starts", "programs") else ratio)
        parts += [f"## {title}", markdown_table([row[:1] + row[2:] for row in rows])]
        if key == "calls":
            parts.append(worst(figures))
        if key == "broken":
            parts.append(DELIVERY)
        if key == "programs":
            parts.append(VARIES)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1]) as figures_file:
        print(as_markdown(json.load(figures_file)), end="")
