# For tests of visits to running processes: they compare what tests/fixtures/attach/blocking.c prints with visits
# and without.

ATTACH=${ATTACH:-$BUILD/nosigpipe-attach}

# Visitors: commands that are given PIDs; whether they were refused is seen elsewhere. Each visit by
# nosigpipe-attach does its whole work, since it is undone.
nobody() { # PID...
    :
}

by_attach() { # PID...
    "$ATTACH" visit '' "$@" >>"$BATS_TEST_TMPDIR/visited" 2>>"$BATS_TEST_TMPDIR/refused" || true
    "$ATTACH" release "$@" >>"$BATS_TEST_TMPDIR/released" 2>>"$BATS_TEST_TMPDIR/refused" || true
}

# The same with all visits at a time, since each may wait for the moment at which it does no harm.
by_attach_at_once() { # PID...
    local pid
    local -a started=()
    for pid; do
        by_attach "$pid" &
        started+=($!)
    done
    wait "${started[@]}"
}

# Makes a cgroup that gets a millisecond of CPU time in a second; cgroups(7), versions 2 and 1. Prints its folder.
throttled_group() {
    local top=/sys/fs/cgroup group
    [ -e "$top/cgroup.controllers" ] || top=$top/cpu
    group=$(mktemp -d "$top/nosigpipe.XXXXXX") || return
    if [ -e "$group/cpu.max" ]; then
        echo 1000 1000000 >"$group/cpu.max"
    else
        echo 1000000 >"$group/cpu.cfs_period_us" && echo 1000 >"$group/cpu.cfs_quota_us"
    fi || { rmdir "$group" && return 1; }
    echo "$group"
}

# The same in $THROTTLED, where threads may stop a second late. Outside they go on at once, so that what a call has
# returned is there before the next visit.
by_attach_throttled() { # PID...
    local pid
    for pid; do
        echo "$pid" >"$THROTTLED/cgroup.procs"
    done
    by_attach_at_once "$@"
    for pid; do
        echo "$pid" >"${THROTTLED%/*}/cgroup.procs"
    done
}

by_naive() { # [-t] FAULT PID...
    "$PROGRAMS/naive" "$@" || true
}

by_gdb() { # PID...
    local pid
    for pid; do
        gdb -nx -batch -p "$pid" -ex 'call (int) signal(13, 1)' >/dev/null 2>&1 || true
    done
}

# Prints what processes see that block while they are visited at least so often, and until they have handled so
# many signals each. Timed ways are visited for 3 seconds, and end meanwhile.
transcript() { # ROUNDS SIGNALS VISITOR... -- [OPTION]... WAY...
    local rounds=$1 signals=$2 line pids in out pid i
    local -a visitor=()
    shift 2
    while [ "$1" != -- ]; do
        visitor+=("$1")
        shift
    done
    shift
    rm -f "$BATS_TEST_TMPDIR"/{visited,released,refused}
    coproc BLOCKING { exec env -u LD_PRELOAD --default-signal=PIPE TMPDIR="$BATS_TEST_TMPDIR" timeout 150 "$PROGRAMS/blocking" "$@" 3>&-; }
    # bash closes its own two when the process ends.
    exec {in}>&"${BLOCKING[1]}" {out}<&"${BLOCKING[0]}"
    pid=$BLOCKING_PID
    read -r line pids <&"$out"
    [ "$line" = ready ] || { echo "$line $pids" && return 1; }
    # shellcheck disable=SC2086 # one word a PID
    case " $* " in
    *' timed '*)
        echo release >&"$in"
        SECONDS=0
        while [ "$SECONDS" -lt 3 ]; do
            "${visitor[@]}" $pids
        done
        ;;
    *)
        [ "$signals" = 0 ] || echo "signals $signals" >&"$in"
        for ((i = 0; i < rounds; i++)); do
            "${visitor[@]}" $pids
        done
        while [ "$signals" != 0 ] && ! read -r -t 0 -u "$out"; do
            "${visitor[@]}" $pids
        done
        line=
        [ "$signals" = 0 ] || read -r line <&"$out"
        [ "$signals" = 0 ] || [ "$line" = signalled ] || echo "$line"
        echo release >&"$in"
        ;;
    esac 2>/dev/null
    cat <&"$out"
    exec {in}>&- {out}<&-
    wait "$pid"
}

# The transcript with visits is that without.
assert_unnoticed() { # ROUNDS SIGNALS VISITOR... -- [OPTION]... WAY...
    transcript 0 "$2" nobody "${@:4}" >"$BATS_TEST_TMPDIR/without"
    transcript "$@" >"$BATS_TEST_TMPDIR/with"
    run diff "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
    assert_output ''
    assert [ -s "$BATS_TEST_TMPDIR/without" ]
}

# The transcript of a way or of several differs in these words, with this visitor. On a busy machine it can come too late
# to be noticed, once in a while.
assert_noticed() { # REGEXP ROUNDS SIGNALS VISITOR... -- [OPTION]... WAY...
    for _ in 1 2 3 4 5; do
        run transcript "${@:2}"
        ! [[ ${output:-} =~ $1 ]] || break
    done
    assert_output --regexp "$1"
    run transcript 0 "$3" nobody "${@:5}"
    refute_output --regexp "$1"
}

# Every process was guarded each time, and released.
assert_guarded() {
    run cat "$BATS_TEST_TMPDIR/refused"
    assert_output ''
    assert [ -s "$BATS_TEST_TMPDIR/visited" ]
    run grep -vE '^[0-9]+ [^:]+: guarded(, until .*)?$|^[0-9]+ processes: [0-9]+ [a-z]+, 0 refused$' "$BATS_TEST_TMPDIR/visited"
    assert_output ''
    run grep -vE '^[0-9]+ [^:]+: released$|^[0-9]+ processes: ' "$BATS_TEST_TMPDIR/released"
    assert_output ''
}

assert_refusals_explained() {
    run grep -vE '^nosigpipe: [0-9]+ blocking: .+; .+' "$BATS_TEST_TMPDIR/refused"
    assert_output ''
}
