#!/usr/bin/env bats
# Programs that are hostile to what is loaded into them, or that lack resources. The oracle is the same
# program without the shim, with SIGPIPE ignored.
#
# Other hostile conditions are tested elsewhere: set-user-ID programs and hostile values of options, in
# hostile_secure.bats; faults of system calls and of `next`, in faults.bats; IFUNC resolvers,
# .preinit_array, preloaded allocators and a dlopen of the object, in early.bats; seccomp filters, in
# seccomp.bats; a log that is a link, a FIFO or a folder, full disks and no descriptor left, in
# sink_failures.bats; a thread's smallest stack, in threads.bats; vfork and its relatives, in
# children.bats.

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# Options to try: each mode, and the settings that need the most calls, memory and stack.
OPTIONS=('mode=catch' 'mode=ignore' 'mode=mask' 'mode=flags'
    'log=stderr,storm=1000000' 'log=syslog' 'log=file:/nowhere/log,backtrace=32'
    'log=journal,mode=ignore,backtrace=32')

with_options() { # OPTIONS COMMAND...
    local options=$1
    shift
    bare env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="$options" "$@"
}

# Without the shim, SIGPIPE ends the program or one of its cases. With the shim the output is that of the
# oracle. Some programs need an argument, `oracle`, to know that they are it.
answers_as_the_oracle() { # COMMAND...
    ignoring "$@" oracle >oracle
    bare "$@" >bare || echo "status $?" >>bare
    run cmp -s oracle bare
    assert_failure 1
    local options
    for options in "${OPTIONS[@]}" "log=file:$PWD/log,backtrace=32"; do
        with_options "$options" "$@" >answers 2>errors || echo "status $?" >>answers
        diff -U 8 --label oracle --label "$options" oracle answers
    done
    # The shim was at work.
    grep -q ' kind=pipe ' log
}

# bats test_tags=optimized
@test "a program with no descriptor open, no memory left, or an alternate stack of any size" {
    answers_as_the_oracle "$PROGRAMS/hostile_limits"
    run cat oracle
    assert_line 'closed_everything: exited 4'
    assert_line 'closed_but_the_broken: exited 3'
    assert_line --regexp '^  [1-9][0-9]* sizes, answered: all$'
}

@test "a program that loads the object and closes it again" {
    run bare "$PROGRAMS/hostile_unload"
    assert_failure "$SIGPIPE_STATUS"
    run ignoring "$PROGRAMS/hostile_unload"
    assert_success
    oracle=$output
    run bare "$PROGRAMS/hostile_unload" "$SHIM"
    assert_success
    assert_output "$oracle"
    # The same where the object was preloaded.
    for options in "${OPTIONS[@]}"; do
        run with_options "$options" "$PROGRAMS/hostile_unload" "$SHIM"
        assert_success
    done
}

@test "a program in namespaces of its own, in another root, without /proc, as pid 1, in shared memory" {
    needs mounts processes namespaces
    answers_as_the_oracle "$PROGRAMS/hostile_places"
    run grep -c 'killed by SIGPIPE' oracle
    assert_output 7
    refute grep -q 'cannot go on' oracle
}

@test "writes in atexit handlers, destructors and thread-specific destructors; and a program that sets LD_PRELOAD" {
    answers_as_the_oracle "$PROGRAMS/hostile_late"
}

@test "a program that defines write and malloc itself, and writes in malloc" {
    answers_as_the_oracle "$PROGRAMS/hostile_own_calls"
    run cat oracle
    assert_line 'wrong: 0, last: -1 -1'
}

@test "a program that defines functions with names of libc, which are not ready when it starts" {
    local oracle options
    run -0 ignoring "$PROGRAMS/hostile_names"
    oracle=$output
    for options in "${OPTIONS[@]}"; do
        run --separate-stderr with_options "$options" "$PROGRAMS/hostile_names"
        assert_equal "$options: $status" "$options: $SIGPIPE_STATUS" # by the kill at its end
        assert_output "$oracle"
    done
    run with_options off "$PROGRAMS/hostile_names"
    assert_failure "$SIGPIPE_STATUS"
    refute_output
}

