#!/usr/bin/env bats
# The object file as the dynamic linker sees it: symbols, segments, size.

load ../lib/common

# Expands calls.def with these definitions of CALL(result, name, ...) and OLD(name, older, newer).
from_table() { # CALL OLD
    printf '#define CALL(result, name, ...) %s\n#define OLD(name, older, newer) %s\n#include "calls.def"\n' "$@" |
        cc -E -P -I "$ROOT/shim" - | tr -d ' ' | grep . | sort
}

# bats test_tags=native
@test "the object exports the calls of calls.def and the functions that ASan and crti.o call, and nothing else" {
    run from_table name 'name@GLIBC_ older'
    assert_line write
    assert_line pthread_kill
    assert_line --regexp '^pthread_kill@GLIBC_2\.[0-9.]+$'
    nm -D --defined-only "$SHIM" >"$BATS_TEST_TMPDIR/exported"
    assert_equal "$(awk '$2 == "T" {sub(/@@.*/, "", $3); print $3}' "$BATS_TEST_TMPDIR/exported" | sort)" \
        "$(sort <<<"$output"$'\n__asan_default_options\n__gmon_start__')"
    # The default versions are the newer ones; the linker adds the versions themselves.
    assert_equal "$(sed -n '/@@/s/.* //p' "$BATS_TEST_TMPDIR/exported" | sort)" \
        "$(from_table '' 'name@@GLIBC_ newer')"
    assert_equal "$(awk '$2 != "T" && $2 " " $3 !~ /^A GLIBC_/' "$BATS_TEST_TMPDIR/exported")" ''
}

# bats test_tags=native
@test "every undefined symbol is weak, and none has a version" {
    run nm -D --undefined-only "$SHIM"
    assert_success
    assert_line --regexp '^ +w __errno_location$'
    for line in "${lines[@]}"; do
        assert_regex "$line" '^ +w [A-Za-z_]+$'
    done
}

# bats test_tags=native
@test "the object needs no other object" {
    run readelf --wide --dynamic "$SHIM"
    assert_success
    assert_line --partial 'Library soname: [libnosigpipe.so]'
    refute_line --partial '(NEEDED)'
    refute_line --partial '(RUNPATH)'
    refute_line --partial '(RPATH)'
}

# DT_GNU_HASH alone needs glibc 2.5; the others that are refused here would need a later one, or Linux.
# bats test_tags=native
@test "nothing in the object needs a dynamic linker later than that of glibc 2.5" {
    run readelf --wide --file-header --dynamic --notes --segments --relocs "$SHIM"
    assert_success
    assert_line --regexp 'OS/ABI: +UNIX - System V$'
    assert_line --partial '(GNU_HASH)'
    refute_line --partial '(RELR'
    refute_line --partial '(VERNEED'
    refute_line --partial 'GNU_PROPERTY'
    refute_line --partial 'NT_GNU_ABI_TAG'
    refute_line --partial 'IRELATIV'
    refute_line --partial 'TLSDESC'
}

# bats test_tags=native
@test "no stack is executable, no text is relocated, no segment is writable and executable" {
    run readelf --wide --dynamic --segments "$SHIM"
    assert_success
    assert_line --regexp '^ +GNU_STACK .* RW +0x[0-9a-f]+$'
    assert_line --partial 'GNU_RELRO'
    assert_line --partial 'BIND_NOW'
    refute_line --partial 'TEXTREL'
    refute_line --regexp ' (RWE|WE) +0x'
}

# bats test_tags=native
@test "without its debug information the object is at most 80 KiB" {
    strip -o "$BATS_TEST_TMPDIR/libnosigpipe.so" "$SHIM"
    run stat -c %s "$BATS_TEST_TMPDIR/libnosigpipe.so"
    assert_success
    assert [ "$output" -le "$((80 << 10))" ]
}

# bats test_tags=native
@test "a process maps 18 pages of code" {
    readelf -p .comment "$SHIM" | grep -q 'GCC:.* 12\.' && [ "$(uname -m)" = x86_64 ] || skip 'counted for x86-64 and gcc 12'
    run awk '$1 == "LOAD" && /R E/ { print $6 }' <(readelf --wide --segments "$SHIM")
    assert [ "$((output))" -le "$((18 << 12))" ]
}

# bats test_tags=glibc
@test "for each call that libc has, next is the definition of libc, also with many objects before it" {
    cc -shared -x c -o "$BATS_TEST_TMPDIR/1.so" /dev/null
    preloads=$SHIM:$BATS_TEST_TMPDIR/1.so
    for number in {2..40}; do
        cp "$BATS_TEST_TMPDIR/1.so" "$BATS_TEST_TMPDIR/$number.so"
        preloads+=:$BATS_TEST_TMPDIR/$number.so
    done
    offset=$(nm "$SHIM" | awk '$NF == "next" {print $1}')
    look_up=$(nm "$SHIM" | awk '$NF == "next_look_up" {print $1}')
    assert [ -n "$offset" ]
    assert [ -n "$look_up" ]
    shimmed "$PROGRAMS/exports_next" "$offset" "$look_up" >"$BATS_TEST_TMPDIR/alone"
    SHIM=$preloads run shimmed "$PROGRAMS/exports_next" "$offset" "$look_up"
    assert_success
    run diff "$BATS_TEST_TMPDIR/alone" - <<<"$output"
    assert_success
    run cat "$BATS_TEST_TMPDIR/alone"
    assert_success
    assert_equal "$(cut -d: -f1 <<<"$output" | sort)" "$(from_table name 'old_##name')"
    assert_line 'write: in libc, found'
    assert_line --regexp '^old_.*: in libc, found$'
    assert_line 'sigvec: in libc, found'
    refute_line --partial 'not found'
}
