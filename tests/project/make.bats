# bats file_tags=make
# The Makefile: what it builds, what it builds again, and the variables that it takes.

load ../lib/tree

setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    build all
    # File times have a limited resolution: what a test touches must be newer than what is built here.
    find . -exec touch -d '1 minute ago' {} +
}

setup() {
    copy_tree "$BATS_TEST_TMPDIR/tree" "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
}

# Prints the files of the shim that the steps in $output compile, sorted.
# Many files are compiled once for the library and once for the resident.
compiled() {
    sed -n 's,^CC shim/,,p' <<<"$output" | sort -u
}

# Prints the files that are compiled for this CPU, sorted.
sources() {
    comm -23 <(ls -- shim/*.c shim/*/*.c | sort) \
        <(printf 'list: ; @printf "%%s\\n" $(OTHER_UNWINDING)\n' | make -s -f Makefile -f - list | sort) | sed 's,^shim/,,'
}

assert_works() { # BUILD-FOLDER
    run bare "$1/nosigpipe" sed -n "s,.* \(/.*libnosigpipe.so\)$,\1,p" /proc/self/maps
    assert_success
    assert_line "$(cd "$1" && pwd -P)/libnosigpipe.so"
    run bare "$1/nosigpipe-entrypoint" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$(cd "$1" && pwd -P)/libnosigpipe.so"
}

@test "make builds the library and every command by default" {
    build clean
    build
    assert_works build
    for script in scripts/nosigpipe*; do [ -x "build/${script#scripts/}" ] || fail "$script"; done
}

@test "make -j builds from nothing" {
    build clean
    build -j 4
    assert_works build
}

@test "without a change, nothing is built" {
    run build
    assert_success
    assert_output "make: Nothing to be done for 'all'."
    build -q
}

# The commands are longer than the lines about them, and each step has a command.
@test "a step prints one short line, nothing with -s, and its commands with V=1" {
    local steps
    run build -B
    assert_success
    steps=$(grep -c . <<<"$output")
    run grep -v -E '^(CC|LD|GEN) [^ ]+$' <<<"$output"
    assert_output ''
    run build -B -s
    assert_success
    assert_output ''
    run build -B V=1
    assert_success
    [ "$(grep -c . <<<"$output")" -ge "$steps" ]
    assert_line --regexp ' -c -o build/obj/signal/guard\.o shim/signal/guard\.c$'
    refute_line 'CC shim/signal/guard.c'
}

@test "a warning stops the build only with WERROR=1" {
    echo 'static int unused;' >>shim/base/strbuf.c
    run build WERROR=
    assert_success
    assert_output --partial unused
    run build WERROR=1
    assert_failure
    assert_output --partial unused
}

@test "a compiler without the headers of glibc, as musl-gcc, is refused with one line" {
    local cc
    for cc in musl-gcc 'cc -nostdinc'; do
        run build -j 4 CC="$cc"
        assert_failure
        assert_equal "$(grep -c . <<<"$output")" 1
        assert_output --partial "'$cc' finds no headers of glibc"
    done
}

@test "check-libc refuses with one line what is no source of a libc" {
    mkdir -p "$BATS_TEST_TMPDIR/glibc"
    touch "$BATS_TEST_TMPDIR/glibc/configure"
    echo '#define VERSION "2.17"' >"$BATS_TEST_TMPDIR/glibc/version.h"
    refuses() { # VARIABLE FOLDER LIBC FILE
        run env "$1=$2" tests/libc/libc.sh
        assert_failure 125
        assert_output "libc.sh: $1='$2' is no source of $3 (accepted: a folder with $3's configure and $4)"
        [ ! -e build/libc ]
    }
    refuses GLIBC_SOURCE /nonexistent glibc version.h
    refuses GLIBC_SOURCE "$TREE" glibc version.h
    refuses MUSL_SOURCE "$BATS_TEST_TMPDIR/glibc" musl VERSION
    rm "$BATS_TEST_TMPDIR/glibc/configure"
    refuses GLIBC_SOURCE "$BATS_TEST_TMPDIR/glibc" glibc version.h
}