@test "a program with a part of a libc linked into it" {
    # The write and send of musl, which call nothing else in libc.
    local libc
    libc=$(echo /usr/lib/*-linux-musl/libc.a)
    for part in write send sendto __syscall_cp; do
        ar p "$libc" "$part.lo" >"$part.o"
    done
    "${CC:-cc}" -I "$ROOT/tests/fixtures/early" -x c - -x none ./*.o -o partly <<'SOURCE'
#include "early_report.h"
__attribute__((visibility("hidden"))) long __syscall_ret(unsigned long result)
{
    if (result <= -4096UL)
        return (long)result;
    errno = -(int)result;
    return -1;
}
int main(void)
{
    struct early early = {0};
    early_calls(&early);
    return early_report(&early);
}
SOURCE
    run nm partly
    assert_line --regexp ' [TW] write$'
    answers_as_the_oracle ./partly
}

# libnosigpipe(7) names this limit, and the mode that avoids it.
@test "a program that sets the default by a signal(2) that does not reach the shim is ended, but not in mode=mask" {
    local plugin=$PROGRAMS/preload_default.so way mode
    run ignoring "$PROGRAMS/runner_write"
    local oracle=$output
    for way in plain handle deepbind dlmopen; do
        run bare "$PROGRAMS/past_the_shim" "$way" "$plugin"
        assert_failure "$SIGPIPE_STATUS"
        for mode in catch ignore mask flags; do
            run with_options "mode=$mode" "$PROGRAMS/past_the_shim" "$way" "$plugin"
            case $way,$mode in
            plain,* | *,mask | *,flags) assert_output "$oracle" ;;
            *) assert_equal "$way $mode $status" "$way $mode $SIGPIPE_STATUS" ;;
            esac
        done
    done
}

# With a log, the shim adds no flag to sends.
@test "with a log, the program sees a signal that the shim cannot foresee before a send, as libnosigpipe(7) says" {
    bare "$PROGRAMS/quiet_limits" >oracle
    grep -q 'handled: 1' oracle
    assert_equal "$(grep -c 'pending: 13' oracle)" 2
    with_options "log=file:$PWD/log" "$PROGRAMS/quiet_limits" >answers
    diff oracle answers
    with_options mode=catch "$PROGRAMS/quiet_limits" >answers
    diff <(sed 's/handled: 1/handled: 0/; s/pending: 13/pending: none/' oracle) answers
}

# Prints what `policy` answers under a debugger, with the shim and as the oracle.
debugged() { # PRELOAD GDB-COMMAND...
    local commands=()
    for command in "${@:2}"; do
        commands+=(-ex "$command")
    done
    SHELL=/bin/sh bare gdb -nx -batch -iex 'set debuginfod enabled off' \
        -ex 'set startup-with-shell off' -ex "set environment LD_PRELOAD $1" "${commands[@]}" \
        --args "$PROGRAMS/policy" 5 pipe write 3 3>answers >gdb 2>&1
}

# bats test_tags=slow
@test "a program that strace or gdb traces" {
    ignoring "$PROGRAMS/policy" 5 pipe write 3 3>oracle
    sed -i 's/^ignore$/default/' oracle
    bare strace -f -o trace -E LD_PRELOAD="$SHIM" "$PROGRAMS/policy" 5 pipe write 3 3>answers
    grep -q 'SIGPIPE {si_signo=SIGPIPE' trace
    diff oracle answers
    debugged "$SHIM" 'handle SIGPIPE nostop noprint pass' run
    diff oracle answers
    debugged "$SHIM" 'handle SIGPIPE stop pass' run continue continue continue
    assert_equal "$(grep -c 'received signal SIGPIPE' gdb)" 3
    diff oracle answers
    debugged '' 'handle SIGPIPE nostop noprint pass' run
    run diff oracle answers
    assert_failure 1
}

# gdb 13 cannot write the registers of a CPU with AMX, whatever the program is.
# bats test_tags=slow
@test "a program that gdb forks as a checkpoint" {
    ignoring "$PROGRAMS/policy" 5 pipe write 3 3>oracle
    sed -i 's/^ignore$/default/' oracle
    debugged "$SHIM" 'handle SIGPIPE nostop noprint pass' 'break dprintf' run checkpoint \
        delete 'restart 1' continue || grep -q "Couldn't write extended state" gdb
    ! grep -q "Couldn't write extended state" gdb || skip "this gdb cannot write the registers of this machine's CPU"
    grep -q 'Switching to ' gdb
    diff oracle answers
}

# bats test_tags=native
@test "the first process of a PID namespace lives as without the shim; a SIGPIPE that is sent interrupts it, but not in mode=ignore" {
    needs mounts processes
    as_first() {
        bare env LD_PRELOAD="$1" NOSIGPIPE_OPTIONS="${2-}" \
            "$OWN_MOUNTS" unshare --pid --fork sh -c 'mount -t proc proc /proc && exec "$1"' sh "$PROGRAMS/first_process"
    }
    run as_first ""
    assert_success
    assert_output '  poll: 1'
    run as_first "$SHIM" mode=ignore
    assert_output '  poll: 1'
    run as_first "$SHIM" mode=catch
    assert_output '  poll: -1 EINTR'
}
