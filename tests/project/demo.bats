# bats file_tags=demo
# `make demo`: passes with the shim, shows the facts, and notices a shim that does nothing.

# shellcheck disable=SC2154 # `run` sets stderr
load ../lib/common
bats_require_minimum_version 1.5.0 # run --separate-stderr

demo() {
    run "$ROOT/tests/project/demo.sh" "$@"
}

# A build folder with another object in the shim's place.
build_with_object() { # FILE
    BUILD_COPY=$BATS_TEST_TMPDIR/build
    mkdir -p "$BUILD_COPY/tests"
    cp "$LAUNCHER" "$BUILD_COPY"
    cp "$PROGRAMS/demo_server" "$PROGRAMS/demo_client" "$BUILD_COPY/tests"
    cp "$1" "$BUILD_COPY/libnosigpipe.so"
    cp "$BUILD/nosigpipe-attach" "$BUILD_COPY"
}

# A build folder with another program in the place of nosigpipe-attach.
build_with_attach() { # LINE-OF-SHELL...
    build_with_object "$SHIM"
    printf '%s\n' '#!/bin/sh' "$@" >"$BUILD_COPY/nosigpipe-attach"
}

# Whether any process has a file or working folder in the demo's temporary folder.
assert_nothing_left() {
    run ls -A "$TMPDIR"
    assert_output ''
    run sh -c 'ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F -e "$TMPDIR"'
    assert_failure
}

setup() {
    export TMPDIR=$BATS_TEST_TMPDIR/demo # mktemp(1)
    mkdir "$TMPDIR"
}

@test "the demo passes and tells what became of each client" {
    demo
    assert_success
    assert_line --regexp '^1  A server starts: pid [0-9]+, 127\.0\.0\.1 port [0-9]+\.$'
    assert_line --regexp '^ +Hello, client [123] +Hello, client [123] +Hello, client [123]$'
    assert_line --regexp '^   \$ nosigpipe -p [0-9]+$'
    assert_line --regexp '^   [0-9]+ demo_client: guarded$'
    assert_line --regexp '^4  The server is gone: kill -KILL [0-9]+\.'
    assert_line --regexp \
        "^   status $SIGPIPE_STATUS: SIGPIPE +send [0-9]+: -1 EPIPE +send [0-9]+: -1 EPIPE$"
    assert_line --regexp '^   no message +send [0-9]+: -1 EPIPE +send [0-9]+: -1 EPIPE$'
    assert_line --regexp '^   no core file +send [0-9]+: -1 EPIPE +send [0-9]+: -1 EPIPE$'
    assert_line --regexp '^   pid [0-9]+ is gone +pid [0-9]+ is running +pid [0-9]+ is running$'
    assert_line --regexp 'kill -TERM [0-9]+ [0-9]+\. Status: 143'
    assert_line --regexp '^PASSED '
    assert_nothing_left
}

@test "the demo's output is plain and fits 80 columns" {
    demo
    assert_success
    # Nothing but printable ASCII, of 80 characters at most.
    LC_ALL=C run grep -v -x -E '[ -~]{0,80}' <<<"$output"
    assert_output ''
}

# Numbers that differ from run to run, and the blanks that make up for their width.
without_numbers() {
    sed -E 's/[0-9]+/N/g; s/ +/ /g; s/ $//'
}

@test "the picture in README.md shows what the demo prints" {
    grep -q '](tests/project/demo.svg)' "$ROOT/README.md"
    sed -n '/^<text /p' "$ROOT/tests/project/demo.svg" | sed 's/<[^>]*>//g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' |
        without_numbers >"$BATS_TEST_TMPDIR/picture"
    demo
    assert_success
    run diff "$BATS_TEST_TMPDIR/picture" <(without_numbers <<<"$output")
    assert_output ''
    assert_success
}

@test "the picture is drawn from a run of the demo, and not where that fails" {
    run "$ROOT/tests/project/demo_picture.sh" "$BUILD"
    assert_success
    assert_equal "$(without_numbers <<<"$output")" "$(without_numbers <"$ROOT/tests/project/demo.svg")"
    run --separate-stderr "$ROOT/tests/project/demo_picture.sh" "$BATS_TEST_TMPDIR"
    assert_failure
    assert_output ''
    [[ $stderr == *'demo: FAILED: '* ]]
}

@test "the demo works from any folder, with the build folder named or not" {
    cd /
    demo
    assert_success
    cd "$ROOT"
    demo build
    assert_success
}

@test "the demo works where SIGPIPE is ignored, and where the shim is preloaded already" {
    run env --ignore-signal=PIPE LD_PRELOAD="$SHIM" "$ROOT/tests/project/demo.sh"
    assert_success
    assert_line --regexp "status $SIGPIPE_STATUS"
}

