#!/usr/bin/env bats
# The object for other CPUs: i386 natively, the others in QEMU's user mode, whose kernel is this one.
# The oracle is the same program for the same CPU without the shim, with SIGPIPE ignored where it would
# end the program.
# shellcheck disable=SC2034 # what it sets is for tests/lib/transcript.bash, too

load ../lib/common
load ../lib/record
load ../lib/transcript
load ../lib/versions
load ../lib/emulator
load ../lib/cross

TRIPLETS='i686-linux-gnu aarch64-linux-gnu riscv64-linux-gnu powerpc64le-linux-gnu s390x-linux-gnu arm-linux-gnueabihf'
# Those whose programs can be run here.
RUNNABLE=$TRIPLETS
executes_i386 || RUNNABLE=${TRIPLETS#i686-linux-gnu }

setup_file() {
    # shellcheck disable=SC2206 # one word a program
    local triplet programs=($TRANSCRIPTS survival restricted old_calls)
    programs=(matrix record_event versions "${programs[@]/#/transcript_}")
    for triplet in $TRIPLETS; do
        for_cpu "$triplet"
        make_for "$triplet" CROSS="$triplet" "build/$triplet/libnosigpipe.so"
        make_for "$triplet" CC="$triplet-gcc" LDFLAGS="$LINK" BUILD="${PROGRAMS%/tests}" "${programs[@]/#/$PROGRAMS/}"
        # shellcheck disable=SC2086 # one word a flag
        "$triplet-gcc" $FLAGS $LINK -o "$BATS_FILE_TMPDIR/$triplet.calls" "$ROOT/tests/fixtures/backtrace/backtrace_calls.c"
    done
}

FLAGS='-std=c11 -D_GNU_SOURCE -O2 -g -pthread -rdynamic -fasynchronous-unwind-tables'

# Sets the variables for a CPU. RUN runs its programs, which are linked with LINK. Programs for i386 name
# their dynamic linker, so that the programs that they start use it, too.
for_cpu() { # TRIPLET
    PROGRAMS=$BUILD/$1/tests
    SHIM=$BUILD/$1/libnosigpipe.so
    RUN=("$(emulator "$1")" -L "/usr/$1")
    LINK=
    case $1 in
    i686-*)
        PROGRAMS=$BUILD/$1/native/tests
        RUN=()
        LINK="-Wl,--dynamic-linker=/usr/$1/lib/ld-linux.so.2,-rpath,/usr/$1/lib"
        ;;
    esac
}

assert_same() { # EXPECTED SEEN
    run diff "$@"
    assert_output ''
    assert_success
}

is_small_and_sound() { # TRIPLET
    for_cpu "$1"
    "$1-strip" -o "$BATS_TEST_TMPDIR/stripped.so" "$SHIM"
    size=$(stat -c %s "$BATS_TEST_TMPDIR/stripped.so")
    echo "# $1: $size bytes" >&3
    # Most instructions of s390x that load, store or call have six bytes, and each register saved is described.
    limit=80
    case $1 in powerpc64le-*) limit=100 ;; s390x-*) limit=92 ;; esac
    assert [ "$size" -le "$((limit << 10))" ]
    run readelf --wide --file-header --dynamic --segments "$SHIM"
    assert_success
    assert_line --regexp '^ +GNU_STACK .* RW +0x[0-9a-f]+$'
    assert_line --regexp '^ +GNU_RELRO '
    assert_line --partial 'BIND_NOW'
    refute_line --partial '(NEEDED)'
    refute_line --partial 'TEXTREL'
    refute_line --regexp ' (RWE|WE) +0x'
    run nm -D --undefined-only "$SHIM"
    assert_success
    assert_line --regexp '^ +w __errno_location$'
    refute_line --regexp '^ +[^ w]'
}

