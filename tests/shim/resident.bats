#!/usr/bin/env bats
# Static programs with the guard in place from their first instruction: put there by nosigpipe-attach when
# the launcher starts them, and by their own interpreter when they are embedded. The oracle is the same
# program alone.
# shellcheck disable=SC2034,SC2154 # what it sets is for tests/lib/transcript.bash

load ../lib/common
load ../lib/static
load ../lib/transcript
load ../lib/visited
bats_require_minimum_version 1.5.0 # run -STATUS

RESIDENT=$BUILD/ld-nosigpipe.so
PROGRAMS=$STATIC

teardown() {
    stop_visited
}

# Other users may not be able to read the build folder.
embed() { # PROGRAM
    cp "$RESIDENT" "$BATS_TEST_TMPDIR"
    "$BUILD/nosigpipe-embed" --interpreter="$BATS_TEST_TMPDIR/ld-nosigpipe.so" "$STATIC/$1" "$BATS_TEST_TMPDIR/$1" \
        >/dev/null
}

@test "the resident needs no relocation, libc, thread-local storage or page that is writable and executable" {
    assert_resident "$RESIDENT"
}

same_started() { # STATE NAME...
    local name cases failed=0 state=$1
    shift
    for name; do
        RUN=()
        transcript "$state" "$name" >"$BATS_TEST_TMPDIR/oracle"
        RUN=("$LAUNCHER")
        transcript "$state" "$name" >"$BATS_TEST_TMPDIR/$name"
        [ "$(wc -l <"$BATS_TEST_TMPDIR/oracle")" -gt 20 ]
        cases=$(known_differences "${KNOWN-resident}" "$name" "$state")
        same <(compared "$cases" "$BATS_TEST_TMPDIR/oracle") <(compared "$cases" "$BATS_TEST_TMPDIR/$name") \
            >"$BATS_TEST_TMPDIR/diff" || { failed=1 && head -n 40 "$BATS_TEST_TMPDIR/diff"; }
    done
    return "$failed"
}

@test "what a static program can see of its signals is the same, inherited default" {
    same_started default dispositions handlers one_shot masks threads waits taken outside children cancel
}

@test "the same, inherited ignored" {
    same_started ignored dispositions handlers one_shot masks threads waits taken outside children cancel
}

@test "the same, inherited blocked" {
    same_started blocked dispositions handlers one_shot masks threads waits taken outside children cancel
}

@test "the same of signals that it sends itself, but for the known differences" {
    same_started default sent
    KNOWN=none
    run same_started default sent
    assert_failure
}

@test "broken writes never take the default action" {
    CASES[survival]=oracle
    RUN=()
    transcript default survival >"$BATS_TEST_TMPDIR/oracle"
    CASES[survival]=
    transcript default survival >"$BATS_TEST_TMPDIR/bare"
    run same "$BATS_TEST_TMPDIR/oracle" "$BATS_TEST_TMPDIR/bare"
    assert_failure
    RUN=("$LAUNCHER")
    transcript default survival >"$BATS_TEST_TMPDIR/survival"
    same "$BATS_TEST_TMPDIR/oracle" "$BATS_TEST_TMPDIR/survival"
}

@test "the launcher guards a static program in its own process, and leaves no child" {
    for program in visited visited_pie; do
        start_visited "$LAUNCHER" "$STATIC/$program"
        assert_equal "$(readlink "/proc/$visited/exe")" "$STATIC/$program"
        run pgrep -P "$visited"
        assert_output ''
        assert_equal "$(status_of TracerPid)" 0
        say q 'disposition: SIG_DFL flags 0'
        say w 'write: EPIPE'
        say d 'set SIG_DFL'
        say p 'stdio: EPIPE'
        run "$ATTACH" status "$visited"
        assert_output "$visited $program: guarded, 2 broken writes absorbed"
        end_visited 0
    done
}

@test "options come from NOSIGPIPE_OPTIONS, and off leaves the program alone" {
    start_visited "$LAUNCHER" --log=file:"$BATS_TEST_TMPDIR/log" --format=json "$STATIC/visited"
    say w 'write: EPIPE'
    end_visited 0
    run cat "$BATS_TEST_TMPDIR/log"
    assert_output --regexp '"program":"visited".*"call":"write"'
    start_visited "$LAUNCHER" --log=file:"$BATS_TEST_TMPDIR/otel" --format=otel "$STATIC/visited"
    say w 'write: EPIPE'
    end_visited 0
    run cat "$BATS_TEST_TMPDIR/otel"
    assert_output --regexp '"process.executable.name":"visited".*"code.function.name":"write"'
    start_visited env NOSIGPIPE_OPTIONS=off "$ATTACH" run "$STATIC/visited" visited
    assert_equal "$(status_of SigCgt)" 0000000000000000
    end_visited 0
}

@test "pid 1 and child subreapers start with SIGPIPE ignored: no stranger becomes their child" {
    needs processes
    run unshare --pid --fork --kill-child "$ATTACH" run "$STATIC/visited" visited once
    assert_success
    assert_line "nosigpipe: '$STATIC/visited' starts with SIGPIPE ignored, since the tracer would become a child of the program (process 1, or a child subreaper)"
    assert_line 'disposition: SIG_IGN flags 0'
    run python3 -c 'import ctypes, os, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])' "$ATTACH" run "$STATIC/visited" visited once
    assert_success
    assert_line 'disposition: SIG_IGN flags 0'
}

