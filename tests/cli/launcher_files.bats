# bats file_tags=launcher
# Scripts, whose interpreter decides, and files that the kernel does not execute.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`; launcher_programs.bash reads `caller`
load launcher_programs

scripts() {
    local name
    for name in plain blanks links chain env env_s unmarked blank_mark; do
        told_of '' "$BATS_TEST_TMPDIR/to_dynamic_$name"
    done
    for name in plain blanks links chain env env_s; do
        told_of "'$FILES/static' is statically linked" "$BATS_TEST_TMPDIR/to_static_$name"
    done
}
@test "a script is judged by its interpreter, or by the program that env finds for it" {
    local kind
    PATH=$FILES:$PATH
    for kind in dynamic static; do
        ln -s "$FILES/$kind" "$BATS_TEST_TMPDIR/$kind"
        make_file "to_${kind}_plain" '#!%s\n' "$FILES/$kind"
        make_file "to_${kind}_blanks" '#! \t%s  word \n' "$FILES/$kind"
        make_file "to_${kind}_links" '#!%s' "$FILES/$kind" # no end of the line
        make_file "to_${kind}_chain" '#!%s\n' "$BATS_TEST_TMPDIR/to_${kind}_plain"
        make_file "to_${kind}_env" '#!/usr/bin/env %s\n' "$kind"
        make_file "to_${kind}_env_s" '#!/usr/bin/env -S A=b %s -x\n' "$kind"
    done
    make_file to_dynamic_unmarked 'exec %s\n' "$FILES/dynamic"
    make_file to_dynamic_blank_mark '#!\nexec %s\n' "$FILES/dynamic"
    in_each_shell scripts
}

words() {
    start "$BATS_TEST_TMPDIR/unmarked" 'a b' '*'
    assert_success
    assert_output "<$BATS_TEST_TMPDIR/unmarked><a b><*>"
    start "$BATS_TEST_TMPDIR/empty"
    assert_success
    assert_output ''
    cd "$BATS_TEST_TMPDIR" || return
    start -- -folder/unmarked x
    assert_output '<./-folder/unmarked><x>'
}
@test "sh runs a file without \"#!\", with its arguments, and an empty file" {
    make_file unmarked 'printf "<%%s>" "$0" "$@"\n'
    mkdir "$BATS_TEST_TMPDIR/-folder"
    cp "$made" "$BATS_TEST_TMPDIR/-folder"
    make_file empty ''
    in_each_shell words
}

env_decides() {
    cd "$FILES" || return
    local name
    for name in option quoted path; do
        start --check "$BATS_TEST_TMPDIR/$name"
        assert_output "protected by the library: '$FILES/libnosigpipe.so' in '/usr/bin/env'"
    done
}
@test "options and quotes of env are left to env" {
    make_file option '#!/usr/bin/env -i static\n'
    make_file quoted '#!/usr/bin/env -S "./static"\n'
    make_file path '#!/usr/bin/env -S PATH=/no/such static\n'
    in_each_shell env_decides
}

env_finds_nothing() {
    cd "$FILES" || return
    local name
    for name in not_there not_there_s word pattern; do
        # The message of env itself, without the launcher.
        run -127 bare "$BATS_TEST_TMPDIR/$name"
        not_found=yes start "$BATS_TEST_TMPDIR/$name"
        assert_output "nosigpipe: '$BATS_TEST_TMPDIR/$name', run by '/usr/bin/env': ${missing[$name]}"
        not_found=yes start --check "$BATS_TEST_TMPDIR/$name"
    done
}
@test "a program that env does not find: 127, and the line names it" {
    local -A missing=([not_there]="'no-such-command': no such command in PATH"
        [not_there_s]="'no-such-command': no such command in PATH"
        [word]="'sh -e': no such command in PATH" [pattern]="'./stati[c]': no such file")
    make_file not_there '#!/usr/bin/env no-such-command\n'
    make_file not_there_s '#!/usr/bin/env -S A=b no-such-command -x\n'
    make_file word '#!/usr/bin/env sh -e\n'
    make_file pattern '#!/usr/bin/env ./stati[c]\n'
    in_each_shell env_finds_nothing
}

dashed_script() {
    PATH=$BATS_TEST_TMPDIR:$PATH start -- -dashed word
    assert_success
    assert_output "<$BATS_TEST_TMPDIR/-dashed><word>"
}
@test "a script for env whose name begins with a dash gets its arguments" {
    make_file -dashed '#!/usr/bin/env sh\nprintf "<%%s>" "$0" "$@"\n'
    in_each_shell dashed_script
}

refused() { # LINE COMMAND: with status 126, started or checked
    local line=$1
    shift
    start "$@"
    assert_failure 126
    assert_output "nosigpipe: $line"
    start --check "$@"
    assert_failure 126
    assert_output "nosigpipe: $line"
}

