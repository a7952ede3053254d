# nosigpipe-audit --watch on the kernels of Debian, in QEMU. Nothing else happens in such a system, so each line has
# to come without the next one.

load ../lib/kernel

# Makes a system of busybox, the audit and one program, whose first process is init.
setup_file() {
    local folder=$BATS_FILE_TMPDIR/system
    read_cpu x86_64-linux-gnu
    make_system "$folder" "$BATS_TEST_DIRNAME/watch_init.sh"
    cp "$BUILD/nosigpipe-audit" "$folder/bin"
    "${CC:-cc}" -static -std=c11 -D_GNU_SOURCE -o "$folder/bin/audit_state" \
        "$ROOT/tests/fixtures/audit_state.c" -pthread
    pack_system "$folder" >"$BATS_FILE_TMPDIR/initrd"
}

boot_kernel() { # SUITE
    local kernel
    read_cpu x86_64-linux-gnu
    kernel=$(kernel_file "$1" image-) || return
    boot 600 "$kernel" "$BATS_FILE_TMPDIR/initrd"
}

assert_watched() { # SUITE
    [ "$(uname -m)" = x86_64 ] || skip 'the kernels are for x86-64'
    run boot_kernel "$1"
    assert_output --partial "\
TIME UTC     PID PROGRAM         OUTCOME  CALL            UNIT
PID audit_state     killed   write pipe      -
PID audit_state     ignored  write pipe      -
PID audit_state     handled  write pipe      -
PID audit_state     blocked  write pipe      -
PID yes             killed   write pipe      -
PID sh              ignored  sent by itself
ended 143
unread 2
left 0"
}

@test "the watch sees every kind of SIGPIPE with the kernel of Debian 11" { assert_watched bullseye; }

@test "the watch sees every kind of SIGPIPE with the kernel of Debian 12" { assert_watched bookworm; }

@test "the watch sees every kind of SIGPIPE with the kernel of Debian 13" { assert_watched trixie; }
