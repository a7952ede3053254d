#!/bin/sh
# soak.sh [WRITES [VISITS]]: a storm of so many broken writes in each mode (default: 10 million), and so many
# visits to processes that do much at once (default: 100,000; visits.sh). Ends with a line "N passed, N failed";
# the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
passed=0
failed=0
count() { # COMMAND...
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}
for mode in catch ignore mask flags; do
    count tests/stress/storm.sh "$mode" "${1:-10000000}"
done
# The keeper: as many lines, and a reader that is killed a hundred times.
count env LINES="${1:-10000000}" KILLS=100 BATS_TEST_TMPDIR="${TMPDIR:-/tmp}" \
    python3 -B tests/cli/keep.py storm build/nosigpipe-entrypoint --no-preload --keep-output
[ ! -x build/nosigpipe-attach ] || count tests/stress/visits.sh "${2:-100000}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
