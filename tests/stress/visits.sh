#!/bin/sh
# visits.sh [VISITS [KIND]...]: visits processes that do much at once (tests/fixtures/attach/attach_storm.c), one of
# each kind after the other, so many times in all (default: 100000), by nosigpipe-attach, which guards and releases
# them in turn. VISITOR names another command, which gets the PID as its last argument.
# The status is 0 if no process was harmed or left stopped, and at least one visit was not refused.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
build=${NOSIGPIPE_BUILD:-$PWD/build}
storm=${NOSIGPIPE_PROGRAMS:-$build/tests}/attach_storm
attach=${ATTACH:-$build/nosigpipe-attach}
visits=${1:-100000}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- malloc fork spawn threads signals transfers rseq
each=$(((visits + $# - 1) / $#))

work=$(mktemp -d) || exit
pid=
end() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf -- "$work"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Its lines say what came of each visit.
visit() {
    if [ -n "${VISITOR-}" ]; then
        # shellcheck disable=SC2086 # it has arguments
        $VISITOR "$pid" && echo "$pid: guarded" || echo "$pid: refused" >&2
    else
        "$attach" visit '' "$pid"
        "$attach" release "$pid"
    fi
}

# The number of stops: a release is one as well.
count_visits() {
    grep -cE ': (guarded|released)' "$work/visited"
}

# Whether it has a thread in one of these states. A process that a visitor has told to stop takes a moment until it is
# stopped (T), and then does not end by itself.
has_thread() { # STATES
    grep -qs "^State:[[:space:]]*[$1]" "/proc/$pid"/task/*/status
}

# Visits until there were so many, or twice as many were refused.
storm_of() { # KIND
    : >"$work/visited"
    : >"$work/refused"
    : >"$work/said"
    # The storm runs until descriptor 8 is closed.
    mkfifo "$work/input" && exec 8<>"$work/input" || exit
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$storm" "$1" \
        <"$work/input" >"$work/said" 2>/dev/null 8>&- &
    pid=$!
    until [ -s "$work/said" ] || ! kill -0 "$pid" 2>/dev/null; do
        sleep 0.01
    done
    rm "$work/input"
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt $((3 * each)) ]; do
        visit >>"$work/visited" 2>>"$work/refused"
        tries=$((tries + 1))
        [ $((tries % 16)) != 0 ] && [ "$tries" -lt "$each" ] || [ "$(count_visits)" -lt "$each" ] || break
    done
    exec 8>&-
    while has_thread RSD && ! has_thread tT; do
        sleep 0.01
    done
    if has_thread tT; then
        stopped=$((stopped + 1))
        echo "left stopped: $1"
        kill -CONT "$pid"
    fi
    wait "$pid"
    status=$?
    pid=
    case $status in
    0) ;;
    77) sed 's/^/not run: /' "$work/said" ;;
    *)
        harmed=$((harmed + 1))
        echo "harmed: $1, status $status"
        sed 's/^/    /' "$work/said"
        ;;
    esac
    done=$((done + $(count_visits)))
    refused=$((refused + $(grep -c . "$work/refused")))
    sed 's/^[^:]*: [0-9]* *//' "$work/refused" | sort | uniq -c | sort -rn | head -n 5 |
        sed "s/^/refused: $1:/"
}

harmed=0 stopped=0 done=0 refused=0
for kind in "$@"; do
    storm_of "$kind"
done
echo "$done visits, $refused refused: $harmed processes harmed, $stopped left stopped"
[ "$harmed$stopped" = 00 ] && [ "$done" -gt 0 ]