@test "a caller that has hundreds of descriptors open gets the guard as well" {
    run bare python3 -c 'import os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
for descriptor in range(3, 300):
    os.dup2(0, descriptor)
os.execv(sys.argv[1], sys.argv[1:])' "$ATTACH" run "$STATIC/visited" visited once
    assert_success
    assert_output 'disposition: SIG_DFL flags 0'
}

@test "a program that gains rights is not traced" {
    cp "$STATIC/visited" "$BATS_TEST_TMPDIR/visited"
    needs owners
    chown 65533 "$BATS_TEST_TMPDIR/visited"
    chmod 4755 "$BATS_TEST_TMPDIR/visited"
    run bare "$ATTACH" run "$BATS_TEST_TMPDIR/visited" visited once
    assert_success
    assert_line "nosigpipe: '$BATS_TEST_TMPDIR/visited' starts with SIGPIPE ignored, since it gains rights, which a traced program does not"
}

@test "a file that cannot be executed: 126 and 127" {
    run -127 bare "$ATTACH" run /nonexistent x
    assert_output "nosigpipe: cannot start '/nonexistent': No such file or directory"
    touch "$BATS_TEST_TMPDIR/plain"
    run bare "$ATTACH" run "$BATS_TEST_TMPDIR/plain" x
    assert_failure 126
    assert_output "nosigpipe: cannot start '$BATS_TEST_TMPDIR/plain': Permission denied"
}

@test "an embedded program is guarded without the launcher, and sees what it saw" {
    for program in visited visited_pie; do
        embed "$program"
        start_visited "$BATS_TEST_TMPDIR/$program"
        say q 'disposition: unknown flags 18000004'
        say_broken_writes
        run "$ATTACH" status "$visited"
        assert_output "$visited $program: guarded, 1602 broken writes absorbed"
        # A visit adds the hook.
        run "$ATTACH" visit '' "$visited"
        assert_output "$visited $program: guarded"
        say q 'disposition: SIG_DFL flags 0'
        say d 'set SIG_DFL'
        say w 'write: EPIPE'
        end_visited 0
    done
}

@test "an embedded program reads NOSIGPIPE_OPTIONS, not if it is set-user-ID" {
    embed visited
    start_visited env NOSIGPIPE_OPTIONS=log=file:"$BATS_TEST_TMPDIR/log" "$BATS_TEST_TMPDIR/visited"
    say w 'write: EPIPE'
    end_visited 0
    run cat "$BATS_TEST_TMPDIR/log"
    assert_output --partial 'program=visited '
    needs users owners
    chown 65533 "$BATS_TEST_TMPDIR/visited"
    chmod 4755 "$BATS_TEST_TMPDIR/visited"
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    rm "$BATS_TEST_TMPDIR/log"
    start_visited setpriv --reuid=65534 --regid=65534 --clear-groups \
        env NOSIGPIPE_OPTIONS=action=die "$BATS_TEST_TMPDIR/visited"
    say w 'write: EPIPE'
    end_visited 0
}

@test "without the interpreter an embedded program does not start: ENOENT" {
    "$BUILD/nosigpipe-embed" --interpreter=/nonexistent/ld-nosigpipe.so "$STATIC/visited" "$BATS_TEST_TMPDIR/visited"
    run -127 bare "$BATS_TEST_TMPDIR/visited" once
    assert_output --partial 'No such file or directory'
}

# A static-pie program of musl takes AT_BASE for its own address (resident/interpreter.c).
@test "programs of musl: static ones and static-pie, embedded, by the launcher, and visited" {
    local musl=/usr/lib/x86_64-linux-musl kind
    cd "$BATS_TEST_TMPDIR"
    cat >program.c <<'SOURCE'
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    char line[8];
    int pipes[2];
    if (pipe(pipes) != 0 || close(pipes[0]) != 0)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (fgets(line, sizeof(line), stdin)) {
        if (*line == 'd')
            signal(SIGPIPE, SIG_DFL);
        puts(write(pipes[1], "x", 1) == -1 && errno == EPIPE ? "EPIPE" : "written");
    }
    return 0;
}
SOURCE
    musl-gcc -o dynamic program.c
    musl-gcc -static -o plain program.c
    musl-gcc -fPIE -c program.c
    gcc -static-pie -nostdlib -o pie $musl/rcrt1.o $musl/crti.o program.o $musl/libc.a -lgcc $musl/crtn.o
    for kind in plain pie; do
        "$BUILD/nosigpipe-embed" --interpreter="$RESIDENT" "$kind" "$kind.embedded"
        start_visited "./$kind.embedded"
        say w EPIPE
        end_visited 0
        start_visited "$LAUNCHER" "./$kind"
        say w EPIPE
        say d EPIPE
        end_visited 0
    done
    for kind in dynamic plain pie; do
        start_visited "./$kind"
        run "$ATTACH" visit '' "$visited"
        assert_output "$visited $kind: guarded"
        say w EPIPE
        say d EPIPE
        end_visited 0
    done
}
