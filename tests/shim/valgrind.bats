# bats file_tags=valgrind
# The shim under memcheck of valgrind, as a preload: it reads and writes no memory out of bounds, and no
# jump depends on uninitialized bytes.

load ../lib/common

# valgrind gives up where it cannot read an object's debug information (clang's DWARF 5).
setup_file() {
    strip -g -o "$BATS_FILE_TMPDIR/libnosigpipe.so" "$SHIM"
}

checked() { # OPTIONS COMMAND...
    local options=$1
    shift
    bare LD_PRELOAD="$BATS_FILE_TMPDIR/libnosigpipe.so" NOSIGPIPE_OPTIONS="$options" \
        valgrind -q --error-exitcode=9 --child-silent-after-fork=no "$@"
}

# Asserts that in each mode, with every option that does something at an event, a case answers as without
# the shim where SIGPIPE is ignored.
same_in_each_mode() { # CASE...
    local mode log=$BATS_TEST_TMPDIR/log expected
    for name; do
        expected=$(ignoring "$PROGRAMS/matrix" "$name")
        [ -n "$expected" ]
        for mode in catch ignore mask flags; do
            rm -f "$log"
            run checked "mode=$mode,backtrace=8,storm=1000,log=file:$log" "$PROGRAMS/matrix" "$name"
            assert_output "$expected"
            assert_success
            # Writes of stdio inside libc are not events where the signal is ignored or blocked.
            [ -s "$log" ] || [[ $mode,$name =~ ^(ignore|mask),fprintf, ]]
        done
    done
}

@test "memcheck finds no error in any mode: writes" {
    same_in_each_mode write,pipe,closed,short,thread writev,tcp4,reset,short,vfork
}

@test "memcheck finds no error in any mode: sends and stdio" {
    same_in_each_mode sendmsg,tcp4,reset,short,fork fprintf,pipe,closed,short,main
}

@test "memcheck finds no error in the parser of the options" {
    run checked "mode=$(printf 'x%.0s' $(seq 600)),,=,a=b,log=file:PATH,storm=-1" "$PROGRAMS/outlive"
    assert_success
    # valgrind is a program with the shim as well, before it becomes the one that is asked for.
    assert_equal "$(sort -u <<<"$output" | wc -l)" 5
    refute_output --partial '=='
}
