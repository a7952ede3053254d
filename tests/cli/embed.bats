# nosigpipe-embed: static programs of each kind, started under an interpreter that says so, and what it refuses.

# shellcheck disable=SC2154 # launcher.bash sets `shell`
load launcher

setup_file() {
    export FILES=$BATS_FILE_TMPDIR/files
    mkdir "$FILES" "$FILES/32"
    cd "$FILES" || return
    printf '#include <stdio.h>\nint main(int n, char **a) { puts(a[n - 1]); return 7; }' >program.c
    cc -static -o glibc program.c
    cc -static-pie -o glibc_pie program.c
    musl-gcc -static -o musl program.c
    i686-linux-gnu-gcc -static -o i386 program.c
    cc -o dynamic program.c
    cc -c -o object.o program.c
    local interpreter=(-O1 -fno-stack-protector -nostdlib -static-pie "$ROOT/tests/cli/interpreter.c")
    cc -o ld-nosigpipe.so "${interpreter[@]}"
    i686-linux-gnu-gcc -o 32/ld-nosigpipe.so "${interpreter[@]}"
    cd - >/dev/null || return
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

embed() { # [ARGUMENT]...
    run bare "${shell[@]}" "${embed:-$BUILD/nosigpipe-embed}" "$@"
}

# Asserts that it refuses with this line, and makes no file.
refuses_to() { # LINE [ARGUMENT]...
    local before
    before=$(ls -A)
    embed "${@:2}"
    assert_failure 125
    assert_output "nosigpipe-embed: $1"
    assert_equal "$(ls -A)" "$before"
}

LOST_FEATURES='its notes of features (shadow stack, branch tracking)'
LOST_NOTES='its notes (build ID), as debuggers find them'
LOST_RELRO='the write protection of its relocated data'

# Asserts that a copy starts under the interpreter, and then does what the program does.
runs_under() { # INTERPRETER PROGRAM
    run "$FILES/$2" a 'b  c'
    assert_failure 7
    assert_output 'b  c'
    run --separate-stderr ./copy a 'b  c'
    assert_failure 7
    assert_output 'b  c'
    assert_equal "$stderr" interpreter
    run readelf --wide --segments copy
    assert_line --regexp "^ +INTERP .* R +0x1\$"
    assert_line --regexp "Requesting program interpreter: $1]"
    refute_line --regexp '[Ww]arning|[Ee]rror'
    # But for the header and the path at its end, the file is as it was.
    local size word=56
    [ "$2" != i386 ] || word=32
    size=$(stat -c %s "$FILES/$2")
    assert_equal "$(stat -c %s copy)" "$((size + ${#1} + 1))"
    assert [ "$(cmp -l -n "$size" "$FILES/$2" copy | wc -l)" -le "$word" ]
    assert_equal "$(tail -c $((${#1} + 1)) copy | tr '\0' .)" "$1."
}

kinds() {
    local name
    for name in glibc glibc_pie musl; do
        embed --interpreter="$FILES/ld-nosigpipe.so" "$FILES/$name" copy
        assert_success
        assert_output --regexp "^'copy' starts under '$FILES/ld-nosigpipe.so'; lost: (its|the) "
        runs_under "$FILES/ld-nosigpipe.so" "$name"
    done
    assert_equal "$(find . -name 'copy*' -o -name '.embed*')" ./copy
}
@test "static programs of glibc and musl, position-independent or not, start under the interpreter" {
    in_each_shell kinds
}

kind_of_32_bits() {
    embed --interpreter "$FILES/32/ld-nosigpipe.so" -- "$FILES/i386" copy
    assert_success
    runs_under "$FILES/32/ld-nosigpipe.so" i386
}
@test "a static program of 32 bits starts under the interpreter" {
    needs_i386
    in_each_shell kind_of_32_bits
}

# Overwrites a program header's type in the copy of a program: elf(5).
set_type() { # FILE FROM TO
    python3 - "$@" <<'PROGRAM'
import struct, sys
path, old, new = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3], 0)
data = bytearray(open(path, "rb").read())
table, size, count = struct.unpack_from("<Q", data, 32) + struct.unpack_from("<HH", data, 54)
for at in range(table, table + size * count, size):
    if struct.unpack_from("<I", data, at)[0] == old:
        struct.pack_into("<I", data, at, new)