@test "the demo says so where SIGPIPE is ignored and env(1) cannot undo that" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nexit 125\n' >"$BATS_TEST_TMPDIR/bin/env"
    chmod +x "$BATS_TEST_TMPDIR/bin/env"
    run env --ignore-signal=PIPE PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$ROOT/tests/project/demo.sh"
    assert_failure 1
    assert_output --partial 'demo: FAILED: SIGPIPE is ignored here'
    assert_nothing_left
}

@test "the demo needs no such env(1) where SIGPIPE is at its default" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nexit 125\n' >"$BATS_TEST_TMPDIR/bin/env"
    chmod +x "$BATS_TEST_TMPDIR/bin/env"
    run env --default-signal=PIPE PATH="$BATS_TEST_TMPDIR/bin:$PATH" "$ROOT/tests/project/demo.sh"
    assert_success
}

@test "the demo fails with an object that does nothing" {
    : >"$BATS_TEST_TMPDIR/nothing.c"
    cc -shared -nostdlib -o "$BATS_TEST_TMPDIR/nothing.so" "$BATS_TEST_TMPDIR/nothing.c"
    build_with_object "$BATS_TEST_TMPDIR/nothing.so"
    demo "$BUILD_COPY"
    assert_failure 1
    assert_line --regexp "demo: FAILED: the client under nosigpipe ended with status $SIGPIPE_STATUS"
    refute_line --regexp '^PASSED '
    assert_nothing_left
}

@test "the demo fails with a file that is no object" {
    build_with_object /dev/null
    demo "$BUILD_COPY"
    assert_failure 1
    assert_line --regexp "demo: FAILED: the client under nosigpipe ended with status $SIGPIPE_STATUS"
    assert_nothing_left
}

@test "the demo fails if a client is said to be protected while it runs, and is not" {
    # shellcheck disable=SC2016 # for the stand-in
    build_with_attach 'echo "$3 demo_client: guarded"'
    demo "$BUILD_COPY"
    assert_failure 1
    assert_line --regexp \
        "demo: FAILED: the client that was protected while it ran ended with status $SIGPIPE_STATUS"
    assert_nothing_left
}

@test "the demo fails if a client cannot be protected while it runs, for no good reason" {
    build_with_attach 'echo "nosigpipe: it is broken" >&2; exit 1'
    demo "$BUILD_COPY"
    assert_failure 1
    assert_line --regexp 'demo: FAILED: nosigpipe -p [0-9]+ says: nosigpipe: it is broken'
    rm "$BUILD_COPY/nosigpipe-attach"
    demo "$BUILD_COPY"
    assert_failure 1
    assert_line --regexp 'demo: FAILED: nosigpipe -p .* is missing'
    assert_nothing_left
}

@test "the demo leaves a column out where ptrace is forbidden, and says so" {
    # shellcheck disable=SC2016 # for the stand-in
    build_with_attach 'echo "nosigpipe: $3 demo_client: you may not: Operation not permitted" >&2; exit 1'
    demo "$BUILD_COPY"
    assert_success
    assert_line --partial 'No client is protected while it runs'
    assert_line --regexp '^   nosigpipe: [0-9]+ demo_client: you may not: Operation not permitted$'
    assert_line --regexp '^   pid [0-9]+ is gone +pid [0-9]+ is running$'
    refute_line --partial 'PROTECTED WHILE'
    assert_line --regexp '^PASSED '
    assert_nothing_left
}

@test "the demo leaves a column out on CPUs that have no nosigpipe-attach, and says so" {
    # What the launcher says there (tests/cli/launcher_pid.bats).
    build_with_object "$SHIM"
    rm "$BUILD_COPY/nosigpipe-attach"
    # shellcheck disable=SC2016 # for the stand-in
    printf '%s\n' '#!/bin/sh' 'case $1 in -p) ;; *) exec "$0.real" "$@" ;; esac' \
        'echo "nosigpipe: '"'--pid' is for 64-bit x86-64 and 32-bit i386 alone, and this is 64-bit RISC-V"'" >&2' \
        'exit 125' >"$BUILD_COPY/wrapper"
    mv "$BUILD_COPY/nosigpipe" "$BUILD_COPY/nosigpipe.real"
    mv "$BUILD_COPY/wrapper" "$BUILD_COPY/nosigpipe"
    chmod +x "$BUILD_COPY/nosigpipe"
    demo "$BUILD_COPY"
    assert_success
    assert_line --partial "   nosigpipe: '--pid' is for 64-bit x86-64 and 32-bit i386 alone, and this is"
    assert_line --regexp '^   pid [0-9]+ is gone +pid [0-9]+ is running$'
    assert_line --regexp '^PASSED '
}

@test "the demo says what is to be made first where there is no build" {
    demo "$BATS_TEST_TMPDIR"
    assert_failure 1
    assert_output --partial "make all programs"
}

@test "the demo leaves nothing behind when its reader goes away" {
    bare bash -c '"$0" 2>/dev/null | head -n 1' "$ROOT/tests/project/demo.sh"
    assert_nothing_left
}