# A bare case dies. With the shim each answers as the oracle, also after SIGPIPE was blocked and unblocked.
answers_as_the_oracle() { # TRIPLET
    for_cpu "$1"
    run bare "${RUN[@]}" "$PROGRAMS/matrix" write,unix,reset,none,main
    assert_failure "$SIGPIPE_STATUS"
    ignoring "${RUN[@]}" "$PROGRAMS/matrix" >"$BATS_TEST_TMPDIR/oracle"
    assert [ "$(grep -c 'Broken pipe' "$BATS_TEST_TMPDIR/oracle")" -gt 1000 ]
    shimmed "${RUN[@]}" "$PROGRAMS/matrix" >"$BATS_TEST_TMPDIR/seen"
    assert_same "$BATS_TEST_TMPDIR/oracle" "$BATS_TEST_TMPDIR/seen"
}

# One case of each call.
answers_in_every_mode() { # TRIPLET
    for_cpu "$1"
    bare "${RUN[@]}" "$PROGRAMS/matrix" --list | grep -v closed |
        awk -F, '!seen[$1]++' >"$BATS_TEST_TMPDIR/cases"
    assert [ "$(wc -l <"$BATS_TEST_TMPDIR/cases")" -gt 15 ]
    while read -r name; do
        run ignoring "${RUN[@]}" "$PROGRAMS/matrix" "$name"
        assert_success
        oracle=$output
        for options in mode=ignore mode=mask mode=flags mode=ignore,log=file:/dev/null \
            mode=mask,log=file:/dev/null,backtrace=32 log=file:/dev/null,backtrace=32; do
            run logging "$options" "${RUN[@]}" "$PROGRAMS/matrix" "$name"
            assert_success
            assert_equal "$options: $output" "$options: $oracle"
        done
    done <"$BATS_TEST_TMPDIR/cases"
}

@test "the library for each CPU is at most 80 KiB, 92 on s390x, 100 on PowerPC, and needs no other library" {
    for triplet in $TRIPLETS; do
        is_small_and_sound "$triplet"
    done
}

@test "the library for each CPU prints its version to who executes it, and has it in a note" {
    local version line
    version=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    line="libnosigpipe.so $version: to be preloaded; see libnosigpipe(7) and nosigpipe(1)"
    for triplet in $TRIPLETS; do
        for_cpu "$triplet"
        "$triplet-strip" -o "$BATS_TEST_TMPDIR/stripped.so" "$SHIM"
        run env LC_ALL=C readelf --wide --notes "$BATS_TEST_TMPDIR/stripped.so"
        assert_line --regexp "^ *nosigpipe .*NT_VERSION .*data: $(printf '%s\0' "$version" | od -An -v -tx1 | sed 's/^ //')"
        case " $RUNNABLE " in *" $triplet "*) ;; *) continue ;; esac
        [ "${#RUN[@]}" = 0 ] || RUN=("$(emulator "$triplet")")
        run bare "${RUN[@]}" "$BATS_TEST_TMPDIR/stripped.so"
        assert_success
        assert_output "$line"
        make_for "$triplet" CROSS="$triplet" "build/$triplet/ld-nosigpipe.so"
        run bare timeout 60 "${RUN[@]}" "$BUILD/$triplet/ld-nosigpipe.so"
        assert_success
        assert_output "ld-nosigpipe.so $version: the interpreter of static programs; see nosigpipe-embed(1)"
    done
}

# With 64-bit times glibc's headers give sendmsg and others another name. Debian 13's compiler has them by default.
@test "armhf: a compiler with 64-bit times makes a library for the same calls" {
    for_cpu arm-linux-gnueabihf
    make -s -j "$(nproc)" -C "$ROOT" CROSS=arm-linux-gnueabihf BUILD="$BATS_TEST_TMPDIR" \
        CPPFLAGS='-D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64' "$BATS_TEST_TMPDIR/libnosigpipe.so"
    nm -D --defined-only --format=just-symbols "$SHIM" >"$BATS_TEST_TMPDIR/usual"
    nm -D --defined-only --format=just-symbols "$BATS_TEST_TMPDIR/libnosigpipe.so" >"$BATS_TEST_TMPDIR/seen"
    assert grep -q '^sendmsg$' "$BATS_TEST_TMPDIR/usual"
    assert_same "$BATS_TEST_TMPDIR/usual" "$BATS_TEST_TMPDIR/seen"
}