open(path, "wb").write(data)
PROGRAM
}

each_header() {
    local kind
    cp "$FILES/glibc" program
    for kind in "0x6474e553 $LOST_FEATURES" "4 $LOST_NOTES" "0x6474e552 $LOST_RELRO"; do
        embed --interpreter="$FILES/ld-nosigpipe.so" program copy
        assert_output "'copy' starts under '$FILES/ld-nosigpipe.so'; lost: ${kind#* }"
        run --separate-stderr ./copy a
        assert_equal "$status $output $stderr" '7 a interpreter'
        set_type program "${kind%% *}" 0x60000000 # which no system knows
    done
    rm copy
    refuses_to "'program' has no program header that it could do without" --interpreter=/ld-nosigpipe.so program copy
    set_type program 0x60000000 0
    embed --interpreter="$FILES/ld-nosigpipe.so" program copy
    assert_output "'copy' starts under '$FILES/ld-nosigpipe.so'; lost: nothing"
    run --separate-stderr ./copy a
    assert_equal "$status $output $stderr" '7 a interpreter'
    rm copy
}
@test "the least useful program header is overwritten, and what is lost is printed" {
    readelf --wide --segments "$FILES/glibc" | grep GNU_PROPERTY
    in_each_shell each_header
}

far_headers() {
    # The table, moved to the end of the file.
    python3 - "$FILES/glibc" program <<'PROGRAM'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
table, size, count = struct.unpack_from("<Q", data, 32) + struct.unpack_from("<HH", data, 54)
data += bytes(-len(data) % 8)
struct.pack_into("<Q", data, 32, len(data))
open(sys.argv[2], "wb").write(data + data[table : table + size * count])
PROGRAM
    embed --interpreter="$FILES/ld-nosigpipe.so" program copy
    assert_success
    run readelf --wide --segments copy
    assert_line --regexp "Requesting program interpreter: $FILES/ld-nosigpipe.so]"
}
@test "program headers far into the file are found there" {
    in_each_shell far_headers
}

modes() {
    local mode
    for mode in 755 700 644 4755 555; do
        rm -f copy
        cp "$FILES/musl" program
        chmod "$mode" program
        case $mode in
        4*) refuses_to "'program' is set-user-ID, and nosigpipe has no part in programs that gain rights" program copy ;;
        *)
            umask 077
            embed --interpreter=/ld-nosigpipe.so program copy
            umask 022
            assert_equal "$(stat -c %a copy)" "$mode"
            ;;
        esac
        rm -f program
    done
}
@test "the copy has the mode of the program" {
    in_each_shell modes
}

replaces() {
    local name
    for name in 'a copy' -copy $'new\nline' "it's"; do
        echo before >./"$name"
        exec 7<./"$name"
        embed --interpreter=/ld-nosigpipe.so -- "$FILES/musl" "$name"
        assert_success
        # A process that has the old file keeps it.
        assert_equal "$(cat <&7)" before
        exec 7<&-
        cmp -n 4 "$FILES/musl" ./"$name"
        rm ./"$name"
    done
    # A symbolic link is replaced, not the file that it names.
    echo before >named
    ln -s named copy
    embed --interpreter=/ld-nosigpipe.so "$FILES/musl" copy
    assert_success
    assert_equal "$(cat named)" before
    [ ! -L copy ]
    rm named copy
    cp "$FILES/musl" ./-x
    embed --interpreter=/ld-nosigpipe.so -- -x copy
    assert_success
    rm ./-x copy
}
@test "the copy replaces a file by a rename, whatever its name" {
    in_each_shell replaces
}

