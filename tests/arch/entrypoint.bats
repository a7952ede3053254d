#!/usr/bin/env bats
# The entrypoint for other CPUs: i386 natively, the others in QEMU's user mode. It starts a
# program of this CPU, and the object beside it is for this CPU.

load ../lib/common
load ../lib/static
load ../lib/emulator
load ../lib/cross
bats_require_minimum_version 1.5.0 # run -STATUS

# Sets FOLDER, and RUN, which runs the entrypoint in it.
make_entrypoint() { # TRIPLET
    FOLDER=$BATS_TEST_TMPDIR/$1
    RUN=("$(emulator "$1")" "$FOLDER/nosigpipe-entrypoint")
    case $1 in i686-*) RUN=("${RUN[1]}") ;; esac
    make_for "$1" CROSS="$1" "build/$1/nosigpipe-entrypoint"
    mkdir "$FOLDER"
    cp "$BUILD/$1/nosigpipe-entrypoint" "$SHIM" "$FOLDER"
}

# QEMU builds a new environment, in another order (linux-user/main.c).
hands_on() {
    env -i PATH="$PATH" b.c=d 'E%%=f g' cat /proc/self/environ | sort -z >"$FOLDER/expected"
    env -i --default-signal=PIPE PATH="$PATH" b.c=d 'E%%=f g' "${RUN[@]}" cat /proc/self/environ |
        sort -z >"$FOLDER/seen"
    cmp "$FOLDER/expected" <(grep -z -v -E '^(LD_PRELOAD|NOSIGPIPE_OPTIONS)=' "$FOLDER/seen")
    grep -z -q -x "LD_PRELOAD=$FOLDER/libnosigpipe.so" "$FOLDER/seen"
    run bare "${RUN[@]}" bash -c 'yes | true; echo "${PIPESTATUS[0]}"'
    assert_line "$SIGPIPE_STATUS"
    assert_line --partial action=stdio
    printf 'echo "by a shell: $1"' >"$FOLDER/script"
    chmod +x "$FOLDER/script"
    run bare "${RUN[@]}" "$FOLDER/script" word
    assert_output 'by a shell: word'
}

tells() {
    run bare NOSIGPIPE_OPTIONS="log=file:$FOLDER/no/log" "${RUN[@]}" true
    assert_output "nosigpipe-entrypoint: the log cannot be written, '$FOLDER/no/log': No such file or directory"
    run bare --ignore-signal=PIPE "${RUN[@]}" true
    assert_output 'nosigpipe-entrypoint: SIGPIPE is ignored already, so nothing will be logged'
    run bare --block-signal=PIPE "${RUN[@]}" true
    assert_output 'nosigpipe-entrypoint: SIGPIPE is blocked already, so nothing will be logged'
    run -127 bare "${RUN[@]}" no-such-command
    assert_output "nosigpipe-entrypoint: cannot start 'no-such-command': No such file or directory"
    run -0 bare "${RUN[@]}" --version
    assert_output "nosigpipe-entrypoint $(sed -n 's/^VERSION := //p' "$ROOT/Makefile")"
}

works() { # TRIPLET
    make_entrypoint "$1"
    assert_small_static "$FOLDER/nosigpipe-entrypoint" "$1-strip"
    hands_on
    tells
}

@test "i386: the entrypoint" {
    needs_i386
    works i686-linux-gnu
}

@test "AArch64: the entrypoint" {
    works aarch64-linux-gnu
}

@test "RISC-V: the entrypoint" {
    works riscv64-linux-gnu
}

@test "PowerPC: the entrypoint" {
    works powerpc64le-linux-gnu
}

@test "s390x: the entrypoint" {
    works s390x-linux-gnu
}

@test "armhf: the entrypoint" {
    works arm-linux-gnueabihf
}
