# Every .bats file loads this first.

bats_load_library bats-support
bats_load_library bats-assert

ROOT=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUILD=${NOSIGPIPE_BUILD:-$ROOT/build}
PROGRAMS=${NOSIGPIPE_PROGRAMS:-$BUILD/tests}
SHIM=$BUILD/libnosigpipe.so
LAUNCHER=$BUILD/nosigpipe
OWN_MOUNTS=$PROGRAMS/own_mounts

# The status that a shell reports of a process that SIGPIPE ended.
SIGPIPE_STATUS=141

# Runs a command as users start it: SIGPIPE at its default, nothing preloaded. Bats itself may run
# under a parent that ignores the signal, and an ignored signal is inherited.
bare() {
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --default-signal=PIPE "$@"
}

# The same with the shim.
shimmed() {
    env -u NOSIGPIPE_OPTIONS --default-signal=PIPE LD_PRELOAD="$SHIM" "$@"
}

# Skips a test where this process lacks a right that the test needs, as in a container, and names the
# right. Where NOSIGPIPE_ALL is set, the test fails instead.
needs() { # RIGHT...
    local right reason
    for right; do
        case $right in
        mounts) reason='mounts of its own (CAP_SYS_ADMIN)' && "$OWN_MOUNTS" true ;;
        networks) reason='a network of its own (CAP_SYS_ADMIN)' && unshare --net true ;;
        processes) reason='process numbers of its own (CAP_SYS_ADMIN)' && unshare --pid --fork true ;;
        namespaces) reason='user namespaces of its own (user_namespaces(7))' && unshare --user true ;;
        users) reason='to become another user (CAP_SETUID, CAP_SETGID)' &&
            setpriv --reuid=65534 --regid=65534 --clear-groups true ;;
        owners) reason='to give files away (CAP_CHOWN)' &&
            touch "$BATS_TEST_TMPDIR/given" && chown 65534:65534 "$BATS_TEST_TMPDIR/given" ;;
        capabilities) reason='to give files capabilities (CAP_SETFCAP)' &&
            touch "$BATS_TEST_TMPDIR/given" && setcap cap_net_raw+ep "$BATS_TEST_TMPDIR/given" ;;
        addresses) reason='to have programs loaded at fixed addresses (personality(2))' && setarch -R true ;;
        vmsplice) reason='to use vmsplice(2)' &&
            ! bare "$PROGRAMS/policy" 5 pipe vmsplice 1 3>&1 ;; # which ends it
        comparisons) reason='to compare processes (kcmp(2), CAP_SYS_PTRACE)' &&
            python3 -c 'import ctypes, os; exit(ctypes.CDLL(None).syscall(312, os.getpid(), os.getpid(), 1, 0, 0))' ;;
        descriptors) reason='to have 4096 descriptors (CAP_SYS_RESOURCE)' && (ulimit -n 4096) ;;
        tracing) reason="to trace another user's program (CAP_SYS_PTRACE)" &&
            strace -e trace=execve setpriv --reuid=65534 --regid=65534 --clear-groups true 2>&1 |
            grep 'execve("[^"]*/true"' ;;
        tracefs) reason="to read the kernel's traces (tracefs, CAP_SYS_ADMIN) with the machine's process numbers" &&
            [ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] && mkdir -p "$BATS_TEST_TMPDIR/tracing" &&
            "$OWN_MOUNTS" sh -c 'mount -t tracefs tracefs "$1" && [ -w "$1/instances" ] &&
                [ -d "$1/events/signal/signal_generate" ]' - "$BATS_TEST_TMPDIR/tracing" ;;
        bpftrace) reason='bpftrace, and a kernel for x86-64 with BTF (CONFIG_DEBUG_INFO_BTF)' &&
            [ "$(uname -m)" = x86_64 ] && [ -r /sys/kernel/btf/vmlinux ] &&
            "$OWN_MOUNTS" sh -c 'mount -t tracefs tracefs /sys/kernel/tracing &&
                bpftrace -e "tracepoint:signal:signal_generate { } interval:ms:10 { exit(); }"' ;;
        rings) reason='to use io_uring (io_uring_setup(2))' &&
            { bare "$PROGRAMS/record_event" io_uring pipe w 3>&1 || [ $? = "$SIGPIPE_STATUS" ]; } ;;
        cgroups) reason='to make a cgroup of systemd (cgroups(7))' && rmdir "$(named_group "$BASHPID.service")" ;;
        throttling) reason="to limit a cgroup's CPU time (cgroups(7))" && rmdir "$(throttled_group)" ;; # visits.bash
        *) fail "needs: no right is called '$right'" ;;
        esac >/dev/null 2>&1 && continue
        [ -z "${NOSIGPIPE_ALL-}" ] || fail "not run: needs $reason"
        skip "needs $reason"
    done
}

# Makes a cgroup where systemd has its own, and prints the folder: in version 2, or in the part of version 1 for names.
named_group() { # NAME
    local group=/sys/fs/cgroup
    [ ! -d "$group/systemd" ] || group=$group/systemd
    mkdir "$group/nosigpipe-$1" && echo "$group/nosigpipe-$1"
}

# Skips a test under a glibc that is older (tests/libc/libc.sh), with what that lacks.
needs_glibc() { # VERSION REASON
    case ${NOSIGPIPE_LIBC-} in glibc-*) ;; *) return 0 ;; esac
    printf '%s\n' "$1" "${NOSIGPIPE_LIBC#glibc-}" | sort -V -C || skip "before glibc $1 $2"
}

# Skips a test where the kernel does not execute programs for i386 (ia32_emulation=off): no package or right helps.
# `make check-kernels` has a kernel for i386 of its own.
needs_i386() {
    executes_i386 || skip 'the kernel does not execute programs for i386'
}
executes_i386() {
    /usr/i686-linux-gnu/lib/ld-linux.so.2 --version >/dev/null 2>&1
}

# Runs a command as the oracle: without the shim and with SIGPIPE ignored, so that the answers are those
# of the kernel.
ignoring() {
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS --ignore-signal=PIPE "$@"
}
