#!/bin/sh
# Which lines and branches of shim/ the tests reach: tests/coverage/coverage.sh [FILE.bats]...
# (`make coverage`). Builds the object with gcov's counters in build/coverage (coverage/counters.c),
# runs the tests with it, and prints gcovr's tables; the sources with their counts are
# build/coverage/index.html. Fails where a test does, or where a line or branch is not reached and
# not marked, with the reason, as one that no test can reach.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
install_missing coverage || exit
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LD_PRELOAD NOSIGPIPE_OPTIONS
out=build/coverage

# By default, the tests of what the library does in a program: not those of building, documents, commands and
# cost, nor exports.bats and version.bats, which are about the library as it is installed.
tests_of_library() { # prints the files, one a line
    find tests/fuzz tests/sanitizers tests/shim tests/stress tests/units -name '*.bats' ! -name exports.bats ! -name version.bats | sort
}

compile() { # ARGUMENT...
    gcc -O2 -std=c11 -D_GNU_SOURCE -iquote shim -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion "-DCOUNTERS_FILE=\"$PWD/$out/counters\"" "$@"
}

# Without optimization, so that each branch of the source is one of the object. With
# -fprofile-info-section nothing of libgcov is in the object, and nothing runs at the exit.
# shellcheck disable=SC2046 # one word an object
build() {
    mkdir -p "$out" && ln -sfn ../tests "$out/tests" &&
        compile -fPIC -c -o "$out/counters.o" tests/coverage/counters.c &&
        make -s -j "$(nproc)" BUILD="$out" CC=gcc CPPFLAGS= \
            CFLAGS='-O0 -g --coverage -fprofile-info-section=gcov_info -fprofile-update=atomic -fdata-sections' \
            LDFLAGS="-Wl,-T,tests/coverage/counters.ld $out/counters.o" all &&
        compile -o "$out/dump" tests/coverage/dump.c $(objects) -Wl,-T,tests/coverage/counters.ld -lgcov &&
        counters "$out/libnosigpipe.so" >"$out/order" && counters "$out/dump" | cmp - "$out/order"
}

# Prints the object files in the order in which they are linked, which is that of the counters.
# shellcheck disable=SC2016 # for make
objects() {
    printf 'objects: ; @echo $(SHIM_OBJECTS)\n' | make -s BUILD="$out" -f Makefile -f - objects
}

counters() { # FILE: the names, in the order of the addresses
    nm -n "$1" | sed -n 's/.* \(__gcov0\..*\)/\1/p'
}

# Every process of the tests may write to the file, under any user.
prepare() {
    rm -f -- "$out/counters"
    find "$out" -name '*.gcda' -exec rm -f -- '{}' +
    "$out/dump" --size | xargs -I '{}' truncate -s '{}' "$out/counters" && chmod 666 "$out/counters"
}

# gcov computes some counts from others, which can give less than 0 where a signal ended a process
# within a function: gcovr ignores them. Uses of the shim's headers in the fuzz targets do not count
# as the shim.
report() { # ARGUMENT...
    gcovr --root . --filter shim/ --gcov-ignore-parse-errors --exclude-directories ".*/units/fuzz" "$@" \
        "$out/obj" "$out/parts" 2>"$out/gcovr.log"
}

# The units, which write their counts at exit as ordinary programs do.
build_units() {
    make -s -j "$(nproc)" BUILD="$out/parts" CC=gcc CPPFLAGS= CFLAGS='-O0 -g --coverage -fprofile-update=atomic' \
        LDFLAGS=--coverage units
}

build && build_units || exit
prepare || exit
[ $# -gt 0 ] || eval "set -- ${TESTS:-$(tests_of_library | tr '\n' ' ')}"
# The tag "optimized": needs the small stack frames and functions of optimized code.
NOSIGPIPE_TAGS='!optimized' NOSIGPIPE_BUILD=$PWD/$out NOSIGPIPE_PROGRAMS=$PWD/build/tests \
    NOSIGPIPE_UNITS=$PWD/$out/parts/units tests/check.sh "$@"
status=$?
"$out/dump" || exit
report --html-details "$out/index.html" && report --branches && report --fail-under-line 100 --fail-under-branch 100 || status=1
exit "$status"