default_interpreter() {
    local embed=$BATS_TEST_TMPDIR/usr/bin/nosigpipe-embed lib=$BATS_TEST_TMPDIR/usr/lib
    rm -rf usr
    mkdir -p usr/bin usr/lib
    cp "$BUILD/nosigpipe-embed" usr/bin
    local none='there is no ld-nosigpipe.so for 64-bit x86-64 here: install it, or say by --interpreter where it will be'
    refuses_to "$none" "$FILES/glibc" copy
    cp "$FILES/32/ld-nosigpipe.so" usr/lib
    refuses_to "$none" "$FILES/glibc" copy
    embed "$FILES/i386" copy
    assert_output "'copy' starts under '$lib/ld-nosigpipe.so'; lost: $LOST_NOTES"
    mkdir usr/lib/x86_64-linux-gnu
    cp "$FILES/ld-nosigpipe.so" usr/lib/x86_64-linux-gnu
    embed "$FILES/glibc" copy
    assert_output "'copy' starts under '$lib/x86_64-linux-gnu/ld-nosigpipe.so'; lost: $LOST_FEATURES"
    runs_under "$lib/x86_64-linux-gnu/ld-nosigpipe.so" glibc
    # Where `make install` has put it.
    sed "s|libdir='[^']*'|libdir='$FILES'|" "$BUILD/nosigpipe-embed" >usr/bin/nosigpipe-embed
    embed "$FILES/glibc" copy
    assert_output "'copy' starts under '$FILES/ld-nosigpipe.so'; lost: $LOST_FEATURES"
    rm copy
}
@test "the interpreter is by default the one that is installed for the program's class" {
    in_each_shell default_interpreter
}

of_use() {
    local usage='(usage: nosigpipe-embed [--interpreter=PATH] [--] IN OUT)' words
    for words in '' a 'a b c' --; do
        # shellcheck disable=SC2086 # a word each
        refuses_to "two names are needed $usage" $words
    done
    refuses_to "unknown option '--bad' (accepted: --interpreter=PATH, -h, --help, -V, --version)" --bad a b
    refuses_to "unknown option '-x' (accepted: --interpreter=PATH, -h, --help, -V, --version)" -x a b
    refuses_to "'--interpreter' needs a path" --interpreter
    local path long
    printf -v long '/%04096d/ld-nosigpipe.so' 0
    for path in '' ld-nosigpipe.so ./ld-nosigpipe.so /lib/ld.so /lib/ld-nosigpipe.so/ "$long"; do
        refuses_to "bad value '$path' for '--interpreter' (accepted: an absolute path that ends in\
 /ld-nosigpipe.so)" --interpreter="$path" "$FILES/glibc" copy
    done
    refuses_to "bad value 'a?b' for '--interpreter' (accepted: an absolute path that ends in\
 /ld-nosigpipe.so)" --interpreter $'a\nb' "$FILES/glibc" copy
}
@test "errors of use: 125, and the line says what is accepted" {
    in_each_shell of_use
}

not_programs() {
    local to=(--interpreter=/ld-nosigpipe.so)
    refuses_to "'nothing': no such file" "${to[@]}" nothing copy
    refuses_to "'': no such file" "${to[@]}" '' copy
    refuses_to "'$FILES' is not a regular file" "${to[@]}" "$FILES" copy
    refuses_to "'/dev/null' is not a regular file" "${to[@]}" /dev/null copy
    refuses_to "'$FILES/program.c' is not an ELF program" "${to[@]}" "$FILES/program.c" copy
    refuses_to "'empty' is not an ELF program" "${to[@]}" empty copy
    refuses_to "'short' is not an ELF program" "${to[@]}" short copy
    refuses_to "'$FILES/dynamic' is dynamically linked: nosigpipe preloads the library into it" \
        "${to[@]}" "$FILES/dynamic" copy
    refuses_to "'$FILES/object.o' is not an ELF program" "${to[@]}" "$FILES/object.o" copy
    refuses_to "'core' is no program, but another kind of ELF file" "${to[@]}" core copy
    refuses_to "'$SHIM' is no program, but a shared library" "${to[@]}" "$SHIM" copy
    refuses_to "'headless.so' is no program, but a shared library" "${to[@]}" headless.so copy
    refuses_to "'mips' is for 64-bit MIPS (accepted: 64-bit x86-64, 32-bit i386, 64-bit AArch64, 64-bit RISC-V, 64-bit s390, 64-bit PowerPC, 32-bit ARM)" \
        "${to[@]}" mips copy
    refuses_to "'go' is a static Go program, whose runtime replaces the guard by a handler of its own" \
        "${to[@]}" go copy
    refuses_to "'embedded' is embedded already: its interpreter is '/opt/ld-nosigpipe.so'" "${to[@]}" embedded copy
}
@test "what is no static program for these CPUs: 125" {
    : >empty
    head -c 60 "$FILES/glibc" >short
    cp "$FILES/glibc" core
    printf '\004' | dd of=core bs=1 seek=16 conv=notrunc status=none # e_type: ET_CORE
    cp "$FILES/glibc" mips
    printf '\10' | dd of=mips bs=1 seek=18 conv=notrunc status=none # e_machine: EM_MIPS
    echo | cc -shared -nostdlib -x c -o headless.so -
    { printf 'const char magic[] = "\\377 Go buildinf:";\n' && cat "$FILES/program.c"; } | cc -static -x c -o go -
    "$BUILD/nosigpipe-embed" --interpreter=/opt/ld-nosigpipe.so "$FILES/glibc" embedded
    in_each_shell not_programs
}

