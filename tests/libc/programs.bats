#!/usr/bin/env bats
# Programs that lack what others have: a libc, libdl, or functions that the shim exports. tests/libc/libc.sh
# has built the programs for other C libraries.

bats_require_minimum_version 1.5.0
load ../lib/common

LIBC=$BUILD/libc
MODES='catch ignore mask flags'

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    local name linker flags="-std=c11 -D_GNU_SOURCE -iquote $ROOT/shim -O2 -fno-builtin -fno-stack-protector"
    for name in native musl bullseye trixie; do
        linker=$(linker_of "$name")
        # shellcheck disable=SC2086 # one word a flag
        for kill in '' -DKILL; do
            gcc $flags $kill -nostdlib -fPIE -pie -Wl,--dynamic-linker="$linker" \
                -o "no_libc$kill.$name" "$ROOT/tests/libc/no_libc.c"
        done
    done
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

# Prints the dynamic linker of the programs for a libc.
linker_of() { # NAME
    local program=$LIBC/$1/tests/matrix
    [ "$1" != native ] || program=$PROGRAMS/matrix
    readelf -l "$program" | sed -n 's/.*program interpreter: \(.*\)]/\1/p'
}

shimmed_with() { # OPTIONS COMMAND...
    local options=$1
    shift
    shimmed env NOSIGPIPE_OPTIONS="$options" "$@"
}

@test "a program without libc has a dynamic linker and no library" {
    run -0 readelf --wide --dynamic --segments no_libc.bullseye
    assert_line --partial "program interpreter: $(linker_of bullseye)"
    refute_line --partial '(NEEDED)'
    run ! grep -a -q -e getenv -e __libc_start_main no_libc.native
}

@test "without libc: broken writes end the bare program, and do not end it with the shim, in every mode" {
    local name mode
    for name in native bullseye trixie; do
        run bare "./no_libc.$name"
        assert_failure "$SIGPIPE_STATUS"
        run -0 ignoring "./no_libc.$name"
        oracle=$output
        for mode in $MODES; do
            run -0 shimmed_with "mode=$mode" "./no_libc.$name"
            assert_output "$oracle"
        done
    done
}

@test "without libc: a SIGPIPE that the program sends itself ends it" {
    local name
    for name in native bullseye trixie; do
        run shimmed "./no_libc-DKILL.$name"
        assert_failure "$SIGPIPE_STATUS"
        assert_line --index 2 kill
    done
}

@test "without libc: the options are read, though there is no getenv" {
    local name
    for name in native bullseye trixie; do
        run -0 shimmed_with log=stderr,backtrace=4 "./no_libc.$name"
        assert_line --regexp "call=syscall .* kind=pipe .* action=epipe .* backtrace=no_libc.$name\\+0x"
        assert_line --regexp 'call=syscall .* kind=unix '
        run shimmed_with action=die "./no_libc.$name"
        assert_failure "$SIGPIPE_STATUS"
        refute_output
        run shimmed_with off "./no_libc.$name"
        assert_failure "$SIGPIPE_STATUS"
        run -0 shimmed_with colour=red "./no_libc.$name"
        assert_line --partial "unknown key 'colour'"
    done
}

@test "without libc: the options are found after any number of other variables" {
    local -a many
    mapfile -t many < <(seq -f 'V%g=value' 2000)
    run env -i LD_PRELOAD="$SHIM" "${many[@]}" NOSIGPIPE_OPTIONS=action=die "${many[@]}" \
        ./no_libc.native
    assert_failure "$SIGPIPE_STATUS"
    run -0 env -i LD_PRELOAD="$SHIM" "${many[@]}" ./no_libc.native
    run -0 env -i LD_PRELOAD="$SHIM" ./no_libc.native
}

@test "without libc: a program with more rights than its caller does not read the variable" {
    # As in options.bats, a copy in a system folder exists during this test.
    local name=libnosigpipe-test-$$.so
    cp no_libc.native more_rights
    chown 65534 more_rights
    chmod 4755 more_rights
    cp "$SHIM" "/usr/lib/$name"
    chmod u+s "/usr/lib/$name"
    # The dynamic linker removes unsafe variables from the environment, which leaves gaps in it.
    run env --default-signal=PIPE LD_PRELOAD="$name" LD_LIBRARY_PATH=/nowhere LD_DEBUG_OUTPUT=/nowhere \
        TMPDIR=/tmp NOSIGPIPE_OPTIONS=action=die ./more_rights
    local more=$status
    cp more_rights as_many # which takes the set-user-ID bit away
    run env --default-signal=PIPE LD_PRELOAD="$name" NOSIGPIPE_OPTIONS=action=die ./as_many
    rm -f "/usr/lib/$name"
    assert_failure "$SIGPIPE_STATUS"
    assert_equal "$more" 0
}