@test "i386: every case answers as the oracle" {
    needs_i386
    answers_as_the_oracle i686-linux-gnu
}

@test "AArch64: every case answers as the oracle" {
    answers_as_the_oracle aarch64-linux-gnu
}

@test "RISC-V: every case answers as the oracle" {
    answers_as_the_oracle riscv64-linux-gnu
}

@test "PowerPC: every case answers as the oracle" {
    answers_as_the_oracle powerpc64le-linux-gnu
}

@test "s390x: every case answers as the oracle" {
    answers_as_the_oracle s390x-linux-gnu
}

@test "armhf: every case answers as the oracle" {
    answers_as_the_oracle arm-linux-gnueabihf
}

@test "i386: each call answers as the oracle in every mode, logged and not" {
    needs_i386
    answers_in_every_mode i686-linux-gnu
}

@test "AArch64: each call answers as the oracle in every mode, logged and not" {
    answers_in_every_mode aarch64-linux-gnu
}

@test "RISC-V: each call answers as the oracle in every mode, logged and not" {
    answers_in_every_mode riscv64-linux-gnu
}

@test "PowerPC: each call answers as the oracle in every mode, logged and not" {
    answers_in_every_mode powerpc64le-linux-gnu
}

@test "s390x: each call answers as the oracle in every mode, logged and not" {
    answers_in_every_mode s390x-linux-gnu
}

@test "armhf: each call answers as the oracle in every mode, logged and not" {
    answers_in_every_mode arm-linux-gnueabihf
}

@test "a program has the versions of libc's calls that it was linked with" {
    for triplet in $RUNNABLE; do
        for_cpu "$triplet"
        assert_same_versions "$triplet-gcc"
    done
}

# On some CPUs the shim finds the descriptor of a call that is not interposed by looking for the one that
# is broken. A descriptor inherited from the caller of the tests may be broken, too.
keep_three_descriptors() {
    local descriptor
    for descriptor in /proc/self/fd/*; do
        descriptor=${descriptor##*/}
        [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
    done
}

# Asserts that a record says what the program knows. QEMU does not implement SO_PEERNAME (linux-user/syscall.c),
# by which the peer of a broken TCP connection is named.
records_what_was() { # TRIPLET
    for_cpu "$1"
    cd "$BATS_TEST_TMPDIR" || return
    for origin in write send sendmmsg stdio raw-write partial blocked; do
        for end in pipe unix tcp; do
            [ "$origin" != partial ] || [ "$end" = pipe ] || continue
            case $origin,$end in send*,pipe) continue ;; esac
            (
                keep_three_descriptors
                logging "log=file:$PWD/log" "${RUN[@]}" "$PROGRAMS/record_event" "$origin" "$end" w \
                    3>>known
            )
            rm -f w v
        done
    done
    decode logfmt log | awk 'BEGIN { RS = ""; } /\ncall=/' | without_time | but_what_qemu_lacks >recorded
    grep -v '^answer' known | but_what_qemu_lacks >expected
    assert [ "$(grep -c '^thread=the writer$' expected)" = 17 ]
    assert_same expected recorded
}

# Nor does it write the descriptor into the context of a signal on PowerPC (linux-user/ppc/signal.c).
but_what_qemu_lacks() {
    case ${RUN[0]-} in
    '') cat ;;
    *ppc64le*) sed -E '/^(fd|kind|local|peer|peer_pid|inode|asked|written)=/d' ;;
    *) sed 's/^peer=127\..*/peer=/' ;;
    esac
}

