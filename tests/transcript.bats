#!/usr/bin/env bats
# What a host can see of its own signals is the same with the shim and without (C3, C4). Each
# transcript program prints it; its run without the shim is the oracle.

load common

TRANSCRIPTS="dispositions handlers one_shot masks threads waits taken sent outside children cancel pointers relatives"

setup_file() {
    local state name
    for state in default ignored blocked; do
        for name in $TRANSCRIPTS; do
            inherit "$state" "$PROGRAMS/transcript_$name" >"$BATS_FILE_TMPDIR/$name.$state"
        done
    done
    # What a shim does that is not transparent.
    "${CC:-cc}" -shared -nostdlib -fPIC -x c -o "$BATS_FILE_TMPDIR/naive.so" - <<'SOURCE'
#include <signal.h>
__attribute__((constructor)) static void start(void)
{
    signal(SIGPIPE, SIG_IGN);
}
SOURCE
}

# Runs a command with SIGPIPE inherited in this state.
inherit() { # STATE COMMAND...
    local -a state
    case $1 in
    default) state=(--default-signal=PIPE) ;;
    ignored) state=(--ignore-signal=PIPE) ;;
    blocked) state=(--default-signal=PIPE --block-signal=PIPE) ;;
    *) false ;;
    esac
    shift
    env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS "${state[@]}" "$@"
}

# The hunks' heads name the cases.
same() { # ORACLE TRANSCRIPT
    diff -U 3 -F '^[a-z_]*$' "$1" "$2"
}

# The cases of tests/limits for a mode, a program and an inherited state, as PARENT/CASE.
limits() { # MODE PROGRAM STATE
    awk -v mode="$1" -v program="$2" -v state="$3" \
        '!/^#/ && ($1 == mode || $1 == "all") && $2 == program && (NF < 4 || $4 == state) {
            printf "%s ", $3
        }' "$ROOT/tests/limits"
}

# A transcript without, or (KEEP=1) with nothing but, these cases. A case begins with its name
# alone on a line; the cases below "send_by_..." belong to that sender.
filtered() { # KEEP CASES TRANSCRIPT
    awk -v keep="$1" -v cases=" $2" '
        /^[a-z_]+$/ {
            parent = /^send_/ ? $0 : parent
            key = " " parent "/" $0 " "
            listed = index(cases, key) > 0 || index(cases, " " parent "/* ") > 0
        }
        listed == keep' "$3"
}

# Each program under this preload, compared with its oracle.
same_under() { # PRELOAD OPTIONS STATE
    local name cases failed=0
    for name in $TRANSCRIPTS; do
        inherit "$3" env LD_PRELOAD="$1" NOSIGPIPE_OPTIONS="$2" \
            "$PROGRAMS/transcript_$name" >"$BATS_TEST_TMPDIR/$name"
        cases=$(limits "${2#mode=}" "$name" "$3")
        same <(filtered 0 "$cases" "$BATS_FILE_TMPDIR/$name.$3") \
            <(filtered 0 "$cases" "$BATS_TEST_TMPDIR/$name") >"$BATS_TEST_TMPDIR/diff" ||
            { failed=1 && head -n 60 "$BATS_TEST_TMPDIR/diff"; }
    done
    return "$failed"
}

# Broken writes against the default action, compared with ignored ones without the shim.
survives() { # PRELOAD OPTIONS
    local failed=0 name cases
    local -A sections=([survival]='' [children]='survive_vfork survive_spawn'
        [taken]=survive_taken [restricted]='')
    for name in "${!sections[@]}"; do
        # shellcheck disable=SC2086 # one word a case
        bare "$PROGRAMS/transcript_$name" oracle ${sections[$name]} >"$BATS_TEST_TMPDIR/oracle"
        # shellcheck disable=SC2086
        bare env LD_PRELOAD="$1" NOSIGPIPE_OPTIONS="$2" \
            "$PROGRAMS/transcript_$name" ${sections[$name]} >"$BATS_TEST_TMPDIR/$name"
        cases=$(limits "${2#mode=}" "$name" default)
        same <(filtered 0 "$cases" "$BATS_TEST_TMPDIR/oracle") \
            <(filtered 0 "$cases" "$BATS_TEST_TMPDIR/$name") || failed=1
    done
    return "$failed"
}

# bats test_tags=bare
@test "no case goes wrong or hangs by itself" {
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
@test "broken writes are the end without the shim" {
    run survives "" ""
    assert_failure
    assert_output --partial "killed by SIGPIPE"
}

@test "switched off, nothing differs, inherited default" {
    same_under "$SHIM" off default
}

# bats test_tags=native
@test "switched off, nothing differs, inherited ignored" {
    same_under "$SHIM" off ignored
}

# bats test_tags=native
@test "switched off, nothing differs, inherited blocked" {
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

@test "mode=catch: the default action never strikes" {
    survives "$SHIM" mode=catch
}

@test "mode=ignore, inherited default: the same transcript" {
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

@test "mode=ignore: the default action never strikes" {
    survives "$SHIM" mode=ignore
}

@test "mode=mask, inherited default: the same transcript" {
    same_under "$SHIM" mode=mask default
}

# bats test_tags=native
@test "mode=mask, inherited ignored: the same transcript" {
    same_under "$SHIM" mode=mask ignored
}

@test "mode=mask, inherited blocked: the same transcript" {
    same_under "$SHIM" mode=mask blocked
}

@test "mode=mask: the default action never strikes" {
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

@test "mode=flags: the default action never strikes" {
    survives "$SHIM" mode=flags
}

# bats test_tags=native,bare
@test "each case of tests/limits differs still, or it is none" {
    while read -r mode name case state; do
        [ "$mode" != all ] || mode=catch
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
    done < <(grep -v '^#' "$ROOT/tests/limits" | grep .)
}
