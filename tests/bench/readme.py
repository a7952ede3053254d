#!/usr/bin/env python3
"""readme.py README.md FIGURES.json: puts the section "Figures" into README.md, between the lines
that mark it. With --check nothing is written; the status says whether it is there already."""

import json
import sys
import textwrap

from report import by_base, exact_rows, markdown_table, ratio, spread, table

FIRST = "<!-- made by `make bench-figures` -->\n"
LAST = "<!-- to here -->\n"

EXPLAINED = """\
Time as a ratio to the bare program, the median of many turns in one session; the quartiles are in
parentheses. "Bare again" is a second bare process: how far it is from 1 is how exact the others
can be. "Mask each call" blocks SIGPIPE around each call, as libpq does; "SIG_IGN" is
`env --ignore-signal=PIPE`. `make bench` measures all of it anew, {count} combinations of call, target
and size; [figures.json](tests/bench/figures.json) has them all."""

DELIVERY = """\
What `catch` costs here is the delivery of the signal: "own handler" is a bare program whose handler
does nothing."""

VARIES = """\
Each of these varies by more than a hundredth from turn to turn, the bare program too: the quartiles
tell how far."""

# Of the many variants, those with which README.md compares.
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
    "starts": "A start of `true` (1: under an empty object)",
    "programs": "Whole programs",
}


def some(figures, key):
    """The results that README.md shows."""
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
        " where the kernel's entry empties the CPU's predictor of returns (Safe RET, here), a return behind"
        " a system call takes longer.",
        100,
    )


def as_markdown(figures):
    parts = ["![The figures as bars](tests/bench/figures.svg)"]
    parts.append(f"On {figures['machine']}.")
    parts.append(EXPLAINED.format(count=len(figures["calls"])))
    parts += ["Counted, and so the same everywhere; \"container\" is what the entrypoint begins with, a log and `stdio=default`:", markdown_table(exact_rows(figures["exact"]))]
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
        parts += [f"{title}:", markdown_table([row[:1] + row[2:] for row in rows])]
        if key == "calls":
            parts.append(worst(figures))
        if key == "broken":
            parts.append(DELIVERY)
        if key == "programs":
            parts.append(VARIES)
    return "\n\n".join(parts) + "\n"


def with_section(text, section):
    before, rest = text.split(FIRST)
    _, after = rest.split(LAST)
    return f"{before}{FIRST}\n{section}\n{LAST}{after}"


def main():
    readme, figures = [argument for argument in sys.argv[1:] if argument != "--check"]
    with open(figures) as file:
        section = as_markdown(json.load(file))
    with open(readme) as file:
        text = file.read()
    made = with_section(text, section)
    if "--check" in sys.argv:
        sys.exit(made != text)
    with open(readme, "w") as file:
        file.write(made)


if __name__ == "__main__":
    main()
