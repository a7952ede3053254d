#!/usr/bin/env bats
# The page and the chart show the figures that were published, and a limit is a limit.

load ../lib/common

BENCH=$ROOT/tests/bench

@test "RESULTS.md shows the published figures" {
    run diff <(python3 -B "$BENCH/results.py" "$BENCH/figures.json") "$BENCH/RESULTS.md"
    assert_output ''
    assert_success
}

@test "the chart is drawn from the published figures, six bars for either theme" {
    run diff <(python3 -B "$BENCH/chart.py" "$BENCH/figures.json") "$BENCH/figures.svg"
    assert_output ''
    assert_success
    assert_equal "$(grep -c '<rect x=' "$BENCH/figures.svg")" 6
    grep -q 'prefers-color-scheme: dark' "$BENCH/figures.svg"
}

@test "the published figures are within the limits, and one that is not would be named" {
    run python3 -B -c '
import json, sys
sys.path.insert(0, sys.argv[1])
import exact
with open(sys.argv[1] + "/figures.json") as file:
    figures = json.load(file)["exact"]
print(exact.failures(figures))
figures["instructions"]["mask"]["send"] = 11
figures["system_calls"]["flags"] = 1
figures["memory"]["catch"]["dirty"] = 8193
print(*exact.failures(figures), sep="\n")' "$BENCH"
    assert_success
    assert_line --index 0 '[]'
    assert_line --index 1 --partial '8193 bytes'
    assert_line --index 2 --partial 'send takes 11 instructions'
    assert_line --index 3 --partial '1 system calls'
    assert_equal "${#lines[@]}" 4
}
