#!/bin/sh
# Checks the sources without running them. Each check prints "ok" or "not ok" and, if not, what
# it found. Ends with a line "N passed, N failed"; the status is 0 if nothing failed.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
. tests/lib/tap.sh
install_missing lint || exit
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export WERROR=1

work=$(mktemp -d) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

each() { # COMMAND: with {} for each file named on standard input, on all CPUs
    xargs -r -d '\n' -I '{}' -P "$(nproc)" "$@"
}

formatted() {
    find shim tests -name '*.[ch]' | each clang-format --dry-run -Werror '{}'
}

# third_party/ has a program for which only its script knows where the headers are.
tidied() { # FOLDER FLAGS
    flags=$(makefile_value "$2" CC=clang) || return
    # shellcheck disable=SC2086 # one word a flag
    find "$1" -name '*.c' ! -path '*/third_party/*' | each clang-tidy --quiet '{}' -- $flags >"$work/tidied" 2>&1
    status=$?
    grep -v '^[0-9]* warnings* generated\.$' "$work/tidied"
    return "$status"
}

# Of the shim alone: the tests' programs do on purpose what it warns of, as in handlers of signals.
analyzed() { # FLAGS
    flags=$(makefile_value "$1") || return
    # shellcheck disable=SC2086 # one word a flag
    find shim -name '*.c' | each gcc $flags -O1 -fanalyzer -S -o /dev/null '{}'
}

# ElfW pastes a word together, which cppcheck does not do where it has not seen the definition. The
# linker makes the start and the end of a section, which look like two objects.
cppchecked() {
    cppcheck --std=c11 --enable=warning,performance,portability --inline-suppr --quiet \
        -j "$(nproc)" --error-exitcode=1 -D_GNU_SOURCE -D__GLIBC__ -D__x86_64__ -D__LP64__ \
        -D__SIZEOF_LONG__=8 '-DElfW(type)=Elf64_##type' -I shim \
        --suppress='comparePointers:tests/coverage/*.c' shim tests
}

shell_clean() {
    find scripts tests .ci -path 'scripts/nosigpipe*' -prune -o -type f ! -name '*.bats' -exec \
        grep -lE '^#! ?(/usr)?/bin/(env )?(ba|da)?sh|^# shellcheck shell=' '{}' + |
        each shellcheck --external-sources '{}'
}

# Those that are in parts, as make puts them together.
whole_clean() {
    grep -l '^#!/bin/sh' "$work"/gcc/build/nosigpipe* | each shellcheck '{}'
}

# What a .bash file sets is for its readers. Below a warning there is only what bats makes usual.
bats_clean() {
    find tests -name '*.bats' | each shellcheck --severity=warning '{}' &&
        find tests -name '*.bash' | each shellcheck --severity=warning --exclude=SC2034 '{}'
}

# In a copy, so that build/ stays as it is.
compiled() { # COMPILER
    mkdir "$work/$1" || return
    cp -R Makefile shim scripts tests "$work/$1" || return
    make -C "$work/$1" -s -j "$(nproc)" CC="$1" all programs units
}

# shellcheck disable=SC2016 # the Makefile's variables, not the shell's
{
    check 'clang-format' formatted
    check 'clang-tidy: shim' tidied shim '$(SHIM_CFLAGS)'
    check 'clang-tidy: tests' tidied tests '-std=c11 -D_GNU_SOURCE -iquote shim $(WARNINGS)'
    check 'gcc -fanalyzer: shim' analyzed '$(SHIM_CFLAGS)'
    check 'cppcheck' cppchecked
    check 'shellcheck: scripts' shell_clean
    check 'shellcheck: tests' bats_clean
    check 'no warning from gcc' compiled gcc
    check 'layers of shim/' tests/project/layers.sh "$work/gcc/build/obj"
    check 'no warning from clang' compiled clang
    check 'shellcheck: scripts put together' whole_clean
}
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
