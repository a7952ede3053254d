# For the tests of nosigpipe-audit.
# shellcheck disable=SC2154 # `run` sets output, stderr and status

load ../lib/common
bats_require_minimum_version 1.5.0

# The shells and awks that the audit has to run under: dash with each awk that is there, and busybox
# with no tool but its own.
setup_file() {
    local awk
    export VARIANTS=busybox
    mkdir "$BATS_FILE_TMPDIR/busybox"
    busybox --install -s "$BATS_FILE_TMPDIR/busybox"
    for awk in mawk gawk; do
        if command -v "$awk" >/dev/null; then
            VARIANTS="$VARIANTS $awk"
            mkdir "$BATS_FILE_TMPDIR/$awk"
            ln -s "$(command -v "$awk")" "$BATS_FILE_TMPDIR/$awk/awk"
        fi
    done
}

setup() {
    started=()
}

# The number of one that has ended may be another process's by now.
teardown() {
    local pid
    for pid in "${started[@]}"; do
        jobs -pr | grep -q -x -e "$pid" || continue
        kill -KILL "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
}

audit_as() { # VARIANT [ARGUMENT]...
    local variant=$1 folder=$BATS_FILE_TMPDIR/$1
    shift
    case $variant in
    busybox) PATH=$folder "$folder/sh" "$BUILD/nosigpipe-audit" "$@" ;;
    # With variables that make gawk more strict, and change what ls prints.
    gawk) PATH=$folder:$PATH POSIXLY_CORRECT=1 QUOTING_STYLE=c TIME_STYLE='+%s a -> b' dash "$BUILD/nosigpipe-audit" "$@" ;;
    *) PATH=$folder:$PATH dash "$BUILD/nosigpipe-audit" "$@" ;;
    esac
}

# Runs every variant on the fabricated tree. All must print the same.
audit_tree() { # [ARGUMENT]...
    local variant first=
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" --proc "$TREE" "$@"
        assert_equal "$variant $status $stderr $output" "$variant ${first:=$status $stderr $output}"
    done
}

# Starts a command that says "ready" and then waits, with no other descriptor open for writing,
# and leaves its process ID in PID.
start() { # COMMAND...
    local number=${#started[@]} line
    local in=$BATS_TEST_TMPDIR/in$number out=$BATS_TEST_TMPDIR/out$number
    mkfifo "$in" "$out"
    exec 7<>"$in"
    # bare and shimmed run env: with this one they become the process that is asked for.
    (
        env() { exec env "$@"; }
        "$@"
    ) <"$in" >"$out" 2>"$out.errors" 3>&- 4>&- 7>&- &
    PID=$!
    started+=("$PID")
    # Reads to the end of the output, since the audit would count an open descriptor.
    line=$(cat "$out")
    assert_equal "$line$(cat "$out.errors")" ready
}

state() { # STATE [THING]...
    start bare "$PROGRAMS/audit_state" "$@"
}

guarded() { # OPTIONS STATE [THING]...
    local options=$1
    shift
    start shimmed env NOSIGPIPE_OPTIONS="$options" "$PROGRAMS/audit_state" "$@"
}

# Asserts that every variant prints these values of the keys for the one process PID.
assert_object() { # FILTER EXPECTED
    local variant expected_status=0
    for variant in $VARIANTS; do
        run --separate-stderr audit_as "$variant" --json "$PID"
        assert_equal "$variant: $(jq -c "$1" <<<"$output")" "$variant: $2"
        assert_equal "$stderr" ''
        [ "$(jq -r .verdict <<<"$output")" != vulnerable ] || expected_status=1
        assert_equal "$status" "$expected_status"
    done
}

# Asserts a verdict, and that it is true: a broken write shows whether SIGPIPE ends the process.
assert_verdict() { # VERDICT
    local ended=0
    assert_object .verdict "\"$1\""
    echo >"$BATS_TEST_TMPDIR/in$((${#started[@]} - 1))"
    wait "$PID" || ended=$?
    [ "$1" = vulnerable ] && expected=$SIGPIPE_STATUS || expected=0
    assert_equal "$ended" "$expected"
}

# Makes a folder like /proc, for states that living processes cannot be brought into.
fabricate_tree() {
    TREE=$BATS_TEST_TMPDIR/tree
    rm -rf "$TREE"
    mkdir -p "$TREE/self/net"
    {
        echo '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
        echo '   0: 0100007F:0016 0100007F:A0B0 01 00000000:00000000 00:00000000 00000000     0        0 77 1'
    } >"$TREE/self/net/tcp"
    mkdir "$TREE/self/ns"
    ln -s 'net:[1]' "$TREE/self/ns/net"
}

fabricate_process() { # PID [STATUS-LINE]...: the last line of a kind counts
    local pid=$1
    shift
    mkdir -p "$TREE/$pid/fd"
    : >"$TREE/$pid/maps"
    printf 'program\0%s\0' "$pid" >"$TREE/$pid/cmdline"
    printf '%s\n' $'Name:\tname' $'State:\tS (sleeping)' "Tgid:	$pid" $'PPid:\t1' \
        $'Uid:\t0\t0\t0\t0' "NSpid:	$pid" $'VmSize:\t1 kB' $'Threads:\t1' \
        $'SigBlk:\t0000000000000000' $'SigIgn:\t0000000000000000' $'SigCgt:\t0000000000000000' \
        "$@" >"$TREE/$pid/status"
}

bytes() { # ORDER COUNT VALUE
    local i shift
    for ((i = 0; i < $2; i++)); do
        [ "$1" = little ] && shift=$((8 * i)) || shift=$((8 * ($2 - 1 - i)))
        # shellcheck disable=SC2059 # made of digits
        printf "\\x$(printf %02x $(($3 >> shift & 255)))"
    done
}

# The header of an ELF file and two program headers, far behind it in one of the byte orders.
fabricate_elf() { # BITS-ORDER STATIC
    local order=${1#*-} class=1 word=4 size=32 at=52 second=3 i
    [ "${1%-*}" = 32 ] || { class=2 word=8 size=56 at=64; }
    [ "$2" = false ] || second=6
    [ "$order" = little ] || at=5000
    printf '\177ELF'
    bytes "$order" 1 "$class"
    [ "$order" = little ] && bytes "$order" 1 1 || bytes "$order" 1 2
    bytes "$order" 10 0
    bytes "$order" 8 0
    for i in 0 "$at" 0; do bytes "$order" "$word" "$i"; done
    for i in 0 0 0 "$size" 2 0 0 0; do bytes "$order" 2 "$i"; done
    head -c $((at - (word == 4 ? 52 : 64))) /dev/zero
    for i in 1 "$second"; do
        bytes "$order" 4 "$i"
        head -c $((size - 4)) /dev/zero
    done
}
