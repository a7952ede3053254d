#!/bin/sh
# instructions.sh PRELOAD [OPTIONS]: the instructions of one call that succeeds, a line for each:
# "write 12". Counted by valgrind, so they are exact: what so many calls more take more.

set -u
cost=$(dirname -- "$0")/../../build/tests/cost

# What the functions make_CALL, and all that they called, have executed. "Callgrind Format
# Specification" (Valgrind manual): a name stands where its number is first used; the line behind
# a "calls=" has the cost of what was called.
sums() { # COUNT
    env LD_PRELOAD="$preload" NOSIGPIPE_OPTIONS="$options" valgrind --tool=callgrind \
        --callgrind-out-file=/dev/stdout --log-file=/dev/null "$cost" all "$1" | awk '
        /^c?fn=/ {
            number = $1
            sub(/.*=/, "", number)
            if ($2) name[number] = $2
            if (/^fn=/) call = name[number] ~ /^make_/ ? substr(name[number], 6) : ""
        }
        call && /^[0-9+*-]/ { sum[call] += $2 }
        END { for (call in sum) print call, sum[call] }'
}

preload=$1
options=${2-}
{ sums 1000 && sums 3000; } | awk '
    $1 in some { print $1, ($2 - some[$1]) / 2000; next }
    { some[$1] = $2 }' | sort
