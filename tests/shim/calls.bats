#!/usr/bin/env bats
# The matrix: every call that writes, on every kind of descriptor whose other end is closed, from every
# kind of place. The oracle is the same program with SIGPIPE ignored and without the shim.

load ../lib/common

MATRIX=$PROGRAMS/matrix

setup_file() {
    ignoring "$PROGRAMS/matrix" >"$BATS_FILE_TMPDIR/oracle"
    bare "$PROGRAMS/matrix" --raises >"$BATS_FILE_TMPDIR/raises"
}

interposed_writes() {
    sed -n 's/^\(WRITE\|SEND\)([^,]*, \([^,]*\),.*/\2/p' "$ROOT/shim/writes.def"
}

# Prints the first differences only.
diff_head() { # FILE FILE
    diff "$1" "$2" | head -n 20
    return "${PIPESTATUS[0]}"
}

# Prints, of the lines on standard input, the first for each pair of call and place.
one_of_each_call_and_place() {
    awk -F, '!seen[$1 "," $NF]++'
}

assert_answers_as_oracle() { # FILE
    run diff_head "$BATS_FILE_TMPDIR/oracle" "$1"
    assert_success
}

raising_cases() {
    sed -n 's/: SIGPIPE$//p' "$BATS_FILE_TMPDIR/raises"
}

@test "the matrix has every call of the write family in calls.def" {
    run interposed_writes
    assert_success
    assert_line write
    assert_line __sendmmsg
    assert_equal "$("$MATRIX" --calls | sort)" "$(sort <<<"$output")"
}

# bats test_tags=bare
@test "the oracle answers in every case" {
    "$MATRIX" --list >"$BATS_TEST_TMPDIR/list"
    for file in oracle raises; do
        cut -d: -f1 "$BATS_FILE_TMPDIR/$file" >"$BATS_TEST_TMPDIR/$file"
        run diff_head "$BATS_TEST_TMPDIR/list" "$BATS_TEST_TMPDIR/$file"
        assert_success
    done
}

# bats test_tags=bare
@test "every call raises SIGPIPE in every place" {
    needs vmsplice
    # Except a send with MSG_NOSIGNAL, and names that this libc does not have.
    missing=$(awk -F': ' '/libc has no such name/ {print $1}' "$BATS_FILE_TMPDIR/oracle")
    "$MATRIX" --list | grep -v -x -F -e "$missing" | grep -v MSG_NOSIGNAL |
        awk -F, '{print $1, $NF}' | sort -u >"$BATS_TEST_TMPDIR/all"
    raising_cases | awk -F, '{print $1, $NF}' | sort -u >"$BATS_TEST_TMPDIR/raised"
    run diff_head "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/raised"
    assert_success
}

# bats test_tags=bare
@test "a case raises SIGPIPE where the oracle answers EPIPE" {
    # SOCK_SEQPACKET answers EPIPE and raises nothing.
    grep 'Broken pipe' "$BATS_FILE_TMPDIR/oracle" | cut -d: -f1 |
        grep -v -e MSG_NOSIGNAL -e seqpacket >"$BATS_TEST_TMPDIR/expected"
    raising_cases >"$BATS_TEST_TMPDIR/raised"
    run diff_head "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/raised"
    assert_success
}

# bats test_tags=glibc,bare
@test "a partial pipe write and a partial sendmmsg raise SIGPIPE and return a count" {
    partial='^(write,pipe|sendmmsg,tcp4),midway'
    grep -E "$partial" "$BATS_FILE_TMPDIR/oracle" >"$BATS_TEST_TMPDIR/partial"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/partial")" 10
    # Three calls, each with its signal, and the first of them returned a count.
    run grep -v -E ': [1-9][0-9]* -1 \(Broken pipe\) -1 \(Broken pipe\)$' \
        "$BATS_TEST_TMPDIR/partial"
    refute_output
    bare "$MATRIX" --handled | grep -E "$partial" >"$BATS_TEST_TMPDIR/handled"
    assert_equal "$(grep -c ': 3$' "$BATS_TEST_TMPDIR/handled")" 10
}

# bats test_tags=bare
@test "a bare program dies in every case that raises SIGPIPE, and in no other" {
    bare "$MATRIX" --dies >"$BATS_TEST_TMPDIR/dies"
    run diff_head "$BATS_FILE_TMPDIR/raises" "$BATS_TEST_TMPDIR/dies"
    assert_success
}

# bats test_tags=bare
@test "the exit status of a bare program is that of a death by SIGPIPE" {
    raising_cases | one_of_each_call_and_place >"$BATS_TEST_TMPDIR/cases"
    [ -s "$BATS_TEST_TMPDIR/cases" ]
    while read -r name; do
        run bare "$MATRIX" "$name"
        assert_failure "$SIGPIPE_STATUS"
    done <"$BATS_TEST_TMPDIR/cases"
}

@test "with the shim every case answers as the oracle" {
    shimmed "$MATRIX" >"$BATS_TEST_TMPDIR/shimmed"
    assert_answers_as_oracle "$BATS_TEST_TMPDIR/shimmed"
}

@test "with the shim no case ends the process that makes it" {
    shimmed "$MATRIX" --dies >"$BATS_TEST_TMPDIR/dies"
    assert_equal "$(grep -c ': none$' "$BATS_TEST_TMPDIR/dies")" "$("$MATRIX" --list | wc -l)"
    run grep -v ': none$' "$BATS_TEST_TMPDIR/dies"
    refute_output
}

@test "every case still answers as the oracle after SIGPIPE was blocked and unblocked" {
    shimmed "$MATRIX" --after-mask >"$BATS_TEST_TMPDIR/shimmed"
    assert_answers_as_oracle "$BATS_TEST_TMPDIR/shimmed"
}

@test "a handler of the program runs as often as without the shim, in every case" {
    bare "$MATRIX" --handled >"$BATS_TEST_TMPDIR/bare"
    shimmed "$MATRIX" --handled >"$BATS_TEST_TMPDIR/shimmed"
    run diff_head "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/shimmed"
    assert_success
}

@test "in every mode every case answers as the oracle" {
    for mode in ignore mask flags; do
        shimmed env NOSIGPIPE_OPTIONS="mode=$mode" "$MATRIX" \
            >"$BATS_TEST_TMPDIR/$mode"
        assert_answers_as_oracle "$BATS_TEST_TMPDIR/$mode"
    done
}

# bats test_tags=glibc
@test "sends to a protocol that refuses MSG_NOSIGNAL answer as without the shim" {
    refusing() { # PRELOAD COMMAND...
        env LD_PRELOAD="$1$PROGRAMS/preload_refuse.so" "${@:2}" "$PROGRAMS/refused_sends"
    }
    run refusing '' env --ignore-signal=PIPE
    assert_success
    assert_line '  send, MSG_NOSIGNAL: -1 EINVAL'
    oracle=$output
    for mode in catch ignore mask flags; do
        run refusing "$SHIM:" env --default-signal=PIPE NOSIGPIPE_OPTIONS="mode=$mode"
        assert_success
        assert_output "$oracle"
    done
}
