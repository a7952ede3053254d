#!/usr/bin/env bats
# Symbols that libc has in two versions, which are different functions (shim/link/symbol_versions.h). A program gets
# the version that it was linked with, as without the shim.

load ../lib/common
load ../lib/versions

# bats test_tags=bare,native
@test "without the shim, the older versions and the newer ones are different functions" {
    make_versions_arguments cc
    versions bare >"$BATS_TEST_TMPDIR/bare"
    for name in pthread_kill posix_spawn posix_spawnp; do
        for way in older newer; do
            sed -n "/^$name, $way:/ { s/.*://; p; n; p; }" "$BATS_TEST_TMPDIR/bare" >"$BATS_TEST_TMPDIR/$way"
        done
        run diff "$BATS_TEST_TMPDIR/older" "$BATS_TEST_TMPDIR/newer"
        assert_failure 1
    done
}

@test "a program gets the versions that it was linked with, that it looks up, or that it gets where it asks for none, in every mode" {
    assert_same_versions cc
}
