#!/usr/bin/env python3
"""report.py FILE: the figures of a bench.json as tables and bars for a terminal."""

import json
import sys

import goals

COLUMNS = ["bare again", "catch", "container", "ignore", "mask", "flags", "ignored", "masking", "strace"]
OTHERS = ["libeatmydata", "torsocks", "socket_wrapper", "stdbuf", "faketime"]
TITLES = {
    "bare again": "bare again",
    "ignored": "SIG_IGN",
    "ignored again": "SIG_IGN again",
    "empty": "empty object",
    "masking": "mask each call",
    "strace": "strace -f",
    "own handler": "own handler",
}
TARGETS = {
    "null": "/dev/null",
    "pipe": "a pipe",
    "unix": "a Unix socket",
    "tcp": "TCP on loopback",
    "broken pipe": "a broken pipe",
    "broken unix": "a broken Unix socket",
    "broken tcp": "broken TCP",
}


def size(number):
    return f"{number} B" if number < 1024 else f"{number // 1024} KiB"


def what(result):
    if "target" not in result:
        return result["call"]
    text = f"{result['call']}, {TARGETS[result['target']]}, {size(result['size'])}"
    if "threads" in result:
        count = result["threads"]
        text += f", {count} thread{'s' if count > 1 else ''}"
    return text


def ratio(variant):
    if variant["median"] >= 10:
        return f"{variant['median']:.0f}"
    return f"{variant['median']:.3f}" if variant["median"] < 2 else f"{variant['median']:.2f}"


def spread(variant):
    digits = 0 if variant["median"] >= 10 else 3 if variant["median"] < 2 else 2
    low, high = (f"{variant[key]:.{digits}f}" for key in ("low", "high"))
    return f"{ratio(variant)} ({low}-{high})"


def columns(results):
    """The variants of any of the results in the order of the columns, the base left out."""
    seen = {name for result in results for name in result["variants"]}
    known = ["bare", "ignored again", "empty", *COLUMNS, "own handler", *OTHERS]
    return [name for name in known if name in seen and name != results[0]["base"]]


def cells(result, names, show):
    variants = result["variants"]
    return [show(variants[name]) if name in variants else "" for name in names]


def table(results, show=ratio):
    """Rows of text: the base's time, then the ratios to it."""
    names = columns(results)
    base = TITLES.get(results[0]["base"], results[0]["base"])
    rows = [["", f"{base}, ns", *(TITLES.get(name, name) for name in names)]]
    for result in results:
        time = result["variants"][result["base"]]["ns"]
        rows.append(
            [what(result), f"{time:.3g}" if time < 100 else f"{time:.0f}"]
            + cells(result, names, show)
        )
    return rows


def by_base(results):
    """Groups of results that one table can show."""
    bases = dict.fromkeys(result["base"] for result in results)
    return [[result for result in results if result["base"] == base] for base in bases]


def text_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def markdown_table(rows):
    lines = [rows[0], ["---"] + ["--:"] * (len(rows[0]) - 1), *rows[1:]]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def bars(result):
    """A bar for each variant; where it would be longer than the line, it ends in an arrow."""
    room, unit = 60, 20
    lines = [what(result)]
    for name in [result["base"], *columns([result])]:
        variant = result["variants"][name]
        length = round(variant["median"] * unit)
        bar = "█" * length if length <= room else "█" * (room - 1) + "▶"
        lines.append(f"  {TITLES.get(name, name):>14} {bar} {spread(variant)}")
    return "\n".join(lines)


def exact_rows(figures):
    rows = [["", *figures["instructions"]]]
    modes = rows[0][1:]
    for call in sorted(figures["instructions"]["catch"]):
        rows.append(
            [f"instructions added to {call}"]
            + [str(figures["instructions"][mode][call]) for mode in modes]
        )
    rows.append(
        ["system calls added to 6000 calls"]
        + [str(figures["system_calls"][mode]) for mode in modes]
    )
    for key, title in (("dirty", "bytes dirtied"), ("mapped", "bytes mapped")):
        rows.append([title] + [str(figures["memory"][mode][key]) for mode in modes])
    return rows


def plain(figures):
    """Which of the results a reader wants to see first."""
    return [result for result in figures["calls"] if result["size"] == 64]


def as_text(figures):
    parts = [figures["machine"], "What is counted: the same on every machine"]
    parts.append(text_table(exact_rows(figures["exact"])))
    for key, title in SECTIONS:
        if figures[key]:
            parts.append(title)
        for results in by_base(figures[key]):
            parts.append(text_table(table(results, SHOWN.get(key, ratio))))
    for result in plain(figures)[:1] + figures["broken"][:1] + figures["starts"][1:]:
        parts.append(bars(result))
    parts += ["Goals", goals.as_text(figures)]
    return "\n\n".join(parts)


SECTIONS = [
    ("calls", "Calls that succeed: time, as ratios to the bare call"),
    ("threads", "From several threads at once"),
    ("broken", "Broken writes: time, as ratios to the call with SIGPIPE ignored"),
    ("starts", "Start-up, posix_spawn of `true` to its end: to the bare one, and to an empty object's"),
    ("programs", "Whole programs: time of a request, a block or a transaction"),
]
SHOWN = {"programs": spread}


if __name__ == "__main__":
    with open(sys.argv[1]) as figures_file:
        print(as_text(json.load(figures_file)))
