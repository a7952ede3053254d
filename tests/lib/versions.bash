# For tests of symbols that have two versions: the arguments of tests/fixtures/versions.c, and its runs.

# An executable script without "#!", and a library that is linked with no other, so that it refers
# to no version.
make_versions_arguments() { # COMPILER
    printf 'echo it runs\n' >"$BATS_TEST_TMPDIR/script"
    chmod +x "$BATS_TEST_TMPDIR/script"
    "$1" -shared -nostdlib -fPIC -x c -o "$BATS_TEST_TMPDIR/unversioned.so" - <<'C'
#define UNVERSIONED(name)                                                                          \
    extern int name(void);                                                                         \
    void *unversioned_##name(void)                                                                 \
    {                                                                                              \
        return (void *)name;                                                                       \
    }
UNVERSIONED(pthread_kill)
UNVERSIONED(posix_spawn)
UNVERSIONED(posix_spawnp)
C
}

# RUN is the command that runs programs of another CPU.
versions() { # bare|shimmed [VARIABLE=VALUE]
    "$1" env "${@:2}" "${RUN[@]}" "$PROGRAMS/versions" "$BATS_TEST_TMPDIR/script" \
        "$BATS_TEST_TMPDIR/unversioned.so"
}

assert_same_versions() { # COMPILER
    make_versions_arguments "$1"
    versions bare >"$BATS_TEST_TMPDIR/bare"
    assert grep -q '^pthread_kill, older: .* status d ' "$BATS_TEST_TMPDIR/bare"
    for options in off mode=catch mode=ignore mode=mask mode=flags; do
        versions shimmed "NOSIGPIPE_OPTIONS=$options" >"$BATS_TEST_TMPDIR/shimmed"
        assert_equal "$options: $(diff "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/shimmed")" "$options: "
    done
}
