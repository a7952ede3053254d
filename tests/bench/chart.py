"""chart.py FIGURES.json: the chart, bars for a few results, as SVG."""

import json
import sys
from html import escape

from report import TITLES, columns, spread, what

WIDTH, LEFT, RIGHT = 760, 170, 150
BAR, GAP, GROUP = 14, 4, 34
MOST = 6  # a bar that would be longer is cut off
OURS = {"catch", "ignore", "mask", "flags"}


def chosen(figures):
    """(result, title): what most programs do, what goes wrong, and what a start costs."""
    found = [
        (result, what(result))
        for wanted in [("write", "null"), ("write", "pipe"), ("send", "tcp")]
        for result in figures["calls"]
        if (result["call"], result["target"], result["size"]) == (*wanted, 64)
    ]
    found += [
        (result, f"{what(result)} (1: SIGPIPE ignored)")
        for wanted in [("write", "broken pipe"), ("send", "broken unix")]
        for result in figures["broken"]
        if (result["call"], result["target"]) == wanted
    ]
    starts = [result for result in figures["starts"] if result["base"] == "empty"]
    return found + [(result, "a start (1: under an empty object)") for result in starts]


def draw_bar(name, variant, top):
    scale = (WIDTH - LEFT - RIGHT) / MOST
    end = LEFT + scale * min(variant["median"], MOST)
    low, high = (LEFT + scale * min(variant[key], MOST) for key in ("low", "high"))
    middle = top + BAR / 2
    lines = [
        f'<text x="{LEFT - 8}" y="{top + 11}" text-anchor="end">'
        f"{escape(TITLES.get(name, name))}</text>",
        f'<rect x="{LEFT}" y="{top}" width="{end - LEFT:.1f}" height="{BAR}"'
        f' class="{"ours" if name in OURS else "other"}"/>',
    ]
    if variant["median"] > MOST:
        lines.append(
            f'<path d="M{end - 8} {top - 1}l-5 {BAR + 2}" class="cut"/>'
        )
    elif high - low > 1:
        lines.append(f'<path d="M{low:.1f} {middle}H{high:.1f}" class="spread"/>')
    label = max(end, high) + 6
    lines.append(f'<text x="{label:.1f}" y="{top + 11}">{spread(variant)}</text>')
    return lines


def draw(figures):
    lines = []
    top = 46
    scale = (WIDTH - LEFT - RIGHT) / MOST
    for result, title in chosen(figures):
        lines.append(f'<text x="{LEFT}" y="{top}" class="title">{escape(title)}</text>')
        top += 8
        first = top
        for name in columns([result]):
            lines += draw_bar(name, result["variants"][name], top)
            top += BAR + GAP
        lines.append(f'<path d="M{LEFT + scale} {first}V{top - GAP}" class="one"/>')
        top += GROUP - GAP
    height = top
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            f' viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
            "<title>Time, as a ratio to the bare program</title>",
            "<style>.ours{fill:#1f6feb}.other{fill:#b0b7c0}.one{stroke:#000;stroke-dasharray:2 2}"
            ".spread{stroke:#000}.cut{stroke:#fff;stroke-width:3}.title{font-weight:bold}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="{LEFT}" y="20" font-size="15">Time as a ratio to the bare program'
            " (dashed: 1): median, quartiles</text>",
            *lines,
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    with open(sys.argv[1]) as figures_file:
        print(draw(json.load(figures_file)), end="")
