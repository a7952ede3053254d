#!/usr/bin/env bats
# Visits to running processes of i386, by nosigpipe-attach for i386; tests/shim/attach_visits.bats has those of x86-64,
# and the visitors that these tests notice.
# shellcheck disable=SC2154 # visited.bash sets `visited`

load ../lib/common
load ../lib/cross
load ../lib/visited # sets `visited`
load ../lib/visits

setup_file() {
    local libc=/usr/i686-linux-gnu/lib
    make_for i686-linux-gnu CROSS=i686-linux-gnu build/i686-linux-gnu/nosigpipe-attach
    make_for i686-linux-gnu CC=i686-linux-gnu-gcc BUILD="$BUILD/i686-linux-gnu/native" \
        LDFLAGS="-Wl,--dynamic-linker=$libc/ld-linux.so.2,-rpath,$libc" \
        "$BUILD"/i686-linux-gnu/native/tests/{blocking,attach_storm,visited}
}

setup() {
    needs_i386
    PROGRAMS=$BUILD/i686-linux-gnu/native/tests
    ATTACH=$BUILD/i686-linux-gnu/nosigpipe-attach
}

@test "i386: visits are not noticed by processes that block" {
    assert_unnoticed 5 0 by_attach -- plain
    assert_guarded
}

@test "i386: visits are not noticed by processes that block and handle signals meanwhile" {
    assert_unnoticed 5 10 by_attach -- plain
    assert_guarded
    assert_unnoticed 5 10 by_attach -- -r -t plain waited whole
    assert_guarded
}

@test "i386: a process is guarded in the moment at which a call can be interrupted, or refused" {
    assert_unnoticed 1 5 by_attach_at_once -- waited
    assert_refusals_explained
    assert_unnoticed 1 0 by_attach_at_once -- whole
    assert_refusals_explained
}

@test "i386: times that are waited for end when they would have ended without visits" {
    assert_unnoticed 0 0 by_attach -- timed
}

@test "i386: storms are not harmed by visits, and nothing is left stopped" {
    run env NOSIGPIPE_PROGRAMS="$PROGRAMS" ATTACH="$ATTACH" "$ROOT/tests/stress/visits.sh" 300 malloc fork spawn \
        threads signals
    assert_success
    assert_output --regexp '[0-9]+ visits.* 0 processes harmed, 0 left stopped$'
}

@test "i386: what holds after a visit, and a start by nosigpipe-attach" {
    start_visited "$PROGRAMS/visited"
    run "$ATTACH" visit "log=file:$BATS_TEST_TMPDIR/log" "$visited"
    assert_output "$visited visited: guarded, until the program itself sets the default action"
    say_broken_writes
    say f 'in a child: EPIPE'
    say c 'set chain'
    say w 'write: EPIPE'
    say b 'set what was before'
    say w 'write: EPIPE'
    run "$ATTACH" release "$visited"
    assert_success
    end_visited 0
    run head -n 1 "$BATS_TEST_TMPDIR/log"
    assert_output --regexp 'program=visited .* call=write .* asked=1 '
    i686-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -static -pthread -o "$BATS_TEST_TMPDIR/visited" \
        "$ROOT/tests/fixtures/attach/visited.c"
    start_visited "$ATTACH" run "$BATS_TEST_TMPDIR/visited" visited
    say w 'write: EPIPE'
    end_visited 0
    "$BUILD/nosigpipe-embed" --interpreter="$BUILD/i686-linux-gnu/ld-nosigpipe.so" "$BATS_TEST_TMPDIR/visited" \
        "$BATS_TEST_TMPDIR/embedded"
    start_visited "$BATS_TEST_TMPDIR/embedded"
    say t 'threads: 1600 of 1600'
    end_visited 0
}

@test "i386: the nosigpipe-attach of x86-64 hands such a process over, or refuses it" {
    start_visited "$PROGRAMS/visited"
    run "$BUILD/nosigpipe-attach" visit '' "$visited"
    assert_failure 1
    assert_output "nosigpipe: $visited visited: it is a 32-bit program, and no library for those is installed"
    run "$BUILD/nosigpipe-attach" --also="$ATTACH" visit '' "$visited"
    assert_success
    assert_output "$visited visited: guarded, until the program itself sets the default action"
    say w 'write: EPIPE'
    run "$BUILD/nosigpipe-attach" --also="$ATTACH" status "$visited"
    assert_output "$visited visited: guarded, 1 broken writes absorbed"
    end_visited 0
}

teardown() {
    stop_visited
}
