# Programs of each kind that the launcher tells apart, and how it is held to what it says of them.

load launcher

setup_file() {
    build_programs
}
# A folder that other users can reach, too, with the launcher and the object.
build_programs() {
    export FILES=$BATS_FILE_TMPDIR/files
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    mkdir "$FILES"
    cp "$LAUNCHER" "$SHIM" "$FILES"
    cd "$FILES" || return
    local source=$ROOT/tests/programs/outlive.c
    cc -o dynamic "$source"
    cc -static -o static "$source"
    cc -static-pie -o static_pie "$source"
    musl-gcc -o musl "$source"
    musl-gcc -static -o musl_static "$source"
    # With the loader and the libc that the cross compiler brought.
    local sysroot=/usr/i686-linux-gnu/lib
    i686-linux-gnu-gcc "-Wl,--dynamic-linker=$sysroot/ld-linux.so.2,-rpath,$sysroot" -o i386 "$source"
    cd - >/dev/null || return
}

# Who starts the program: words before it, set by a test.
caller=()
NOBODY=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# Of the status 127 bats warns unless it is told by $not_found that it is expected.
start() { # [ARGUMENT]...
    # shellcheck disable=SC2154 # launcher.bash sets it
    run ${not_found:+-127} bare "${caller[@]}" "${shell[@]}" "$FILES/nosigpipe" "$@"
}

# A program that dies bare. Without a reason given a mere preload helps it, and the launcher says
# nothing; else it does not, and the launcher says why and helps it all the same.
told_of() { # REASON COMMAND [ARGUMENT]...
    local reason=$1
    shift
    run bare "${caller[@]}" "$@"
    assert_failure "$SIGPIPE_STATUS"
    run bare LD_PRELOAD="$FILES/libnosigpipe.so" "${caller[@]}" "$@"
    if [ -z "$reason" ]; then
        assert_success
        start "$@"
        assert_success
        assert_output ''
        start --strict --check "$@"
        assert_success
        assert_output --partial "protected by the library: '$FILES/libnosigpipe.so' in '"
    else
        assert_failure "$SIGPIPE_STATUS"
        is_ignored_for "$reason" "$@"
    fi
}

is_ignored_for() { # REASON COMMAND [ARGUMENT]...
    local reason=$1
    shift
    start "$@"
    assert_success
    assert_output "nosigpipe: $reason: it starts with SIGPIPE ignored instead"
    start --quiet "$@"
    assert_success
    assert_output ''
    start --check "$@"
    assert_success
    assert_output "protected by inherited ignore: $reason"
    start --strict "$@"
    assert_failure 125
    assert_output "nosigpipe: $reason (--strict)"
    start --strict --check "$@"
    assert_failure 1
    assert_output "not protected, because $reason: --strict does not start it"
}

# An executable file with what printf makes of the words, named by its absolute path in `made`.
make_file() { # NAME FORMAT [WORD]...
    made=$BATS_TEST_TMPDIR/$1
    # shellcheck disable=SC2059 # the format is an argument
    printf "${@:2}" >"$made"
    chmod 755 "$made"
}