places() {
    local to=(--interpreter=/ld-nosigpipe.so)
    refuses_to "'': no name for the copy" "${to[@]}" "$FILES/musl" ''
    refuses_to "'program' is 'program' itself: give the copy another name" "${to[@]}" program program
    refuses_to "'./link' is 'program' itself: give the copy another name" "${to[@]}" program ./link
    refuses_to "'hard' is 'program' itself: give the copy another name" "${to[@]}" program hard
    refuses_to "'folder' is a folder: name the file to write" "${to[@]}" program folder
    refuses_to "'to_folder' is a folder: name the file to write" "${to[@]}" program to_folder
    refuses_to "'fifo' is not a regular file" "${to[@]}" program fifo
    refuses_to "there is no folder 'no/such/'" "${to[@]}" program no/such/copy
    refuses_to "there is no folder 'program/'" "${to[@]}" program program/copy
    assert_equal "$(ls -A folder)" ''
    cmp program "$FILES/musl"
}
@test "a place where the copy cannot be: 125, and nothing changes" {
    cp "$FILES/musl" program
    ln -s program link
    ln program hard
    mkdir folder
    ln -s folder to_folder
    mkfifo fifo
    in_each_shell places
}

longest() {
    local name
    name=$(printf 'n%.0s' {1..255})
    embed --interpreter="$FILES/ld-nosigpipe.so" "$FILES/musl" "$name"
    assert_success
    assert_equal "$(ls -A)" "$name"
    embed --interpreter="$FILES/ld-nosigpipe.so" "$FILES/musl" "$name" # written over
    assert_success
    rm "$name"
    refuses_to "cannot write '${name}n'" --interpreter=/ld-nosigpipe.so "$FILES/musl" "${name}n"
}
@test "the name of the copy may be as long as the file system permits" {
    in_each_shell longest
}

full() {
    # shellcheck disable=SC2016 # for the inner shell
    run bare "$OWN_MOUNTS" bash -c 'mount -t tmpfs -o size=64k none folder && cp program folder && cd folder &&
        "$@" --interpreter=/ld-nosigpipe.so "$0" copy; echo "$?"; ls -A' "$FILES/glibc" \
        "${shell[@]}" "$BUILD/nosigpipe-embed"
    assert_output "nosigpipe-embed: cannot write 'copy'
125
program"
}
@test "a full file system: 125, and no part of a copy is left" {
    needs mounts
    mkdir folder
    cp "$FILES/musl" program
    in_each_shell full
}

