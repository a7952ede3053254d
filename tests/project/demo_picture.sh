#!/bin/sh
# Runs the demo on a terminal and prints what it shows there as an SVG, in the demo's own colours.
# Usage: demo_picture.sh [BUILD-FOLDER]

set -u

# script(1) is the terminal, which ends lines with a carriage return.
shown=$(unset NO_COLOR && TERM=xterm script -qec "'$(dirname -- "$0")/demo.sh' '${1-}'" /dev/null </dev/null | tr -d '\r')
case $shown in
*PASSED*) ;;
*)
    printf '%s\n' "$shown" >&2
    exit 1
    ;;
esac

printf '%s\n' "$shown" | awk '
    BEGIN {
        escape = sprintf("%c", 27)
        class["1"] = "bold"
        class["31"] = "red"
        class["32"] = "green"
        left = 20
        height = 20
        width = 800
    }

    # What stands behind an escape sequence, "ESC [ number m" (console_codes(4)), has its colour.
    function tagged(line,    parts, count, i, number, text, result) {
        gsub(/&/, "\\&amp;", line)
        gsub(/</, "\\&lt;", line)
        gsub(/>/, "\\&gt;", line)
        count = split(line, parts, escape "[[]")
        result = parts[1]
        for (i = 2; i <= count; i++) {
            number = text = parts[i]
            sub(/m.*/, "", number)
            sub(/^[0-9]*m/, "", text)
            if (text == "") continue
            result = result (number in class ? "<tspan class=\"" class[number] "\">" text "</tspan>" : text)
        }
        return result
    }

    { lines[NR] = "<text x=\"" left "\" y=\"" (NR + 1) * height "\">" tagged($0) "</text>" }

    END {
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"" width "\" height=\"" (NR + 2) * height "\"" \
            " viewBox=\"0 0 " width " " (NR + 2) * height "\">"
        print "<title>What `make demo` prints</title>"
        print "<style>"
        print "text { font: 15px ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; white-space: pre; fill: #1f2328 }"
        print ".page { fill: #f6f8fa; stroke: #d1d9e0 }"
        print ".bold { font-weight: bold }"
        print ".red { fill: #cf222e }"
        print ".green { fill: #1a7f37 }"
        print "@media (prefers-color-scheme: dark) {"
        print "  text { fill: #e6edf3 }"
        print "  .page { fill: #161b22; stroke: #3d444d }"
        print "  .red { fill: #ff7b72 }"
        print "  .green { fill: #56d364 }"
        print "}"
        print "</style>"
        print "<rect x=\"0.5\" y=\"0.5\" width=\"" width - 1 "\" height=\"" (NR + 2) * height - 1 "\" rx=\"6\" class=\"page\"/>"
        for (i = 1; i <= NR; i++) print lines[i]
        print "</svg>"
    }'
