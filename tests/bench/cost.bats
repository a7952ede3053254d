#!/usr/bin/env bats
# What the shim costs a program without an event: instructions and system calls are counted. Time is measured of
# starts alone, side by side.

load ../lib/common

# Instructions a call: in general, and with events=all.
LIMIT=10
LIMIT_OF_ALL=40

# valgrind gives up where it cannot read an object's debug information (clang's DWARF 5).
setup_file() {
    strip -g -o "$BATS_FILE_TMPDIR/libnosigpipe.so" "$SHIM"
}

# A program's system calls, "name(arguments) = result" a line, loading and all.
trace() { # PRELOAD FILE [OPTIONS]
    bare strace -f -qq -E LD_PRELOAD="$1" -E NOSIGPIPE_OPTIONS="${3-}" -o "$2" "$PROGRAMS/cost" all 1000
}

# Without what differs between any two runs: process ids, addresses and ports.
without_accidents() {
    sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]+/ADDRESS/g; s/htons\([0-9]+\)/PORT/g
        s/ += / = /; s/^((getppid|set_tid_address)\(.*\)) = .*/\1 = ID/'
}

# The part of main() that the program marks.
of_main() {
    sed -n '/^getppid()/,/^getppid()/p'
}

# What came before, without what the dynamic linker does to load this object and to link: the
# calls that work on files and memory, except where they name another file.
before_main() {
    sed '/^getppid()/,$d' | grep -v -F "\"$SHIM\"" |
        grep -v -E '^((read|pread64|fstat|mmap|mprotect|munmap|close)\(|newfstatat\([0-9])'
}

# A call that succeeds costs at most so many instructions more with each of these options.
assert_cheap() { # LIMIT OPTIONS...
    local options call plain with
    bare "$ROOT/tests/bench/instructions.sh" "" >"$BATS_TEST_TMPDIR/bare"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/bare")" 6
    for options in "${@:2}"; do
        bare "$ROOT/tests/bench/instructions.sh" "$SHIM" "$options" >"$BATS_TEST_TMPDIR/shimmed"
        while read -r call plain with; do
            echo "# $options, $call: $plain instructions, with the shim $((with - plain)) more" >&3
            # A figure of less would be no call at all; one less than this, no shim.
            assert [ "$plain" -gt 5 ]
            assert [ "$with" -gt "$plain" ]
            assert [ "$((with - plain))" -le "$1" ]
        done < <(join "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/shimmed")
        assert_equal "$(join "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/shimmed" | wc -l)" 6
    done
}

@test "a write or send that succeeds costs at most $LIMIT instructions more, with any options in mode=catch" {
    assert_cheap "$LIMIT" mode=catch stdio=default,log=stderr mode=ignore mode=mask \
        action=stop,stdio=default,log=journal,format=json,backtrace=32,storm=9,handlers=override
}

@test "with events=all it costs at most $LIMIT_OF_ALL" {
    assert_cheap "$LIMIT_OF_ALL" events=all events=all,log=stderr,backtrace=32 events=all,mode=ignore \
        events=all,mode=mask,log=journal events=all,mode=flags
}

@test "in every mode but flags, writes and sends that succeed make the same system calls" {
    trace "" "$BATS_TEST_TMPDIR/bare"
    without_accidents <"$BATS_TEST_TMPDIR/bare" | of_main >"$BATS_TEST_TMPDIR/expected"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/expected")" 6002
    # The one difference is the flag that the sends are given.
    for mode in catch ignore mask; do
        trace "$SHIM" "$BATS_TEST_TMPDIR/shimmed" "mode=$mode"
        without_accidents <"$BATS_TEST_TMPDIR/shimmed" | of_main >"$BATS_TEST_TMPDIR/flagged"
        assert_equal "$(grep -c MSG_NOSIGNAL "$BATS_TEST_TMPDIR/flagged")" 4000
        sed 's/MSG_NOSIGNAL/0/' "$BATS_TEST_TMPDIR/flagged" >"$BATS_TEST_TMPDIR/seen"
        run cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
        assert_success
    done
    trace "$SHIM" "$BATS_TEST_TMPDIR/shimmed" events=all,log=stderr
    without_accidents <"$BATS_TEST_TMPDIR/shimmed" | of_main >"$BATS_TEST_TMPDIR/seen"
    run cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
    assert_success
}

