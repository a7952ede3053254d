# For the tests of the entrypoint and of the resident on each CPU.

# Asserts that a program needs neither a loader nor a library, has no relocations and no segment that is
# writable and executable, and has at most 32 KiB without debug information.
assert_small_static() { # FILE [STRIP]
    local size
    "${2:-strip}" -o "$BATS_TEST_TMPDIR/stripped" "$1"
    size=$(stat -c %s "$BATS_TEST_TMPDIR/stripped")
    echo "# ${1##*/}: $size bytes" >&3
    assert [ "$size" -le "$((32 << 10))" ]
    run readelf --wide --file-header --dynamic --segments --relocs "$1"
    assert_success
    assert_line --regexp '^ +GNU_STACK .* RW +0x[0-9a-f]+$'
    assert_line 'There are no relocations in this file.'
    refute_line --partial '(NEEDED)'
    refute_line --partial INTERP
    refute_line --regexp ' (RWE|WE) +0x'
    run nm --undefined-only "$1"
    assert_output ''
}

# Asserts that a resident can be mapped anywhere and run as it is.
assert_resident() { # FILE
    run readelf --wide --segments --relocs --dynamic "$1"
    assert_success
    assert_line 'There are no relocations in this file.'
    refute_line --partial '(NEEDED)'
    refute_line --regexp '^ +(TLS|INTERP) '
    refute_line --regexp ' (RWE|WE) +0x'
    assert_line --regexp '^ +GNU_STACK .* RW +0x[0-9a-f]+$'
    run readelf --wide --dyn-syms "$1"
    refute_line --regexp 'UND +[^ ]'
}