NOBODY=(setpriv --reuid=65534 --regid=65534 --clear-groups)
as_nobody() { # LINE [ARGUMENT]...
    run -125 bare "${NOBODY[@]}" "${shell[@]}" "$BATS_TEST_TMPDIR/nosigpipe-embed" --interpreter=/ld-nosigpipe.so "${@:2}"
    assert_output "nosigpipe-embed: $1"
}
forbidden() {
    as_nobody "'secret' cannot be read" secret open/copy
    as_nobody "'./' may not be written to" program copy
    run bare "${NOBODY[@]}" "${shell[@]}" "$BATS_TEST_TMPDIR/nosigpipe-embed" --interpreter=/ld-nosigpipe.so \
        program open/copy
    assert_success
    # The folder of the interpreter, and the one above, may be closed, too.
    run bare "${NOBODY[@]}" "${shell[@]}" "$BATS_TEST_TMPDIR/nosigpipe-embed" program open/copy
    assert_output --partial "'open/copy' starts under '$BATS_TEST_TMPDIR/ld-nosigpipe.so'"
    refuses_to "'group' is set-group-ID, and nosigpipe has no part in programs that gain rights" group copy
}
@test "a program that may not be read, and a folder that may not be written to: 125" {
    needs users
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
    cp "$BUILD/nosigpipe-embed" "$FILES/ld-nosigpipe.so" .
    cp "$FILES/musl" program
    cp "$FILES/musl" secret
    chmod 711 secret
    cp "$FILES/musl" group
    chmod g+s group
    mkdir -m 777 open
    in_each_shell forbidden
}

capable() {
    refuses_to "'capable' has file capabilities, and nosigpipe has no part in programs that gain rights" capable copy
}
@test "a program with file capabilities is refused" {
    needs capabilities
    cp "$FILES/musl" capable
    setcap cap_net_raw+p capable
    in_each_shell capable
}

# It waits in cp(1), whose stand-in says that it runs, and does not end by itself.
interrupted() {
    mkfifo running
    # Not by the function `bare`, whose subshell would get the signal.
    PATH=$PWD/tools:$PATH env -u LD_PRELOAD "${shell[@]}" "$BUILD/nosigpipe-embed" --interpreter=/ld-nosigpipe.so "$FILES/musl" \
        copy 3>&- &
    local pid=$!
    read -r tool <running
    assert [ "$(find . -name '.embed.*' | wc -l)" = 1 ]
    kill -TERM "$pid" "$tool"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 143
    assert_equal "$(find . -name 'copy*' -o -name '.embed*')" ''
    rm running
}
@test "when it is ended by a signal, no part of a copy is left" {
    mkdir tools
    # shellcheck disable=SC2016 # for the stand-in
    printf '#!/bin/sh\nmkfifo wait; echo $$ >running; read -r line <wait\n' >tools/cp
    chmod +x tools/cp
    local name
    for name in dash bash; do # busybox may run its own cp
        read -r -a shell <<<"$name"
        interrupted
        rm wait
    done
}

to_output() {
    embed --help
    assert_success
    assert_line --index 0 'Usage: nosigpipe-embed [--interpreter=PATH] [--] IN OUT'
    local help=$output
    embed -h
    assert_output "$help"
    embed --version
    assert_output --regexp '^nosigpipe-embed [0-9]+\.[0-9]+'
    embed -V
    assert_output --regexp '^nosigpipe-embed [0-9]+\.[0-9]+'
    run bash -c '"$@" >/dev/full' - "${shell[@]}" "$BUILD/nosigpipe-embed" --version
    assert_failure 125
    assert_output 'nosigpipe-embed: cannot write to standard output'
    run bash -c '"$@" >&-' - "${shell[@]}" "$BUILD/nosigpipe-embed" --interpreter=/ld-nosigpipe.so "$FILES/musl" copy
    assert_failure 125
    assert_output 'nosigpipe-embed: cannot write to standard output'
    [ -x copy ]
}
@test "--help and --version, and an output that cannot be written" {
    in_each_shell to_output
}

placeless() {
    run bare "${shell[@]}" -c "$(cat "$BUILD/nosigpipe-embed")" nowhere "$FILES/musl" copy
    assert_failure 125
    assert_output "nosigpipe-embed: cannot find the folder of 'nowhere'"
}
@test "an embed that cannot find itself" {
    in_each_shell placeless
}
