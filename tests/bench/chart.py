"""chart.py FIGURES.json: the chart of README.md as SVG: ours against what one would use instead."""

import json
import sys
from html import escape

from report import ratio

# As wide as GitHub shows a page, so that the text keeps its size.
WIDTH, MARGIN, LEFT, RIGHT = 830, 16, 306, 76
BAR, ROW, GROUP = 22, 30, 22

# (title, which result, its bars): two bars each.
GROUPS = [
    (
        "A write that succeeds (64 bytes, a pipe)",
        ("calls", {"call": "write", "target": "pipe", "size": 64}),
        {"catch": "nosigpipe", "masking": "SIGPIPE masked around each call"},
    ),
    (
        "A write to a broken pipe (1: SIGPIPE ignored)",
        ("broken", {"call": "write", "target": "broken pipe"}),
        {"catch": "nosigpipe", "masking": "SIGPIPE masked around each call"},
    ),
    (
        "The start of a program (true)",
        ("starts", {"base": "bare"}),
        {"catch": "nosigpipe", "ignored": "env --ignore-signal=PIPE"},
    ),
]

STYLE = """
.page { fill: #ffffff }
text { font: 16px sans-serif; fill: #1f2328 }
.title { font-weight: bold }
.ours { fill: #0969da }
.other { fill: #8c959f }
.one { stroke: #1f2328; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  text { fill: #e6edf3 }
  .ours { fill: #4493f8 }
  .other { fill: #6e7681 }
  .one { stroke: #e6edf3 }
}
"""


def chosen(figures):
    """(title, bars) for each group; a bar is (name, is it ours, variant)."""
    for title, (key, wanted), names in GROUPS:
        for result in figures[key]:
            if wanted.items() <= result.items():
                yield title, [
                    (label, name == "catch", result["variants"][name])
                    for name, label in names.items()
                ]


def draw(figures):
    groups = list(chosen(figures))
    most = max((variant["median"] for _, bars in groups for _, _, variant in bars), default=1)
    scale = (WIDTH - LEFT - RIGHT) / most
    lines = []
    top = 46
    for title, bars in groups:
        top += GROUP
        lines.append(f'<text x="{MARGIN}" y="{top}" class="title">{escape(title)}</text>')
        top += 12
        first = top
        for label, is_ours, variant in bars:
            length = scale * variant["median"]
            lines += [
                f'<text x="{LEFT - 12}" y="{top + 17}" text-anchor="end">{escape(label)}</text>',
                f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}"'
                f' class="{"ours" if is_ours else "other"}"/>',
                f'<text x="{LEFT + length + 8:.1f}" y="{top + 17}">{ratio(variant)}</text>',
            ]
            top += ROW
        lines.append(f'<path d="M{LEFT + scale:.1f} {first - 4}V{top - 4}" class="one"/>')
        top += 6
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}"'
            f' width="{WIDTH}" height="{top}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{top}" rx="6" class="page"/>',
            f'<text x="{MARGIN}" y="32">Time as a multiple of the time without nosigpipe'
            " (dashed line: 1). Shorter is better.</text>",
            *lines,
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    with open(sys.argv[1]) as figures_file:
        print(draw(json.load(figures_file)), end="")
