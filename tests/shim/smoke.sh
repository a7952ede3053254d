#!/bin/sh
# Makes each call that writes, on each kind of broken descriptor and from each kind of place, in each
# mode, and compares with the same program bare: `make smoke`. Needs a compiler and make alone.
# Ends with a line "N passed, N failed"; the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/tap.sh
unset LD_PRELOAD NOSIGPIPE_OPTIONS

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Both set the disposition of SIGPIPE, whichever one this script has inherited.
bare() { # [ARGUMENT]...
    env --default-signal=PIPE build/tests/matrix "$@"
}

oracle() {
    env --ignore-signal=PIPE build/tests/matrix
}

protected() { # MODE [ARGUMENT]...
    mode=$1
    shift
    env --default-signal=PIPE build/nosigpipe --mode="$mode" build/tests/matrix "$@"
}

# Prints the first differences only.
same() { # FILE FILE
    cmp -s "$1" "$2" || { diff "$1" "$2" | head -n 20 && false; }
}

# Where a bare program survives a broken write, the other checks would prove nothing.
dies_bare() {
    bare >/dev/null 2>&1
    status=$?
    echo "status $status, not 141 (SIGPIPE)"
    [ "$status" = 141 ]
}

answers() { # MODE
    protected "$1" >"$work/answers" && same "$work/oracle" "$work/answers"
}

handles() { # MODE
    protected "$1" --handled >"$work/handled" && same "$work/bare" "$work/handled"
}

oracle >"$work/oracle" && bare --handled >"$work/bare" || exit
check 'bare, a broken write ends the program' dies_bare
for mode in catch ignore mask flags; do
    check "mode=$mode: the program lives, and each call answers as where SIGPIPE is ignored" answers "$mode"
    check "mode=$mode: a handler of the program's own runs as often as bare" handles "$mode"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