@test "musl's dynamic linker starts a program without libc as without the shim, since it runs no constructor" {
    run bare ./no_libc.musl
    assert_failure "$SIGPIPE_STATUS"
    run shimmed ./no_libc.musl
    assert_failure "$SIGPIPE_STATUS"
    assert_output ''
}

# --- The entrypoint, which is itself without libc

@test "the entrypoint protects programs of every libc" {
    local name program
    for name in musl bullseye trixie; do
        program=$LIBC/$name/tests/runner_write
        run bare "$program"
        assert_failure "$SIGPIPE_STATUS"
        run -0 ignoring "$program"
        oracle=$output
        run -0 bare NOSIGPIPE_OPTIONS=log=off "$BUILD/nosigpipe-entrypoint" "$program"
        assert_output "$oracle"
    done
}

# --- Loaded at run time

@test "musl refuses to load the object by dlopen, and the program goes on as without it" {
    local program=$LIBC/musl/tests/early_dlopen reason="initial-exec TLS resolves to dynamic definition"
    run bare "$program" "$SHIM"
    assert_failure "$SIGPIPE_STATUS"
    assert_output --regexp "^Error relocating $SHIM: .*$reason in $SHIM\$"
    run ignoring "$program"
    oracle=$output
    run ignoring "$program" "$SHIM"
    assert_output --regexp "^Error relocating $SHIM: .*"$'\n'"$oracle\$"
    # An object that was preloaded is loaded already.
    run shimmed "$program" "$SHIM"
    assert_failure "$SIGPIPE_STATUS" # by the kill at its end
    assert_output "$oracle"
}

# --- Without libdl

@test "glibc 2.31 has dlsym in libdl alone, and a program without libdl is protected all the same" {
    local root mode
    root=$("$ROOT/tests/lib/root.sh" bullseye busybox libc6-dev)
    run ! grep -q ' dlsym@' <(nm -D "$root/lib/x86_64-linux-gnu/libc.so.6")
    grep -q ' dlsym@' <(nm -D "$root/lib/x86_64-linux-gnu/libdl.so.2")
    run -0 readelf -d "$LIBC/bullseye/tests/runner_write.alone"
    refute_line --partial libdl
    refute_line --partial libpthread
    run bare "$LIBC/bullseye/tests/runner_write.alone"
    assert_failure "$SIGPIPE_STATUS"
    for mode in $MODES; do
        run -0 shimmed_with "mode=$mode,log=stderr" "$LIBC/bullseye/tests/runner_write.alone"
        assert_line '-1 Broken pipe'
        # The record names the call where the shim has found the definition of libc.
        assert_line --partial ' call=write '
    done
}

@test "glibc 2.31 without libpthread: no forbidden system call under the strictest filter" {
    local argument mode
    for argument in '' child; do
        # shellcheck disable=SC2086 # an argument or none
        run ignoring "$LIBC/bullseye/tests/strict.alone" $argument
        assert_output survived
        for mode in catch ignore mask; do # but flags, which writes by another system call
            # shellcheck disable=SC2086
            run shimmed_with "mode=$mode" "$LIBC/bullseye/tests/strict.alone" $argument
            assert_equal "$mode: $output" "$mode: survived"
        done
    done
}

# --- Without functions that the shim exports

@test "under musl, the write functions that musl lacks work where a program looks them up" {
    local names
    names=$(ignoring "$LIBC/musl/tests/matrix" | sed -n 's/,.*libc has no such name.*//p' | sort -u)
    # One of them is made with another system call where the headers lack its own.
    names=$(grep -v -x pwritev2 <<<"$names")
    assert_equal "$(xargs <<<"$names")" '__send __sendmmsg __write pwritev64v2'
    ignoring "$PROGRAMS/matrix" | grep -F "${names// /$'\n'}" |
        grep 'Broken pipe' | grep -v sendmmsg,tcp4,midway >expected
    run grep -c . expected
    assert [ "$output" -gt 100 ]
    shimmed "$LIBC/musl/tests/matrix" --absent >answers
    run -0 diff expected <(grep -F -x -f <(cut -d: -f1 expected) <(cut -d: -f1 answers) |
        while read -r name; do grep "^$name:" answers; done)
}