@test "make -q sees a change" {
    touch shim/signal/guard.c
    run build -q
    assert_failure 1
}

@test "of a changed file of the shim only that file is compiled, and the library is linked" {
    touch shim/interpose/send.c
    run build
    assert_success
    assert_output $'CC shim/interpose/send.c\nLD build/libnosigpipe.so'
    build -q
}

@test "of a changed file that the resident has as well, the resident is made, too, and what includes it" {
    touch shim/signal/guard.c
    run build
    assert_success
    assert_equal "$(compiled)" $'attach/image.c\nsignal/guard.c'
    assert_equal "$(grep '^LD' <<<"$output" | sort)" \
        $'LD build/ld-nosigpipe.so\nLD build/libnosigpipe.so\nLD build/nosigpipe-attach'
    build -q
}

@test "after a change of a header, the files that include it are compiled, and no others" {
    touch shim/signal/process.h
    run build
    assert_success
    # The files that include it, according to the compiler.
    local expected
    expected=$(for file in shim/*.c shim/*/*.c; do
        cc -std=c11 -D_GNU_SOURCE -iquote shim -MM "$file" | grep -q 'shim/signal/process\.h' && echo "${file#shim/}"
    done | sort - <(echo attach/image.c)) # which includes the resident
    assert_equal "$(compiled)" "$expected"
    [ "$(compiled | wc -l)" -lt "$(ls shim/*.c shim/*/*.c | wc -l)" ]
}

@test "a changed script is the only one that is built" {
    touch scripts/nosigpipe/main.sh
    run build
    assert_success
    assert_equal "$(compiled)" ''
    assert_output 'GEN build/nosigpipe'
}

# The two others are for what a sanitizer and an old libc look for: base/asan.c, init.c.
@test "the calls of the table are exported, and no other symbol but two" {
    local table
    table=$(printf '#define CALL(r, name, ...) name\n#include "calls.def"\n__asan_default_options\n__gmon_start__\n' |
        cc -E -P -I shim - | grep . | sort)
    run bash -c 'nm -D --defined-only build/libnosigpipe.so | sed -n "s/.* T \([^@]*\).*/\1/p" | sort -u'
    assert_output "$table"
}

@test "a changed calls.def rebuilds the list of exports" {
    touch shim/calls.def
    run build
    assert_success
    assert_line 'GEN build/obj/exports.map'
    assert_line 'CC shim/link/next.c'
}

@test "CC is honoured: clang builds everything, and a change of CC rebuilds everything" {
    run build CC=clang
    assert_success
    assert_equal "$(compiled)" "$(sources)"
    run readelf -p .comment build/libnosigpipe.so
    assert_output --partial clang
    assert_works build
    build -q CC=clang
}

@test "CFLAGS and LDFLAGS are honoured, and a change of them rebuilds everything" {
    run build CFLAGS='-O1 -g0' LDFLAGS='-Wl,--build-id=0x6e6f7369'
    assert_success
    assert_equal "$(compiled)" "$(sources)"
    run readelf -n build/libnosigpipe.so
    assert_output --partial 'Build ID: 6e6f7369'
    run readelf -S build/libnosigpipe.so
    refute_output --partial .debug_info
    assert_works build
}

