#!/bin/sh
# libc.sh [NAME]: tests the library under other C libraries: musl, and the glibc of an older and of a newer
# Debian. It builds the fixtures for each of them and runs the tests that compare a run with the shim and
# one without; then the tests of tests/libc. With a NAME (musl, bullseye, trixie) it does so for that one
# alone, without the tests of tests/libc. With GLIBC_SOURCE or MUSL_SOURCE, a folder with the source of any
# version of glibc or musl, it builds that and does so for it alone. Needs root, for the systems of root.sh.
# Ends with a line "N passed, N failed".

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
. tests/lib/default_tests.sh
. tests/libc/from_source.sh
look_at_sources
install_missing check && install_missing libc || exit
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# These test what a program can see. The others are about scripts, or about programs of this system.
# A test with the tag `native` is about such a program too, or about something that no libc affects.
FILES='tests/shim/transcript.bats tests/shim/calls.bats tests/shim/children.bats tests/shim/sent.bats tests/shim/records.bats
       tests/shim/seccomp.bats tests/shim/policy.bats tests/shim/early.bats tests/shim/threads.bats tests/shim/versions.bats'
GLIBC_FILES='tests/shim/exports.bats'

# The programs that they run; those of the second list can be built with glibc alone.
PROGRAMS='transcript_* matrix children children_storm inherit sent* record_event seccomp* strict policy
          vfork_* early_* threads_storm handler_lost thread_pointer event_left
          small_stack own_mounts runner_write preload_constructor preload_allocator preload_ifunc versions'
GLIBC_PROGRAMS='exports_next preload_counter preload_refuse refused_sends namespace ignore_kept'

out=$PWD/build/libc
include="-I$PWD/tests/libc -include missing.h"
mkdir -p "$out" || exit

build() { # NAME PROGRAMS COMPILER CFLAGS LDFLAGS
    targets=
    for pattern in $2; do
        # shellcheck disable=SC2231 # the pattern is to be expanded
        for source in tests/fixtures/$pattern.c tests/fixtures/*/$pattern.c; do
            [ -f "$source" ] || continue
            program=${source##*/}
            program=${program%.c}
            case $program in preload_*) program=$program.so ;; esac
            targets="$targets build/libc/$1/tests/$program"
        done
    done
    # shellcheck disable=SC2086 # one word a target
    make -k -s -j2 BUILD="build/libc/$1" CC="$3" CFLAGS="-O1 $4" LDFLAGS="$5" $targets
}

# The kernel's headers are those of this system.
build_for_musl() { # NAME COMPILER [HEADERS]
    [ -z "${3-}" ] || [ -f "$3/threads.h" ] || include="$include -I$PWD/tests/libc/older"
    build "$1" "$PROGRAMS" "$2" \
        "$include -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)" ''
}

build_for_suite() { # SUITE
    suite_root=$(tests/lib/root.sh "$1" busybox libc6-dev) && build_for_root "$1" "$suite_root"
}

# Uses the compiler of this system with the headers and libraries below another root, which the programs
# also use at run time. A link that begins at / would lead out of it.
build_for_root() { # NAME ROOT
    root=$2
    find "$root"/lib*/ "$root"/usr/lib*/ -type l -lname '/*' | while read -r link; do
        ln -snfr "$root$(readlink "$link")" "$link" || exit
    done
    place=lib/$(gcc -print-multiarch)
    linker=$(basename "$root/$place"/ld-linux*.so.*)
    cflags="--sysroot=$root -B$root/usr/$place $include"
    [ -f "$root/usr/include/threads.h" ] || cflags="$cflags -I$PWD/tests/libc/older"
    ldflags="-L$root/usr/$place -L$root/$place -ldl -lrt \
-Wl,--disable-new-dtags,-rpath,$root/$place,--dynamic-linker=$root/$place/$linker"
    build "$1" "$PROGRAMS $GLIBC_PROGRAMS" gcc "$cflags" "$ldflags" || return
    # Links them with libc alone: before glibc 2.34, libpthread is a library of its own.
    for program in runner_write strict; do
        # shellcheck disable=SC2086 # one word a flag
        gcc -O1 $cflags -D_GNU_SOURCE -o "$out/$1/tests/$program.alone" "tests/fixtures/$program.c" \
            -Wl,--as-needed $ldflags || return
    done
}

try() { # NAME TAGS FILES
    none=
    for file in $3; do
        [ "$(bats --count --filter-tags "$2" "$file")" -gt 0 ] || none="$none $file"
    done
    if [ -n "$none" ]; then
        echo "libc.sh: no test for $1 in$none" >&2
        return 1
    fi
    # shellcheck disable=SC2086 # one word a file
    NOSIGPIPE_LIBC=$1 NOSIGPIPE_PROGRAMS=$out/$1/tests NOSIGPIPE_TAGS=$2 tests/check.sh $3
}

try_all() {
    echo "Of this system's own libc alone are:"
    # shellcheck disable=SC2086 # one word a file
    default_tests | grep -v -x -F "$(printf '%s\n' $FILES $GLIBC_FILES)" | xargs -n 5
    rm -f "$out"/*.log
    # The tests mostly wait for processes: more run at a time than there are processors.
    # shellcheck disable=SC2016 # for the inner shell
    echo musl bullseye trixie |
        xargs -P 3 -n 1 sh -c '"$0" "$2" >"$1/$2.log" 2>&1; sed "s/^/$2: /" "$1/$2.log"' "$0" "$out"
    tests/check.sh tests/libc/*.bats 2>&1 | tee "$out/programs.log"
    # The last line has the counts; a log without that line counts as one failure, and so does what
    # has been skipped.
    for name in musl bullseye trixie programs; do
        tail -n 1 "$out/$name.log" | grep -E '^[0-9]+ passed, [0-9]+ failed' || echo '0 passed, 1 failed'
    done | awk '{ passed += $1; failed += $3 + $5 }
        END { print passed " passed, " failed + 0 " failed"; exit failed || !passed }'
}

case ${1-} in
'') if [ -n "$glibc$musl" ]; then try_sources; else try_all; fi ;;
musl) build_for_musl musl musl-gcc && try musl '!native,!glibc' "$FILES" ;;
bullseye | trixie) build_for_suite "$1" && try "$1" '!native' "$FILES $GLIBC_FILES" ;;
*)
    echo "libc.sh: unknown libc '$1' (accepted: musl, bullseye, trixie)" >&2
    exit 125
    ;;
esac
