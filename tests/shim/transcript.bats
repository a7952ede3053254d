#!/usr/bin/env bats
# What a program can see of its own signals is the same with the shim and without (C3, C4). Each
# transcript program prints it. The oracle is its run without the shim.

load ../lib/common
load ../lib/transcript

setup_file() {
    local state
    for state in default ignored blocked; do
        make_oracles "$state"
    done
    # A shim that is not transparent.
    "${CC:-cc}" -shared -nostdlib -fPIC -x c -o "$BATS_FILE_TMPDIR/naive.so" - <<'SOURCE'
#include <signal.h>
__attribute__((constructor)) static void start(void)
{
    signal(SIGPIPE, SIG_IGN);
}
SOURCE
}

# bats test_tags=bare
@test "without the shim no case fails or hangs" {
    needs vmsplice
    run grep -E 'cannot go on|SIGALRM' "$BATS_FILE_TMPDIR"/*.{default,ignored,blocked}
    assert_output ""
    for name in $TRANSCRIPTS; do
        grep -q 'exited 0$' "$BATS_FILE_TMPDIR/$name.default"
    done
}

@test "a signal(SIGPIPE, SIG_IGN) in a constructor is seen" {
    run same_under "$BATS_FILE_TMPDIR/naive.so" "" default
    assert_failure
    assert_output --partial "SIG_IGN"
    run same_under "$BATS_FILE_TMPDIR/naive.so" "" blocked
    assert_failure
}

# bats test_tags=bare
@test "without the shim broken writes end the programs" {
    run survives "" ""
    assert_failure
    assert_output --partial "killed by SIGPIPE"
}

@test "off: the same transcript, inherited default" {
    same_under "$SHIM" off default
}

# bats test_tags=native
@test "off: the same transcript, inherited ignored" {
    same_under "$SHIM" off ignored
}

# bats test_tags=native
@test "off: the same transcript, inherited blocked" {
    same_under "$SHIM" off blocked
}

@test "mode=catch, inherited default: the same transcript" {
    same_under "$SHIM" mode=catch default
}

@test "mode=catch, inherited ignored: the same transcript" {
    same_under "$SHIM" mode=catch ignored
}

@test "mode=catch, inherited blocked: the same transcript" {
    same_under "$SHIM" mode=catch blocked
}

@test "mode=catch: broken writes never take the default action" {
    survives "$SHIM" mode=catch
}

@test "mode=ignore, inherited default: the same transcript" {
    needs comparisons
    same_under "$SHIM" mode=ignore default
}

# bats test_tags=native
@test "mode=ignore, inherited ignored: the same transcript" {
    same_under "$SHIM" mode=ignore ignored
}

# bats test_tags=native
@test "mode=ignore, inherited blocked: the same transcript" {
    same_under "$SHIM" mode=ignore blocked
}

@test "mode=ignore: broken writes never take the default action" {
    survives "$SHIM" mode=ignore
}

@test "mode=mask, inherited default: the same transcript" {
    needs comparisons
    same_under "$SHIM" mode=mask default
}

# bats test_tags=native
@test "mode=mask, inherited ignored: the same transcript" {
    same_under "$SHIM" mode=mask ignored
}

@test "mode=mask, inherited blocked: the same transcript" {
    same_under "$SHIM" mode=mask blocked
}

@test "mode=mask: broken writes never take the default action" {
    survives "$SHIM" mode=mask
}

@test "mode=flags, inherited default: the same transcript" {
    same_under "$SHIM" mode=flags default
}

# bats test_tags=native
@test "mode=flags, inherited ignored: the same transcript" {
    same_under "$SHIM" mode=flags ignored
}

# bats test_tags=native
@test "mode=flags, inherited blocked: the same transcript" {
    same_under "$SHIM" mode=flags blocked
}

@test "mode=flags: broken writes never take the default action" {
    survives "$SHIM" mode=flags
}

# bats test_tags=native,bare
@test "each case of tests/shim/known_differences still differs" {
    while read -r mode name case state; do
        [ "$mode" != all ] || mode=catch
        [ "$mode" != resident ] || continue # resident.bats
        inherit "${state:=default}" env LD_PRELOAD="$SHIM" NOSIGPIPE_OPTIONS="mode=$mode" \
            "$PROGRAMS/transcript_$name" >"$BATS_TEST_TMPDIR/with"
        if [ "$name" = survival ]; then
            bare "$PROGRAMS/transcript_survival" oracle >"$BATS_TEST_TMPDIR/without"
        else
            cp "$BATS_FILE_TMPDIR/$name.$state" "$BATS_TEST_TMPDIR/without"
        fi
        ! same <(filtered 1 "$case " "$BATS_TEST_TMPDIR/without") \
            <(filtered 1 "$case " "$BATS_TEST_TMPDIR/with") >/dev/null ||
            fail "$mode $name $case is equal"
    done < <(grep -v '^#' "$ROOT/tests/shim/known_differences" | grep .)
}
