#!/bin/sh
# storm.sh MODE WRITES: storms (tests/fixtures/storm/storm.c) of so many broken writes in all, in
# NOSIGPIPE_OPTIONS=mode=MODE: with and without dispositions of the program's own, with every event
# counted and with none. Prints a line with what was counted and, where something is wrong, what.
# The status is 0 if nothing is.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
shim=$PWD/build/libnosigpipe.so
storm=${NOSIGPIPE_PROGRAMS:-$PWD/build/tests}/storm
mode=$1
writes=$2

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cd -- "$work" || exit
env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$storm" --oracle >oracle || exit

# The line that the storm printed, then the summaries of all processes, of the storm itself the last.
# What cannot be known exactly has a lower bound and, after "+", what may come to that.
judge() { # REGIME
    awk -v regime="$1" '
        function fail(text) { print "wrong: " regime ": " text; failed = 1 }
        function within(what, is, low, more) {
            if (is < low || is > low + more)
                fail(what ": " is " counted, not " low (more ? " to " low + more : ""))
        }
        NR == 1 {
            for (i = 1; i <= NF; i++) {
                at = index($i, "=")
                told[substr($i, 1, at - 1)] = substr($i, at + 1)
            }
            next
        }
        {
            match($0, / pid=[0-9]+/)
            pid = substr($0, RSTART + 5, RLENGTH - 5)
            match($0, / events=[0-9]+/)
            events = substr($0, RSTART + 8, RLENGTH - 8)
            if (pid != told["pid"]) {
                others += events
                next
            }
            own = events
            bounded = 0
            sub(/.* by_kind=/, "")
            gsub(/"/, "")
            for (i = 1; i <= NF; i++) {
                if ($i ~ /^(fifo|tcp6):/)
                    bounded += substr($i, index($i, ":") + 1)
            }
        }
        END {
            split(told["exact"], exact, "+")
            split(told["bounded"], more, "+")
            if (regime == "counted,choices")
                within("events and handlers", own + told["handled"], exact[1] + more[1], exact[2] + more[2])
            else if (regime == "counted,default") {
                within("events", own - bounded, exact[1], exact[2])
                within("events beside cancellations", bounded, more[1], more[2])
                within("events of programs started", others + 0, told["programs"], 0)
            }
            print told["answers"], own + 0, told["handled"], exact[2] + more[2]
            exit failed
        }'
}

answers=0 events=0 handled=0 unsure=0 failed=0
while read -r threads regime; do
    options=mode=$mode
    case $regime in counted*) options=$options,log=file:$work/log ;; esac
    env --default-signal=PIPE LD_PRELOAD="$shim" NOSIGPIPE_OPTIONS="$options" "$storm" \
        "$((writes / 4))" "$threads" oracle "${regime#*,}" >told 2>errors </dev/null
    status=$?
    [ "$status" = 0 ] || failed=1
    : >>log
    if [ -s told ]; then
        grep ' by_kind=' log | cat told - | judge "$regime" >judged || failed=1
        tail -n 1 judged >figures
        read -r a e h u <figures
        answers=$((answers + a)) events=$((events + e)) handled=$((handled + h)) unsure=$((unsure + u))
        grep '^wrong' judged
    fi
    [ "$status" = 0 ] || {
        echo "wrong: $regime, $threads threads: status $status"
        cat errors
    }
    rm -f log told errors
done <<END
8 counted,default
16 counted,choices
32 quiet,default
64 quiet,choices
END
echo "mode=$mode: $answers broken writes, all answered; $events events, $handled calls of own handlers, $unsure maybes"
exit "$failed"
