# For tests of the launcher with programs of each kind that it distinguishes. They check that what it says of
# a program is true.

load launcher

setup_file() {
    build_programs
}
# Makes a folder that other users can reach, too, with the launcher and the library.
build_programs() {
    export FILES=$BATS_FILE_TMPDIR/files
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    mkdir "$FILES"
    cp "$LAUNCHER" "$SHIM" "$FILES"
    cd "$FILES" || return
    local source=$ROOT/tests/fixtures/outlive.c
    cc -o dynamic "$source"
    cc -static -o static "$source"
    cc -static-pie -o static_pie "$source"
    musl-gcc -o musl "$source"
    musl-gcc -static -o musl_static "$source"
    # Uses the loader and the libc of the cross compiler.
    local sysroot=/usr/i686-linux-gnu/lib
    i686-linux-gnu-gcc "-Wl,--dynamic-linker=$sysroot/ld-linux.so.2,-rpath,$sysroot" -o i386 "$source"
    cd - >/dev/null || return
}

# The words before the program, which start it. A test may set them.
caller=()
NOBODY=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# bats warns of the status 127, unless $not_found says that it is expected.
start() { # [ARGUMENT]...
    # shellcheck disable=SC2154 # launcher.bash sets it
    run ${not_found:+-127} bare "${caller[@]}" "${shell[@]}" "$FILES/nosigpipe" "$@"
}

# Asserts that a program dies bare. Without a REASON, LD_PRELOAD alone protects it, and the launcher prints
# nothing. With a REASON, LD_PRELOAD alone does not, and the launcher prints why and protects it otherwise.
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

# Makes an executable file with the output of printf, and sets `made` to its absolute path.
make_file() { # NAME FORMAT [WORD]...
    made=$BATS_TEST_TMPDIR/$1
    # shellcheck disable=SC2059 # the format is an argument
    printf "${@:2}" >"$made"
    chmod 755 "$made"
}