# Sets CC to a compiler with the headers of this system, of which a test adds and removes <sys/sdt.h>.
copy_headers() {
    cp -rs /usr/include headers
    SDT=$(echo headers/*/sys/sdt.h)
    mv "$SDT" sdt.h
    CC="cc -nostdinc -isystem $(cc -print-file-name=include)"
    CC+=" -isystem $PWD/headers/$(cc -print-multiarch) -isystem $PWD/headers"
}

has_probes() {
    readelf -SW build/libnosigpipe.so | grep -q ' \.probes '
}

@test "adding or removing <sys/sdt.h> rebuilds everything" {
    copy_headers
    build -s CC="$CC"
    run ! has_probes
    build -q CC="$CC"
    mv sdt.h "$SDT"
    build -s CC="$CC"
    has_probes
    build -q CC="$CC"
    mv "$SDT" sdt.h
    build -s CC="$CC"
    run ! has_probes
}

@test "make check builds after it has installed its tools" {
    copy_headers
    find tests/fixtures tests/units -name '*.c' ! -name usdt.c ! -name replay.c -delete
    build -s CC="$CC" all units
    run ! has_probes
    echo "install_missing() { mv sdt.h $SDT; }" >tests/lib/install_tools.sh
    printf '%s\n' '#!/bin/sh' 'make -q all programs units' >tests/check.sh
    run build CC="$CC" check
    assert_success
    has_probes
    nm build/units/usdt | grep -q ' nosigpipe_event_semaphore$'
}

@test "every target that runs tests installs its tools before it builds" {
    build clean
    local target
    for target in $(build help | awk '$2 ~ /^(check.*|coverage|mutants)$/ && $2 != "check-newcomer" { print $2 }'); do
        run build -n "$target"
        assert_success
        run awk '/install_missing/ { installed = 1 } / -o build\// { built = 1; exit } END { exit !(installed && built) }' <<<"$output"
        assert_success
    done
}

@test "CFLAGS of the environment are honoured" {
    build clean
    env -u MAKEFLAGS -u CC CFLAGS=-g0 make
    run readelf -S build/libnosigpipe.so
    assert_success
    refute_output --partial .debug_info
}

@test "library and entrypoint are the same byte for byte, whichever folder they are built in" {
    local cc file other="$BATS_TEST_TMPDIR/another, longer name"
    cp -a . "$other"
    build -C "$other" clean
    for cc in cc clang; do
        for file in build/libnosigpipe.so build/nosigpipe-entrypoint; do
            build CC="$cc" "$file"
            build -C "$other" -j 2 CC="$cc" "$file"
            cmp "$file" "$other/$file"
            run readelf -S "$file"
            assert_output --partial .debug_info
        done
    done
}

@test "with the hardening flags of a distribution, the library still needs no other library" {
    local cc flags
    flags='-O2 -g -flto=auto -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection'
    build CC=gcc CFLAGS="$flags" LDFLAGS='-Wl,-z,relro -Wl,-z,now -Wl,--as-needed'
    run readelf -d build/libnosigpipe.so
    refute_output --partial NEEDED
    assert_works build
    for cc in gcc clang; do
        build CC=$cc CFLAGS='-O1 -fsanitize=address,undefined'
        run nm -D --undefined-only build/libnosigpipe.so
        refute_output --regexp '__(asan|ubsan)'
        run nm --undefined-only build/nosigpipe-entrypoint
        assert_output ''
        assert_works build
    done
}

@test "every undefined symbol of the library is weak" {
    run nm -D --undefined-only build/libnosigpipe.so
    assert_success
    refute_output --regexp ' U '
}

@test "a changed VERSION reaches the commands" {
    sed -i 's/^VERSION := .*/VERSION := 9.8.7/' Makefile
    build
    run build/nosigpipe --version
    assert_output 'nosigpipe 9.8.7'
    run build/nosigpipe-entrypoint --version
    assert_output 'nosigpipe-entrypoint 9.8.7'
}

@test "the build folder works wherever it is moved to" {
    mkdir elsewhere
    mv build elsewhere/moved
    assert_works elsewhere/moved
    cp -R elsewhere/moved "$BATS_TEST_TMPDIR/copied"
    rm -rf "$TREE"
    cd /
    assert_works "$BATS_TEST_TMPDIR/copied"
}

@test "make help names every target for users" {
    run build help
    assert_success
    local target
    for target in all help demo check lint install uninstall clean; do
        assert_line --regexp "^make $target +[^ ]"
    done
    # Each line has an explanation, and make knows each target.
    refute_line --regexp '^make [a-z-]+ *$'
    for target in $(awk '{print $2}' <<<"$output"); do
        build -n "$target" >/dev/null
    done
}

@test "make clean removes build/ and nothing else" {
    find . -path ./build -prune -o -type f -print | sort >"$BATS_TEST_TMPDIR/before"
    build clean
    [ ! -e build ]
    find . -type f -print | sort >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}
