#!/usr/bin/env bats
# Programs of an older and a newer Debian, run in their own system: as in tests/applications, SIGPIPE
# ends them without the shim, and with it they do what they do where the signal is ignored.

bats_require_minimum_version 1.5.0
load ../lib/root

PRELOAD=LD_PRELOAD=/source/build/libnosigpipe.so

# Each line is a command of the shell: a program that writes to a standard output which nobody reads.
COMMANDS='bash -c "echo text; echo alive >&2"
dash -c "echo text; echo alive >&2"
busybox sh -c "echo text; echo alive >&2"
busybox cat /etc/passwd
perl -e "\$| = 1; print qq(text); print STDERR qq(alive)"
cat /etc/passwd
seq 100000
dd if=/dev/zero count=9 status=noxfer
sed p /etc/passwd
find /etc -maxdepth 1
tar -cf - -C / etc/passwd'

# Makes descriptor 9 a pipe that nobody reads.
setup() {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    exec 8<>"$BATS_TEST_TMPDIR/pipe"
    exec 9>"$BATS_TEST_TMPDIR/pipe" 8<&-
}

into_pipe() {
    "$@" >&9
}

outlive_in() { # SUITE VERSION
    local line expected
    local -a command
    use_root "$1" busybox libc6-dev
    run -0 in_root ldd --version
    assert_line --index 0 --regexp " $2\$"
    while read -r line; do
        eval "command=($line)"
        run into_pipe in_root "${command[@]}"
        assert_equal "$line: $status" "$line: $SIGPIPE_STATUS"
        run into_pipe in_root env --ignore-signal=PIPE "${command[@]}"
        expected=$status$output
        run into_pipe in_root env "$PRELOAD" "${command[@]}"
        assert_equal "$line: $status$output" "$line: $expected"
    done <<<"$COMMANDS"
}

@test "glibc 2.31: the shells and tools of bullseye" {
    outlive_in bullseye 2.31
}

@test "glibc 2.41: the shells and tools of trixie" {
    outlive_in trixie 2.41
}
