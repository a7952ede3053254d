# bats file_tags=valgrind
# The shim under valgrind's memcheck, as a preload: no read or write of memory that is not its own, no
# jump that hangs on bytes that nobody has set.

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

# What a case answers in each mode, with all that may follow an event, is what it answers without
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
            # What stdio writes inside libc is no event where the signal is ignored or blocked.
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

@test "memcheck finds no error in the options, whatever they say" {
    run checked "mode=$(printf 'x%.0s' $(seq 600)),,=,a=b,log=file:PATH,storm=-1" "$PROGRAMS/outlive"
    assert_success
    # valgrind is a program with the shim as well, before it becomes the one that is asked for.
    assert_equal "$(sort -u <<<"$output" | wc -l)" 5
    refute_output --partial '=='
}
