#!/usr/bin/env bats
# Names of which libc has two versions that are different functions (shim/versions.h): a program has
# the one that it was linked with, as without the shim.

load ../lib/common
load ../lib/versions

# bats test_tags=bare,native
@test "bare, the older versions and the newer are different functions" {
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

@test "a program has the versions that it was linked with, looks up or gets without one, in every mode" {
    assert_same_versions cc
}
