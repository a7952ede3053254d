#!/usr/bin/env bats
# The version in the object file: as a text, as an ELF note, and printed by the object when it is executed.

load ../lib/common
bats_require_minimum_version 1.5.0 # run -STATUS

setup() {
    VERSION=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    LINE="libnosigpipe.so $VERSION: to be preloaded; see libnosigpipe(7) and nosigpipe(1)"
    STRIPPED=$BATS_TEST_TMPDIR/libnosigpipe.so
    strip -o "$STRIPPED" "$SHIM"
}

# The descriptor of the note of the owner nosigpipe: that of the resident begins in the same way.
note_of() { # FILE
    LC_ALL=C readelf --wide --notes "$1" | sed -n 's/^ *nosigpipe .*\(NT_[A-Z]*\).*data: \(.*[^ ]\) *$/\1 \2/p'
}

# bats test_tags=native
@test "strings and a note name the version, without debug information, too" {
    local file
    for file in "$SHIM" "$STRIPPED"; do
        strings "$file" | grep -q -x -F "$LINE"
        run note_of "$file"
        assert_output "NT_VERSION $(printf '%s\0' "$VERSION" | od -An -v -tx1 | sed 's/^ //')"
    done
    # It is loaded with the library, so what reads a process or its core finds it.
    readelf --wide --segments "$STRIPPED" | grep -q -E '^ +[0-9]+ .*\.note\.nosigpipe .*\.text '
}

# bats test_tags=native
@test "the object prints one line with its version to who executes it, with any arguments and environment" {
    local file
    for file in "$SHIM" "$STRIPPED"; do
        run -0 bare "$file"
        assert_output "$LINE"
        run -0 env -i "$file" --version '' 'a b'
        assert_output "$LINE"
        run -0 env -i LD_PRELOAD=/nonexistent NOSIGPIPE_OPTIONS=mode=nonsense "$file"
        assert_output "$LINE"
        run -0 python3 -c 'import os, sys; os.execve(sys.argv[1], ["x"], {})' "$file"
        assert_output "$LINE"
    done
}

# bats test_tags=native
@test "the interpreter of static programs says so as well, and does not take itself for its program" {
    run -0 timeout 20 env -i "$BUILD/ld-nosigpipe.so" argument
    assert_output "ld-nosigpipe.so $VERSION: the interpreter of static programs; see nosigpipe-embed(1)"
    run -125 timeout 20 bash -c '"$1" >/dev/full' - "$BUILD/ld-nosigpipe.so"
}

# glibc's passes a file without PT_INTERP to the kernel (elf/rtld.c, rtld_chain_load); musl's starts it itself.
# bats test_tags=glibc
@test "the dynamic linkers of glibc and musl execute it as well" {
    local linker
    for linker in /lib64/ld-linux-x86-64.so.2 /lib/ld-musl-x86_64.so.1; do
        [ -e "$linker" ] || continue
        run -0 bare "$linker" "$STRIPPED"
        assert_output "$LINE"
    done
}

# bats test_tags=native
@test "where the line cannot be written, the status says so; SIGPIPE ends the object like any program" {
    run -125 bash -c '"$1" >/dev/full' - "$SHIM"
    assert_output ''
    run -125 bash -c '"$1" >&-' - "$SHIM"
    run bare python3 -c '
import os, subprocess, sys
read, write = os.pipe()
os.close(read)
print(subprocess.run([sys.argv[1]], stdout=write, restore_signals=True).returncode)' "$SHIM"
    assert_output -13
    run ignoring bash -c 'exec 3> >(:); wait $!; "$1" >&3' - "$SHIM"
    assert_failure 125
}

# bats test_tags=native
@test "a pipe that has no room fails without waiting, and takes the whole line once it has" {
    run -0 python3 -c '
import fcntl, os, subprocess, sys
read, write = os.pipe()
fcntl.fcntl(write, 1031, 4096)  # F_SETPIPE_SZ, linux/fcntl.h
os.set_blocking(write, False)
os.write(write, b"." * 4086)
first = subprocess.run([sys.argv[1]], stdout=write)
os.set_blocking(write, True)
print(first.returncode)
os.read(read, 4096)
second = subprocess.run([sys.argv[1]], stdout=write)
print(second.returncode, os.read(read, 4096))' "$SHIM"
    assert_output "125
0 $(printf "b'%s\\\\n'" "$LINE")"
}

# bats test_tags=native
@test "a line that is written in part is no success" {
    run -0 python3 -c '
import resource, signal, subprocess, sys
def small():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
with open(sys.argv[2], "wb") as file:
    print(subprocess.run([sys.argv[1]], stdout=file, preexec_fn=small, restore_signals=False).returncode)' \
        "$SHIM" "$BATS_TEST_TMPDIR/part"
    assert_output 125
    assert_equal "$(cat "$BATS_TEST_TMPDIR/part")" "${LINE:0:10}"
}
