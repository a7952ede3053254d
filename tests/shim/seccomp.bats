#!/usr/bin/env bats
# C6: the shim makes no system call that the seccomp filter of a program may forbid, neither at a write
# that succeeds nor at a broken one. The oracle is the program without the shim, with SIGPIPE ignored.

load ../lib/common

PLACES="process child thread thread-of-child by-number"

setup_file() {
    local place
    for place in $PLACES; do
        ignoring "$PROGRAMS/seccomp" "$place" >"$BATS_FILE_TMPDIR/oracle.$place"
    done
}

same_as_ignored() { # COMMAND...: it is given the place
    local place failed=0
    for place in $PLACES; do
        "$@" "$place" >"$BATS_TEST_TMPDIR/$place"
        diff -U 8 --label "without the shim, $place" --label "with it, $place" \
            "$BATS_FILE_TMPDIR/oracle.$place" "$BATS_TEST_TMPDIR/$place" || failed=1
    done
    return "$failed"
}

shimmed_in() { # MODE ARGUMENT...
    local mode=$1
    shift
    bare env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="mode=$mode,log=off" "$@"
}

# bats test_tags=bare
@test "the filter permits all that the bare program does" {
    run grep -h 'killed\|cannot go on' "$BATS_FILE_TMPDIR"/oracle.*
    assert_output ""
    run grep -c 'broken: -1 EPIPE' "$BATS_FILE_TMPDIR/oracle.process"
    assert [ "$output" -gt 50 ]
}

# bats test_tags=bare
@test "the filter kills a program for one additional system call" {
    "${CC:-cc}" -shared -nostdlib -fPIC -D_GNU_SOURCE -x c -o "$BATS_TEST_TMPDIR/more.so" - <<'SOURCE'
#include <sys/syscall.h>
#include <sys/socket.h>
#include <unistd.h>
ssize_t send(int fd, const void *data, size_t size, int flags)
{
    syscall(SYS_getpid);
    return syscall(SYS_sendto, fd, data, size, flags, 0, 0);
}
SOURCE
    run same_as_ignored ignoring env LD_PRELOAD="$BATS_TEST_TMPDIR/more.so" "$PROGRAMS/seccomp"
    assert_failure
    assert_output --partial "+send: killed by SIGSYS"
}

# bats test_tags=bare
@test "broken writes end the program without the shim" {
    run same_as_ignored bare "$PROGRAMS/seccomp"
    assert_failure
    assert_output --partial "+write: killed by SIGPIPE"
}

@test "mode=catch makes no forbidden system call" {
    same_as_ignored shimmed_in catch "$PROGRAMS/seccomp"
}

@test "mode=ignore makes no forbidden system call" {
    same_as_ignored shimmed_in ignore "$PROGRAMS/seccomp"
}

@test "mode=mask makes no forbidden system call" {
    same_as_ignored shimmed_in mask "$PROGRAMS/seccomp"
}

# Once the program has set the filter, the shim makes plain writes.
@test "mode=flags makes no forbidden system call" {
    same_as_ignored shimmed_in flags "$PROGRAMS/seccomp"
}

# No record of a harmless write is worth the program.
@test "events=all with a log makes no forbidden system call where the program ignores the signal" {
    local mode
    for mode in catch ignore mask flags; do
        same_as_ignored ignoring env LD_PRELOAD="$SHIM" \
            NOSIGPIPE_OPTIONS="mode=$mode,events=all,log=file:$BATS_TEST_TMPDIR/log" "$PROGRAMS/seccomp"
    done
}

# What broke before the filter was set is recorded, and what it forbids at the exit is the summary.
@test "events=all: a program with a filter ends as it would" {
    "${CC:-cc}" -D_GNU_SOURCE -x c -o "$BATS_TEST_TMPDIR/restricted" - <<'SOURCE'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {4, code};
    int ends[2];
    if (pipe(ends) != 0 || close(ends[0]) != 0 || write(ends[1], "x", 1) != -1)
        return 2;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0;
}
SOURCE
    ignoring "$BATS_TEST_TMPDIR/restricted"
    ignoring env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="events=all,log=file:$BATS_TEST_TMPDIR/log" \
        "$BATS_TEST_TMPDIR/restricted"
    run grep -c disposition=ignored "$BATS_TEST_TMPDIR/log"
    assert_output 1
}

@test "a program whose parent has forbidden rt_sigprocmask starts, and lives" {
    local oracle
    run ignoring "$PROGRAMS/seccomp_inherited" rt_sigprocmask "" "$PROGRAMS/runner_write"
    oracle="$status $output"
    # Before glibc 2.34, libpthread is a library of its own, which makes that call when it starts.
    if ! ldd "$PROGRAMS/runner_write" | grep -q libpthread; then
        assert_equal "$oracle" '0 -1 Broken pipe'
    fi
    run bare "$PROGRAMS/seccomp_inherited" rt_sigprocmask "$SHIM" "$PROGRAMS/runner_write"
    assert_equal "$status $output" "$oracle"
}

@test "a thread that restricts its system calls lives, whatever a vfork child has done before" {
    run bare "$PROGRAMS/vfork_sandbox"
    assert_failure "$SIGPIPE_STATUS"
    for mode in catch ignore mask flags; do
        run shimmed_in "$mode" "$PROGRAMS/vfork_sandbox"
        assert_success
        assert_output "$(ignoring "$PROGRAMS/vfork_sandbox")"
    done
}

# As in a container, where nobody may ask whose memory the child runs in.
@test "a program lives after a vfork child has restricted itself, where kcmp is forbidden" {
    run bare "$PROGRAMS/seccomp_inherited" kcmp "" "$PROGRAMS/vfork_restricted"
    assert_failure "$SIGPIPE_STATUS"
    for mode in catch ignore mask flags; do
        run bare env NOSIGPIPE_OPTIONS="mode=$mode" \
            "$PROGRAMS/seccomp_inherited" kcmp "$SHIM" "$PROGRAMS/vfork_restricted"
        assert_success
        assert_output "$(ignoring "$PROGRAMS/vfork_restricted")"
    done
}