# Prints the functions of the program in a backtrace, the innermost first. On i386 libc makes system calls
# in the vDSO, and a backtrace ends there. On RISC-V glibc has no call frame information for syscall(2).
names_the_callers() { # TRIPLET WAY...
    for_cpu "$1"
    for way in "${@:2}"; do
        rm -f "$BATS_TEST_TMPDIR/log"
        logging "log=file:$BATS_TEST_TMPDIR/log,backtrace=32" "${RUN[@]}" \
            "$BATS_FILE_TMPDIR/$1.calls" "$way" main
        run grep -o '[^ "]*calls+[^ "]*' "$BATS_TEST_TMPDIR/log"
        assert_equal "$1 $way: $(sed -n 's/.*(\(.*\))/\1/p' <<<"$output" | grep -v '^_' | xargs)" \
            "$1 $way: innermost middle outermost main"
    done
}

# QEMU moves the memory of a 32-bit program: what /proc/self/mem has at an address, by which the shim reads
# the program's code and stack where there is no process_vm_readv(2), is other memory. So records and
# backtraces of armhf are for a real kernel.
@test "each record says what the program knows" {
    for triplet in ${RUNNABLE/arm-linux-gnueabihf/}; do
        records_what_was "$triplet"
        rm -f "$BATS_TEST_TMPDIR"/{known,log}
    done
}

# The journal's lengths are little-endian on each CPU.
@test "the journal can read the records of each CPU" {
    needs mounts
    cd "$BATS_TEST_TMPDIR"
    for triplet in ${RUNNABLE/arm-linux-gnueabihf/}; do
        for_cpu "$triplet"
        with_server /run/systemd/journal/socket "$triplet" env --default-signal=PIPE LD_PRELOAD="$SHIM" \
            NOSIGPIPE_OPTIONS=log=journal "${RUN[@]}" "$PROGRAMS/record_event" write pipe w 3>known
        assert_same <(grep -v '^answer' known | but_what_qemu_lacks) \
            <(decode journal "$triplet/1" | without_time | grep . | but_what_qemu_lacks)
    done
}

@test "a backtrace names the functions in the order of their calls" {
    ! executes_i386 || names_the_callers i686-linux-gnu send
    names_the_callers aarch64-linux-gnu write stdio send raw
    names_the_callers riscv64-linux-gnu write stdio send
    names_the_callers powerpc64le-linux-gnu write stdio send raw
    names_the_callers s390x-linux-gnu write stdio send
}

# QEMU 7.2 forgets si_errno (linux-user/signal.c, host_to_target_siginfo_noswap), and with it the mark of
# a SIGPIPE that a program has sent itself while it was blocked.
UNMARKED=$(echo /stand_blocked \
    send_{by_kill,by_raw_kill,to_0,to_group,by_killpg,by_killpg_0,from_thread,to_nobody}/stand_default_blocked)

# QEMU also lacks some calls. On RISC-V, whose struct sigaction has no restorer, it reads the mask of a
# handler from the memory after the structure. On s390x it forgets the mark of one more call; Linux 6.12 does not.
compared() { # LIMITS TRANSCRIPT
    case ${RUN[0]-} in
    '') filtered 0 "$@" ;;
    *riscv64*)
        # libc cancels a thread by a handler: its clean-up shows that mask.
        filtered 0 "$1$UNMARKED " "$2" | without 'cannot go on|handler' | sed '/^  cleaned up$/ { n; d; }'
        ;;
    *s390x*)
        filtered 0 "$1$UNMARKED send_by_sigqueue/stand_default_blocked " "$2" | without 'cannot go on'
        ;;
    *arm*)
        # With mode=ignore a query can lack the restorer there (libnosigpipe(7), CAVEATS).
        filtered 0 "$1$UNMARKED " "$2" | without 'cannot go on' | sed 's/ with restorer$//; s/ 0x14000000\>/ 0x10000000/'
        ;;
    *) filtered 0 "$1$UNMARKED " "$2" | without 'cannot go on' ;;
    esac
}

