#!/usr/bin/env bats
# Faults are injected into what the shim calls: `next`, and each system call that the shim makes itself,
# from the start of the program on. The program must not notice.

load ../lib/common

@test "next fails with EINTR, EAGAIN, ECONNRESET or EPIPE, or writes a part" {
    cd "$BATS_TEST_TMPDIR"
    local faults=$PROGRAMS/preload_faults.so options
    ignoring env LD_PRELOAD="$faults" "$PROGRAMS/hostile_next" >oracle
    for answer in EINTR EAGAIN ECONNRESET EPIPE 1; do
        grep -q "$answer\$" oracle
    done
    for options in mode=catch mode=ignore mode=mask mode=flags "log=file:$PWD/log" \
        "mode=mask,log=file:$PWD/log"; do
        bare env NOSIGPIPE_OPTIONS="$options" LD_PRELOAD="$SHIM:$faults" \
            "$PROGRAMS/hostile_next" >answers
        diff oracle answers
    done
    grep -q ' call=write ' log
}

# The shim's own system calls that this CPU has: "NAME NUMBER" a line.
own_calls() {
    local names
    names=$(grep -rohE 'SYSCALL\(SYS_[a-z0-9_]+' "$ROOT/shim" | sed 's/.*SYS_//' | sort -u)
    { echo '#include <sys/syscall.h>' && sed 's/.*/own & SYS_&/' <<<"$names"; } |
        "${CC:-cc}" -E -P - | sed -n 's/^own \([a-z0-9_]* [0-9]*\)$/\1/p'
}

# Where the loader puts the shim while nothing is randomized: START SIZE.
place_of_the_shim() {
    setarch -R env LD_DEBUG=files LD_PRELOAD="$SHIM" "$PROGRAMS/policy" 5 pipe write 1 2>&1 3>&- |
        grep -A 1 'nosigpipe.so \[0\];  generating link map' |
        sed -n 's/.* base: 0x\([0-9a-f]*\) *size: 0x\([0-9a-f]*\)$/\1 \2/p'
}

faulty() { # OPTIONS CALL FAULT ARGUMENT...: the answers of the program are on standard output
    bare "$PROGRAMS/hostile_faults" "$START" "$SIZE" "$2" "$3" env LD_PRELOAD="$SHIM" \
        NOSIGPIPE_OPTIONS="$1" "$PROGRAMS/policy" "${@:4}" 3>&1 >/dev/null 2>/dev/null
}

# Asserts that the answers are those of the oracle, whichever fault each system call of the shim has. The
# shim makes a call here if the program dies where a filter kills for it.
same_with_faults() { # OPTIONS ARGUMENT...
    local options=$1 name number status fault
    shift
    ignoring "$PROGRAMS/policy" "$@" 3>&1 | sed 's/^ignore$/default/' >oracle
    while read -r name number; do
        status=0
        faulty "$options" "$number" kill "$@" >answers || status=$?
        [ "$status" = 159 ] || continue
        echo "$name" >>met
        # Without it the shim cannot protect: the program behaves as without the shim.
        [ "$name" != rt_sigaction ] || continue
        for fault in 0 1 4 11 12 38; do
            case $fault$name in
            # Success is reported although nothing was done. Only counts may be too small then.
            0read | 0pread64 | 0write | 0pwritev2 | 0sendto | 0ppoll | 0readlinkat | 0process_vm_readv) ;;
            0*) continue ;;
            esac
            faulty "$options" "$number" "$fault" "$@" >answers || echo "status $?" >>answers
            diff --label oracle --label "$name: $fault, $options" oracle answers
        done
    done <calls
}

@test "the system calls of the shim fail, from the start on" {
    needs addresses
    cd "$BATS_TEST_TMPDIR"
    own_calls >calls
    read -r START SIZE < <(place_of_the_shim)
    [ -n "$SIZE" ]
    same_with_faults "log=file:$PWD/log,backtrace=4" 5 socket write 3
    same_with_faults "log=file:$PWD/log" 5 pipe splice 3
    same_with_faults log=stderr 5 pipe stdio 3
    same_with_faults log=syslog,mode=mask 5 socket send 3
    same_with_faults mode=mask,storm=1000000 5 pipe write 3
    same_with_faults mode=ignore,log=journal 5 socket write 3
    run sort -u met
    for name in close clock_gettime fcntl fstat getpid getsockname getsockopt gettid madvise openat ppoll \
        prctl process_vm_readv pwritev2 read readlinkat rt_sigaction rt_sigprocmask \
        rt_sigtimedwait sendto socket write; do
        assert_line "$name"
    done
}

@test "without rt_sigaction a program behaves as without the shim" {
    needs addresses
    read -r START SIZE < <(place_of_the_shim)
    number=$(own_calls | sed -n "s/^rt_sigaction //p")
    [ -n "$number" ]
    for fault in 1 12 38; do
        run faulty log=off "$number" "$fault" 5 socket write 3
        assert_failure "$SIGPIPE_STATUS"
        run faulty log=off "$number" "$fault" 5 socket quiet 3
        assert_success
        assert_line '-1 EPIPE'
    done
}

@test "mode=flags: where the kernel or a file refuses the flag, the shim makes the plain call" {
    ignoring "$PROGRAMS/policy" 5 pipe write 3 3>"$BATS_TEST_TMPDIR/oracle"
    # An older kernel; signal(7) and readv(2) of 6.18.
    env --default-signal=PIPE strace -f -o "$BATS_TEST_TMPDIR/trace" -e inject=pwritev2:error=EOPNOTSUPP \
        -E LD_PRELOAD="$SHIM" -E NOSIGPIPE_OPTIONS=mode=flags "$PROGRAMS/policy" 5 pipe write 3 \
        3>"$BATS_TEST_TMPDIR/answers"
    assert_equal "$(grep -c EPIPE "$BATS_TEST_TMPDIR/answers")" "$(grep -c EPIPE "$BATS_TEST_TMPDIR/oracle")"
    # The shim does not try the flag again.
    assert_equal "$(grep -c 'pwritev2(.*INJECTED' "$BATS_TEST_TMPDIR/trace")" 1
    run shimmed env NOSIGPIPE_OPTIONS=mode=flags python3 -c 'import os
fd = os.open("/proc/self/comm", os.O_RDWR)
print(os.write(fd, b"renamed"), os.pread(fd, 16, 0))'
    assert_output "7 b'renamed\\n'"
}

@test "mode=flags: a write that fails with an error of the file is made once" {
    # EINVAL is injected in place of the answer of the kernel; descriptor 5 is the pipe.
    traced() { # CALL OPTION...
        env --default-signal=PIPE strace -f -o "$BATS_TEST_TMPDIR/trace" -e inject="$1":error=EINVAL \
            "${@:2}" "$PROGRAMS/policy" 5 pipe write 3 3>/dev/null
        grep -c '\(write\|pwritev2\)(5, ' "$BATS_TEST_TMPDIR/trace"
    }
    run traced write
    local bare_count=$output
    assert_equal "$(traced pwritev2 -E LD_PRELOAD="$SHIM" -E NOSIGPIPE_OPTIONS=mode=flags)" "$bare_count"
}
