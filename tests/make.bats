# bats file_tags=make
# The Makefile: what is made, what is made again, and what it takes from its user.

load tree

setup_file() {
    copy_tree "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
    build all
    # Times have a grain: what a test touches must be newer than what is made here.
    find . -exec touch -d '1 minute ago' {} +
}

setup() {
    copy_tree "$BATS_TEST_TMPDIR/tree" "$BATS_FILE_TMPDIR/built"
    cd "$TREE" || return
}

# The files of the shim that are compiled by the steps in $output, in order.
compiled() {
    sed -n 's,^CC shim/,,p' <<<"$output" | sort
}

assert_works() { # BUILD-FOLDER
    run bare "$1/nosigpipe" sed -n "s,.* \(/.*libnosigpipe.so\)$,\1,p" /proc/self/maps
    assert_success
    assert_line "$(cd "$1" && pwd -P)/libnosigpipe.so"
    run bare "$1/nosigpipe-entrypoint" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$(cd "$1" && pwd -P)/libnosigpipe.so"
}

@test "make builds the object and every command, and that is the default" {
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

@test "where nothing changed, nothing is made" {
    run build
    assert_success
    assert_output "make: Nothing to be done for 'all'."
    build -q
}

# The commands themselves are longer than what is said of them, and each step has one.
@test "a step is one short line, nothing with -s, its commands with V=1" {
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
    assert_line --regexp ' -c -o build/obj/guard\.o shim/guard\.c$'
    refute_line 'CC shim/guard.c'
}

@test "a warning stops the build with WERROR=1, and no other" {
    echo 'static int unused;' >>shim/text.c
    run build WERROR=
    assert_success
    assert_output --partial unused
    run build WERROR=1
    assert_failure
    assert_output --partial unused
}

@test "a compiler without glibc's headers, as musl-gcc, is told in one line" {
    local cc
    for cc in musl-gcc 'cc -nostdinc'; do
        run build -j 4 CC="$cc"
        assert_failure
        assert_equal "$(grep -c . <<<"$output")" 1
        assert_output --partial "'$cc' finds no headers of glibc"
    done
}

@test "make -q sees a change" {
    touch shim/guard.c
    run build -q
    assert_failure 1
}

@test "a changed file of the shim is compiled alone, and the object linked" {
    touch shim/guard.c
    run build
    assert_success
    assert_equal "$(compiled)" guard.c
    assert_output $'CC shim/guard.c\nLD build/libnosigpipe.so'
    build -q
}

@test "a changed header is compiled into every file that includes it, and no other" {
    touch shim/self.h
    run build
    assert_success
    # The compiler's own answer to who includes it.
    local expected
    expected=$(for file in shim/*.c; do
        cc -std=c11 -D_GNU_SOURCE -MM "$file" | grep -q 'shim/self\.h' && echo "${file#shim/}"
    done | sort)
    assert_equal "$(compiled)" "$expected"
    [ "$(compiled | wc -l)" -lt "$(ls shim/*.c | wc -l)" ]
}

@test "a changed script is copied alone" {
    touch scripts/nosigpipe/main.sh
    run build
    assert_success
    assert_equal "$(compiled)" ''
    assert_output 'GEN build/nosigpipe'
}

@test "the calls of the table are exported, and no other symbol" {
    local table
    table=$(printf '#define CALL(r, name, ...) name\n#include "calls.def"\n__asan_default_options\n' |
        cc -E -P -I shim - | grep . | sort)
    run bash -c 'nm -D --defined-only build/libnosigpipe.so | sed -n "s/.* T \([^@]*\).*/\1/p" | sort -u'
    assert_output "$table"
}

@test "a changed table makes the list of exports anew" {
    touch shim/calls.def
    run build
    assert_success
    assert_line 'GEN build/obj/exports.map'
    assert_line 'CC shim/next.c'
}

@test "CC is honoured: clang builds it all, and a change of CC makes all anew" {
    run build CC=clang
    assert_success
    assert_equal "$(compiled)" "$(cd shim && ls -- *.c helper/*.c | sort)"
    run readelf -p .comment build/libnosigpipe.so
    assert_output --partial clang
    assert_works build
    build -q CC=clang
}

@test "CFLAGS and LDFLAGS are honoured, and a change of them makes all anew" {
    run build CFLAGS='-O1 -g0' LDFLAGS='-Wl,--build-id=0x6e6f7369'
    assert_success
    assert_equal "$(compiled)" "$(cd shim && ls -- *.c helper/*.c | sort)"
    run readelf -n build/libnosigpipe.so
    assert_output --partial 'Build ID: 6e6f7369'
    run readelf -S build/libnosigpipe.so
    refute_output --partial .debug_info
    assert_works build
}

# A compiler whose headers are this system's, but for <sys/sdt.h>, which comes and goes.
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

@test "<sys/sdt.h> that comes or goes makes all anew" {
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

@test "make check builds what it tests when its tools are installed" {
    copy_headers
    find tests/programs tests/units -name '*.c' ! -name probe.c ! -name replay.c -delete
    build -s CC="$CC" all units
    run ! has_probes
    echo "install_missing() { mv sdt.h $SDT; }" >tests/tools.sh
    printf '%s\n' '#!/bin/sh' 'make -q all programs units' >tests/check.sh
    run build CC="$CC" check
    assert_success
    has_probes
    nm build/units/probe | grep -q ' nosigpipe_event_semaphore$'
}

@test "every target that tests installs its tools before it builds" {
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

@test "object and entrypoint are the same byte for byte, whichever folder they are made in" {
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

@test "a distribution's hardening flags build an object that still needs no library" {
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

@test "every undefined symbol of the object is a weak one" {
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

@test "the build folder works from wherever it is moved" {
    mkdir elsewhere
    mv build elsewhere/moved
    assert_works elsewhere/moved
    cp -R elsewhere/moved "$BATS_TEST_TMPDIR/copied"
    rm -rf "$TREE"
    cd /
    assert_works "$BATS_TEST_TMPDIR/copied"
}

@test "make help names every target that is for a user" {
    run build help
    assert_success
    local target
    for target in all help demo check lint install uninstall clean; do
        assert_line --regexp "^make $target +[^ ]"
    done
    # No line without an explanation, and none that make does not know.
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