@test "at start the shim makes at most two system calls besides being loaded, and one at the first socket" {
    trace "" "$BATS_TEST_TMPDIR/bare"
    trace "$SHIM" "$BATS_TEST_TMPDIR/shimmed"
    without_accidents <"$BATS_TEST_TMPDIR/bare" | before_main | sort >"$BATS_TEST_TMPDIR/expected"
    without_accidents <"$BATS_TEST_TMPDIR/shimmed" | before_main | sort >"$BATS_TEST_TMPDIR/seen"
    assert [ -s "$BATS_TEST_TMPDIR/expected" ]
    run diff "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
    # The guard; and when the first socket is made, a look at the mask.
    assert_line --regexp '^> rt_sigaction\(SIGPIPE, '
    refute_line --regexp '^< '
    added=$(grep '^> ' <<<"$output" | grep -c -v 'rt_sigprocmask(SIG_BLOCK, NULL, ')
    echo "# $added system calls added at start" >&3
    assert [ "$added" -le 2 ]
    assert [ "$(grep -c '^> rt_sigprocmask' <<<"$output")" -le 1 ]
}

# How many pages of the library's writable segment a process has of its own, once it has started: present,
# and not a file's (Documentation/admin-guide/mm/pagemap.rst in the kernel).
dirtied() { # OPTIONS
    local segment
    segment=$(readelf -lW "$SHIM" | awk '$1 == "LOAD" && $7 == "RW" { print $3, $6 }')
    # shellcheck disable=SC2086 # two words
    bare env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$1" python3 -c '
import os, struct, sys
library, start, size = sys.argv[1], int(sys.argv[2], 16), int(sys.argv[3], 16)
page = os.sysconf("SC_PAGESIZE")
with open("/proc/self/maps") as maps:
    base = min(int(line.split("-")[0], 16) for line in maps if line.rstrip().endswith(library))
first, last = (base + start) // page, (base + start + size - 1) // page
with open("/proc/self/pagemap", "rb") as pagemap:
    pagemap.seek(8 * first)
    entries = struct.unpack(f"{last + 1 - first}Q", pagemap.read(8 * (last + 1 - first)))
print(sum(entry >> 63 == 1 and entry >> 61 & 1 == 0 for entry in entries))' "$SHIM" $segment
}

@test "a start dirties two pages of the library: what is relocated, and variables" {
    local mode
    for mode in catch ignore mask flags; do
        run dirtied "mode=$mode"
        assert_output 2
    done
}

@test "the shim itself neither maps memory nor reads a file" {
    trace "" "$BATS_TEST_TMPDIR/bare"
    trace "$SHIM" "$BATS_TEST_TMPDIR/shimmed"
    # Loading is over when the dynamic linker gives its cache back; the shim runs behind that.
    for file in bare shimmed; do
        without_accidents <"$BATS_TEST_TMPDIR/$file" | sed -n '/^munmap/,/^getppid/p' |
            grep -v '^rt_sig' >"$BATS_TEST_TMPDIR/$file.loaded"
        assert [ -s "$BATS_TEST_TMPDIR/$file.loaded" ]
    done
    run diff "$BATS_TEST_TMPDIR/bare.loaded" "$BATS_TEST_TMPDIR/shimmed.loaded"
    assert_success
}

# Measures again while the ratio is above the limit, since what else the machine does adds to it.
starts_within() { # LIMIT TURNS COMMAND COMMAND
    local ratio
    for _ in 1 2 3 4 5 6 7 8; do
        ratio=$(python3 -B "$ROOT/tests/bench/starts.py" "${@:2}")
        echo "# $ratio: ${*:4}" >&3
        awk "BEGIN { exit !($ratio <= $1) }" && return
    done
    fail "$ratio"
}

@test "an embedded static program starts in at most 1.25 of the time, by the launcher in 1.3 of that without ptrace" {
    old=$BATS_TEST_TMPDIR/old program=$BATS_TEST_TMPDIR/program
    echo 'int main(void) { return 0; }' | "${CC:-cc}" -static -x c -o "$program" -
    "$BUILD/nosigpipe-embed" --interpreter="$BUILD/ld-nosigpipe.so" "$program" "$program.embedded"
    starts_within 1.25 100 "$program" "$program.embedded"
    # Where there is no nosigpipe-attach, the launcher ignores the signal.
    mkdir "$old"
    cp "$LAUNCHER" "$SHIM" "$old"
    starts_within 1.3 30 "$old/nosigpipe --quiet $program" "$LAUNCHER --quiet $program"
}