# In QEMU some cases hang without the shim, too, and a thousand pairs of calls exceed the time of a case.
same_in_every_mode() { # TRIPLET STATE
    local mode name oracle
    for_cpu "$1"
    ORACLES=$BATS_TEST_TMPDIR
    [ ${#RUN[@]} = 0 ] || CASES["dispositions"]='at_start flags'
    make_oracles "$2"
    for name in $TRANSCRIPTS; do
        oracle=$ORACLES/$name.$2
        grep -q SIGALRM "$oracle" || continue
        CASES[$name]=$(ended "$oracle")
        transcript "$2" "$name" >"$oracle"
        assert [ -s "$oracle" ]
    done
    for mode in catch ignore mask flags; do
        same_under "$SHIM" "mode=$mode" "$2" || fail "mode=$mode"
    done
}

survives_in_every_mode() { # TRIPLET
    local mode
    for_cpu "$1"
    transcript ignored survival >"$BATS_TEST_TMPDIR/survival"
    SURVIVAL["survival"]=$(ended "$BATS_TEST_TMPDIR/survival")
    # QEMU ignores MADV_WIPEONFORK, by which the shim knows a child that libc did not make.
    [ ${#RUN[@]} = 0 ] || SURVIVAL["restricted"]='in_process in_vfork_child in_unrestricted_clone_child
        in_unrestricted_raw_clone_child after_ignored_kill'
    run survives "" ""
    assert_failure
    assert_output --partial 'killed by SIGPIPE'
    for mode in catch ignore mask flags; do
        survives "$SHIM" "mode=$mode" || fail "mode=$mode"
    done
}

@test "i386: the same transcript in every mode, inherited default" {
    needs_i386
    same_in_every_mode i686-linux-gnu default
}

@test "i386: the same transcript in every mode, inherited ignored" {
    needs_i386
    same_in_every_mode i686-linux-gnu ignored
}

@test "i386: the same transcript in every mode, inherited blocked" {
    needs_i386
    same_in_every_mode i686-linux-gnu blocked
}

@test "AArch64: the same transcript in every mode" {
    same_in_every_mode aarch64-linux-gnu default
}

@test "RISC-V: the same transcript in every mode" {
    same_in_every_mode riscv64-linux-gnu default
}

@test "PowerPC: the same transcript in every mode" {
    same_in_every_mode powerpc64le-linux-gnu default
}

@test "s390x: the same transcript in every mode" {
    same_in_every_mode s390x-linux-gnu default
}

@test "armhf: the same transcript in every mode" {
    same_in_every_mode arm-linux-gnueabihf default
}

@test "i386: broken writes never take the default action" {
    needs_i386
    survives_in_every_mode i686-linux-gnu
}

@test "AArch64: broken writes never take the default action" {
    survives_in_every_mode aarch64-linux-gnu
}

@test "RISC-V: broken writes never take the default action" {
    survives_in_every_mode riscv64-linux-gnu
}

@test "PowerPC: broken writes never take the default action" {
    survives_in_every_mode powerpc64le-linux-gnu
}

@test "s390x: broken writes never take the default action" {
    survives_in_every_mode s390x-linux-gnu
}

@test "armhf: broken writes never take the default action" {
    survives_in_every_mode arm-linux-gnueabihf
}

# The calls are made by syscall(2), as by programs without libc.
answers_the_first_calls() { # TRIPLET
    local state mode
    for_cpu "$1"
    TRANSCRIPTS=old_calls
    SURVIVAL=(["old_calls"]='survive_signal survive_sigaction survive_one_shot survive_restorer survive_masks')
    run survives "" ""
    assert_failure
    assert_output --partial 'killed by SIGPIPE'
    for state in default ignored blocked; do
        same_in_every_mode "$1" "$state"
    done
    for mode in catch ignore mask flags; do
        survives "$SHIM" "mode=$mode" || fail "mode=$mode"
    done
}

@test "i386: the first signal calls answer the same in every mode, and so do broken writes after them" {
    needs_i386
    answers_the_first_calls i686-linux-gnu
}

@test "armhf: the first signal calls answer the same in every mode, and so do broken writes after them" {
    answers_the_first_calls arm-linux-gnueabihf
}
