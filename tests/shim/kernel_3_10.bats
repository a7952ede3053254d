#!/usr/bin/env bats
# What Linux 3.10 lacks is followed by what it has: tests of other files, run once more where the kernel has
# no later system call (tests/fixtures/kernel_3_10.c).

load ../lib/common

OLD=$PROGRAMS/kernel_3_10

# Asserts that the tests pass there, and that none of them is left out.
pass_on_old_kernel() { # FILE COUNT NAMES
    run "$OLD" env --default-signal=PIPE bats --formatter tap --filter "$3" "$ROOT/tests/shim/$1"
    printf '%s\n' "$output"
    assert_success
    assert_equal "$(grep '^ok ' <<<"$output" | grep -c -v '# skip')" "$2"
}

# bats test_tags=native,bare
@test "the kernel is as old as it is said to be" {
    run "$OLD" python3 -c 'import ctypes, os
call = ctypes.CDLL(None, use_errno=True).syscall
def answer(*arguments):
    ctypes.set_errno(0)
    print(os.strerror(ctypes.get_errno()) if call(*map(ctypes.c_long, arguments)) < 0 else "done")
answer(311, os.getpid(), 0, 0, 0, 0, 0) # process_vm_writev
answer(314, 0, 0, 0)
answer(332, 0, 0, 0, 0, 0) # statx
answer(28, 0, 0, 17)
answer(28, 0, 0, 18) # MADV_WIPEONFORK
answer(157, 39, 0, 0, 0, 0)
answer(157, 41, 0, 0, 0, 0)
answer(101, 0x420a, 0, 0, 0) # PTRACE_GETSIGMASK'
    assert_success
    assert_output "$(printf '%s\n' 'done' 'Function not implemented' 'Function not implemented' 'done' \
        'Invalid argument' 'done' 'Invalid argument' 'Input/output error')"
}

# bats test_tags=native
@test "as on Linux 3.10: a static program cannot be stopped at its start, and has SIGPIPE ignored" {
    cc -static -o "$BATS_TEST_TMPDIR/static" "$ROOT/tests/fixtures/outlive.c"
    run bare "$OLD" "$LAUNCHER" "$BATS_TEST_TMPDIR/static"
    assert_success
    assert_output "nosigpipe: '$BATS_TEST_TMPDIR/static' is statically linked, and ptrace is not permitted:\
 it starts with SIGPIPE ignored instead"
}

# bats test_tags=slow
@test "as on Linux 3.10: the matrix in every mode" {
    pass_on_old_kernel calls.bats 2 '^(with the shim every case answers|in every mode every case answers)'
}

# bats test_tags=native,slow
@test "as on Linux 3.10: the records in logfmt, and in every mode" {
    pass_on_old_kernel records.bats 2 '^(logfmt: each|the record is the same in the modes)'
}

# bats test_tags=native
@test "as on Linux 3.10: a record into a pipe, and the counts of forked children" {
    pass_on_old_kernel tally.bats 1 '^a forked child starts to count at zero'
    "$OLD" env --default-signal=PIPE LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS=log=stderr \
        "$PROGRAMS/policy" 5 pipe write 1 2>&1 3>/dev/null | cat >"$BATS_TEST_TMPDIR/log"
    grep -q ' call=write .* kind=pipe ' "$BATS_TEST_TMPDIR/log"
}
