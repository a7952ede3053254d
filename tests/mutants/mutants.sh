#!/bin/sh
# Runs the tests on changed sources of the shim (tests/mutants/mutants.py): `make mutants`, as root.
# $MUTANTS says how many changes (200), $MUTANTS_SEED which, $MUTANTS_FILES in which sources. The output of
# the fixtures shows most of them; for the others bats files are run, which takes minutes for each, unless
# MUTANTS_QUICKLY=1.

set -u
cd -- "$(dirname -- "$0")/../.." || exit
. tests/lib/install_tools.sh
install_missing check || exit
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES LD_PRELOAD NOSIGPIPE_OPTIONS

# A program without libc, which has the dynamic linker of those that have one (early.bats).
mkdir -p build/mutants
linker=$(readelf -l build/tests/matrix | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
gcc -std=c11 -D_GNU_SOURCE -iquote shim -O1 -fno-builtin -fno-stack-protector -nostdlib -fPIE -pie \
    -Wl,--unresolved-symbols=ignore-all -Wl,--dynamic-linker="$linker" -o build/mutants/absent \
    tests/libc/absent.c || exit
# shellcheck disable=SC2086 # one word a file
exec nice python3 -B tests/mutants/mutants.py "${MUTANTS:-200}" "${MUTANTS_SEED:-1}" ${MUTANTS_FILES-}