no_interpreter() {
    cd "$BATS_TEST_TMPDIR" || return
    refused "'./lost': its interpreter '/no/such' does not exist" ./lost
    refused "'./lost': its interpreter '/no/such' does not exist" ./chained
    refused "'./folder': its interpreter '$FILES' is not an executable file" ./folder
    refused "'./plain': its interpreter '$FILES/libnosigpipe.so.txt' is not an executable file" ./plain
    refused "'./dos': its first line ends in a carriage return" ./dos
    refused "'./circle': more than 5 levels of interpreter scripts" ./circle
    refused "'./no_loader' (64-bit x86-64): its loader '/lib/ld-nosuch.so.1' does not exist" ./no_loader
}
@test "an interpreter or loader that does not exist: 126, and the line names it" {
    make_file lost '#!/no/such -x\n'
    make_file chained '#!./lost\n'
    make_file folder '#!%s\n' "$FILES"
    : >"$FILES/libnosigpipe.so.txt"
    make_file plain '#!%s\n' "$FILES/libnosigpipe.so.txt"
    make_file dos '#!/bin/sh\r\n:\r\n'
    make_file circle '#!./circle\n'
    cc -Wl,--dynamic-linker=/lib/ld-nosuch.so.1 -o "$BATS_TEST_TMPDIR/no_loader" \
        "$ROOT/tests/fixtures/outlive.c"
    in_each_shell no_interpreter
}

unreadable() {
    local name
    caller=("${NOBODY[@]}")
    for name in dynamic static; do
        run "${caller[@]}" cat "$FILES/secret_$name"
        assert_failure
        is_ignored_for "'$FILES/secret_$name' cannot be read" "$FILES/secret_$name"
    done
}
@test "a program that may be executed but not read starts with SIGPIPE ignored" {
    needs users
    local name
    for name in dynamic static; do
        cp "$FILES/$name" "$FILES/secret_$name"
        chmod 711 "$FILES/secret_$name"
    done
    in_each_shell unreadable
}

# Makes the header of an AArch64 program: class, byte order and type as here, and machine 183.
foreign_program() { # NAME
    make_file "$1" ''
    head -c 18 "$FILES/static" >"$made"
    printf '\267\000' >>"$made"
    tail -c +21 "$FILES/static" >>"$made"
}

not_runnable() {
    refused "'$BATS_TEST_TMPDIR/aarch64' is for 64-bit AArch64, which this machine does not run" \
        "$BATS_TEST_TMPDIR/aarch64"
    refused "'$BATS_TEST_TMPDIR/bytes' is neither an ELF file nor a script" "$BATS_TEST_TMPDIR/bytes"
    refused "'$BATS_TEST_TMPDIR/cut' is neither an ELF file nor a script" "$BATS_TEST_TMPDIR/cut"
}
@test "a program for another machine, and a file that is not a program: 126" {
    foreign_program aarch64
    make_file bytes '\001\000\002'
    make_file cut ''
    head -c 40 "$FILES/static" >"$made"
    in_each_shell not_runnable
}

# No machine that is big-endian is needed to read the file: readelf(1) reads it, too.
big_endian() {
    refused "'$made' (64-bit x86-64): its loader '/none/loader' does not exist" "$made"
}
@test "the loader's name is found behind the first kilobyte of a big-endian file" {
    make_file big_endian ''
    python3 - >"$made" <<'PROGRAM'
import struct, sys

name = b"/none/loader\0"
ident = b"\x7fELF\2\2\1" + bytes(9)
header = struct.pack(">HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
program_header = struct.pack(">IIQQQQQQ", 3, 4, 4096, 0, 0, len(name), len(name), 1)
sys.stdout.buffer.write((ident + header + program_header).ljust(4096, b"\0") + name)
PROGRAM
    run readelf --wide --segments "$made"
    assert_output --partial '[Requesting program interpreter: /none/loader]'
    in_each_shell big_endian
}

emulated() {
    # In a mount namespace of its own, what binfmt_misc would show.
    # shellcheck disable=SC2016 # for the inner shell
    caller=("$OWN_MOUNTS" sh -c 'mount -t tmpfs none /proc/sys/fs/binfmt_misc || exit
        printf "enabled\ninterpreter /e\nflags: \noffset 0\n%s\n" "$0" >/proc/sys/fs/binfmt_misc/handler
        exec "$@"')
    caller+=('magic 7f454c46020101')
    start --check "$BATS_TEST_TMPDIR/aarch64"
    assert_success
    assert_output "protected by inherited ignore: '$BATS_TEST_TMPDIR/aarch64' is for 64-bit AArch64,\
 and libnosigpipe.so for 64-bit x86-64"
    caller[-1]='magic cafebabe'
    start --check "$BATS_TEST_TMPDIR/aarch64"
    assert_failure 126
    caller[-1]='extension .jar'
    start --check "$BATS_TEST_TMPDIR/aarch64"
    assert_failure 126
    start --check "$BATS_TEST_TMPDIR/bytes"
    assert_success
    assert_output "protected by inherited ignore: '$BATS_TEST_TMPDIR/bytes' is neither an ELF file nor a script"
}
@test "a file that a handler of binfmt_misc may run starts with SIGPIPE ignored" {
    needs mounts
    [ -d /proc/sys/fs/binfmt_misc ] || skip 'the kernel has no binfmt_misc'
    foreign_program aarch64
    make_file bytes '\001\000\002'
    in_each_shell emulated
}
