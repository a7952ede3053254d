#!/bin/sh
# soak.sh [WRITES]: a storm of so many broken writes in each mode (default: 10 million). Ends with a
# line "N passed, N failed"; the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
passed=0
failed=0
for mode in catch ignore mask flags; do
    if tests/stress/storm.sh "$mode" "${1:-10000000}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
