# bats file_tags=launcher
# How the launcher starts static programs where nosigpipe-attach is installed, here a stand-in that says what it
# is to run; and embedded programs.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`; launcher_programs.bash reads `caller`
load launcher_programs

setup() {
    launcher_setup
    chmod o+x "$BATS_TEST_TMPDIR"
    cp -R "$FILES" "$BATS_TEST_TMPDIR/files"
    FILES=$BATS_TEST_TMPDIR/files
    make_attach "$FILES"
}

traced() {
    local name
    for name in static static_pie musl_static; do
        start "$FILES/$name"
        assert_output "run as $FILES/$name: <$FILES/$name> no options"
        start --strict --action=die --log=stderr "$FILES/$name" a 'b  c' ''
        assert_output "run as $FILES/$name: <$FILES/$name> <a> <b  c> <> action=die,log=stderr"
        start --check "$FILES/$name"
        assert_success
        assert_output "protected by the guard, put in place at its start: '$FILES/$name' is statically linked"
        start --strict --check "$FILES/$name"
        assert_success
        start --check --action=die "$FILES/$name"
        assert_failure 1
        assert_output "not protected, because action=die is asked for"
    done
    # Not a program that has a loader.
    start "$FILES/dynamic"
    assert_success
    assert_output ''
}
@test "a static program is started by nosigpipe-attach, without a warning, and with --strict" {
    in_each_shell traced
}

names() {
    cd "$FILES" || return
    # The file that was found, and the name that was given.
    PATH=$FILES:$PATH start static a
    assert_output --regexp "^run as ($FILES/)?static: <$FILES/static> <a> no options\$"
    start ./static
    assert_output 'run as ./static: <./static> no options'
    PATH=:$PATH start -- -x
    assert_output 'run as ./-x: <./-x> no options'
    start ./a=b
    assert_output 'run as ./a=b: <./a=b> no options'
    cd - >/dev/null || return
}
@test "the file and the name that it gets are as without the stop" {
    cp "$FILES/static" "$FILES/-x"
    cp "$FILES/static" "$FILES/a=b"
    in_each_shell names
}

environment() {
    start --storm=3 "$FILES/static"
    assert_output "run as $FILES/static: <$FILES/static> storm=3"
    caller=(env "discovery.type=it's one" A=b)
    start "$FILES/show_environment"
    assert_line "discovery.type=it's one"
    assert_line A=b
    assert_line "LD_PRELOAD=$FILES/libnosigpipe.so"
    caller=()
}
@test "its environment is that of other programs" {
    printf '#include <stdio.h>\nextern char **environ;\nint main(void) { while (*environ) puts(*environ++); }' |
        cc -static -x c -o "$FILES/show_environment" -
    in_each_shell environment
}

scripts() {
    make_file script '#!%s\n' "$FILES/static"
    start "$made" a
    assert_output "run as $made: <$made> <a> no options"
    start --check "$made"
    assert_output "protected by the guard, put in place at its start: '$FILES/static' is statically linked"
    # env(1) would be the program that is given the guard, and not what it executes.
    make_file script '#!/usr/bin/env %s\n' "$FILES/static"
    is_ignored_for "'$FILES/static' is statically linked" "$made"
}
@test "a script with a static interpreter is started so, but not through env" {
    in_each_shell scripts
}

@test "a file without a first line is run by /bin/sh, which may be static" {
    needs mounts
    make_file text 'echo said\n'
    # A mount namespace in which /bin/sh is the static program.
    # shellcheck disable=SC2016 # for the inner shell
    caller=("$OWN_MOUNTS" bash -c 'mount --bind "$0" "$(readlink -f /bin/sh)" && exec "$@"' "$FILES/static")
    shell=(bash)
    start "$made" a
    assert_output "run as /bin/sh: </bin/sh> <$made> <a> no options"
}

refused() {
    local why='ptrace is not permitted (Operation not permitted)'
    export NO_PTRACE=$why
    is_ignored_for "'$FILES/static' is statically linked, and $why" "$FILES/static"
    start --action=core "$FILES/static"
    assert_failure "$SIGPIPE_STATUS"
    assert_line --index 0 "nosigpipe: '$FILES/static' is statically linked, and $why, and only the library can\
 do action=core: it starts unprotected"
    NO_PTRACE=$'a\e[1mb' start "$FILES/static"
    assert_output "nosigpipe: '$FILES/static' is statically linked, and a?[1mb: it starts with SIGPIPE ignored\
 instead"
    unset NO_PTRACE
}
@test "where its start cannot be traced, it starts with SIGPIPE ignored, and a line says why" {
    in_each_shell refused
}

does_not_run() {
    is_ignored_for "'$FILES/static' is statically linked, and '$FILES/nosigpipe-attach' does not run" \
        "$FILES/static"
}
@test "a nosigpipe-attach that does not run is no reason not to start" {
    printf '\177ELF' >"$FILES/nosigpipe-attach"
    in_each_shell does_not_run
}

first_process() {
    caller=(unshare --pid --fork)
    start "$FILES/static"
    assert_success
    assert_output "nosigpipe: '$FILES/static' is statically linked, and would be process 1: it starts with SIGPIPE\
 ignored instead"
    # Not so for a child of process 1.
    # shellcheck disable=SC2016 # for the inner shell
    caller=(unshare --pid --fork sh -c '"$@"; exit $?' -)
    start "$FILES/static"
    assert_output "run as $FILES/static: <$FILES/static> no options"
    caller=()
}
@test "process 1 is not traced: it would get a child that it did not start" {
    needs processes
    in_each_shell first_process
}

rights() {
    local name
    local -A rights=([user]='is set-user-ID' [group]='is set-group-ID')
    for name in user group; do
        is_ignored_for "'$FILES/static_$name' is statically linked, and it ${rights[$name]}" \
            "$FILES/static_$name"
        caller=(setpriv --no-new-privs)
        start "$FILES/static_$name"
        assert_output "run as $FILES/static_$name: <$FILES/static_$name> no options"
        caller=()
    done
}
@test "a static program that is set-user-ID or set-group-ID is not traced, unless that changes nothing" {
    needs users owners
    local name
    for name in user group; do
        cp "$FILES/static" "$FILES/static_$name"
        chown 65534:65534 "$FILES/static_$name"
        chmod "${name:0:1}+s" "$FILES/static_$name"
    done
    in_each_shell rights
}

capable() {
    caller=("${NOBODY[@]}")
    is_ignored_for "'$FILES/static_capable' is statically linked, and it has file capabilities" \
        "$FILES/static_capable"
    start "$FILES/static"
    assert_output "run as $FILES/static: <$FILES/static> no options"
    caller=()
    start "$FILES/static_capable"
    assert_output "run as $FILES/static_capable: <$FILES/static_capable> no options"
    # A mount namespace in which getcap is not executable.
    # shellcheck disable=SC2016 # for the inner shell
    caller=("$OWN_MOUNTS" sh -c 'mount --bind /dev/null "$0" && exec "$@"'
        "$(readlink -f "$(PATH=$PATH:/usr/sbin:/sbin command -v getcap)")" "${NOBODY[@]}")
    is_ignored_for "'$FILES/static' is statically linked, and may have file capabilities (getcap, which shows\
 them, is not installed)" "$FILES/static"
    caller=()
}
@test "a static program that has file capabilities, or may have them, is not traced" {
    needs mounts users capabilities
    cp "$FILES/static" "$FILES/static_capable"
    setcap cap_net_raw+ep "$FILES/static_capable"
    in_each_shell capable
}

go() {
    start --check "$FILES/static_go"
    assert_failure 1
    assert_output "not protected, because '$FILES/static_go' is a static Go program, which ends by a broken write to\
 descriptor 1 or 2 and gets EPIPE from all others"
    start "$FILES/static_go"
    refute_output --partial 'run as'
}
@test "a static Go program is not traced" {
    { printf 'const char magic[] = "\\377 Go buildinf:";\n' && cat "$ROOT/tests/fixtures/outlive.c"; } |
        cc -static -I "$ROOT/tests/fixtures" -x c -o "$FILES/static_go" -
    in_each_shell go
    # With no tools but those of busybox, and NUL bytes before the text.
    mkdir "$BATS_TEST_TMPDIR/applets"
    busybox --install -s "$BATS_TEST_TMPDIR/applets"
    caller=(env PATH="$BATS_TEST_TMPDIR/applets")
    shell=("$BATS_TEST_TMPDIR/applets/sh")
    printf '\0 Go buildinf:' >>"$FILES/static_go"
    sed -i 's/\xff Go buildinf:/\xff Go buildinf;/' "$FILES/static_go"
    go
}

other_class() {
    start "$FILES/static_i386"
    assert_success
    assert_output "nosigpipe: '$FILES/static_i386' is for 32-bit i386, and libnosigpipe.so for 64-bit x86-64: it\
 starts with SIGPIPE ignored instead"
    caller=() launcher=$BATS_TEST_TMPDIR/bin/nosigpipe
    launch "$FILES/static_i386"
    assert_output "nosigpipe: '$FILES/static_i386' is statically linked: it starts with SIGPIPE ignored instead"
    make_attach "$BATS_TEST_TMPDIR/lib/i386-linux-gnu"
    launch --check "$FILES/static_i386"
    assert_output "protected by the guard, put in place at its start: '$FILES/static_i386' is statically linked"
    rm "$BATS_TEST_TMPDIR/lib/i386-linux-gnu/nosigpipe-attach"
    unset launcher
}
@test "a static program of another class needs the nosigpipe-attach of that class" {
    needs_i386
    i686-linux-gnu-gcc -static -o "$FILES/static_i386" "$ROOT/tests/fixtures/outlive.c"
    mkdir -p "$BATS_TEST_TMPDIR"/lib/{x86_64,i386}-linux-gnu
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/bin"
    cp "$SHIM" "$BATS_TEST_TMPDIR/lib/x86_64-linux-gnu"
    make_attach "$BATS_TEST_TMPDIR/lib/x86_64-linux-gnu"
    echo | i686-linux-gnu-gcc -shared -nostdlib -x c -o "$BATS_TEST_TMPDIR/lib/i386-linux-gnu/libnosigpipe.so" -
    in_each_shell other_class
}

# --- Embedded programs

embed() { # PROGRAM
    mkdir -p "$FILES/opt"
    cp "$FILES/dynamic" "$FILES/opt/ld-nosigpipe.so" # is never started by the launcher
    "$BUILD/nosigpipe-embed" --interpreter="$FILES/opt/ld-nosigpipe.so" "$FILES/$1" "$FILES/embedded"
    cc -O1 -fno-stack-protector -nostdlib -static-pie -o "$FILES/opt/ld-nosigpipe.so" \
        "$ROOT/tests/cli/interpreter.c"
}

embedded() {
    local answer="protected by its interpreter: '$FILES/opt/ld-nosigpipe.so' in '$FILES/embedded'"
    start --check "$FILES/embedded"
    assert_success
    assert_output "$answer"
    start --strict --check "$FILES/embedded"
    assert_output "$answer"
    start --check --action=stop "$FILES/embedded"
    assert_failure 1
    assert_output 'not protected, because action=stop is asked for'
    # The stand-in for the interpreter does not protect.
    start --strict "$FILES/embedded"
    assert_failure "$SIGPIPE_STATUS"
    assert_output interpreter
}
@test "an embedded program is started as it is" {
    embed static
    in_each_shell embedded
}

embedded_environment() {
    start --storm=5 "$FILES/embedded"
    assert_line "LD_PRELOAD=$FILES/libnosigpipe.so"
    assert_line NOSIGPIPE_OPTIONS=storm=5
}
@test "an embedded program gets the options, and the library for what it starts" {
    printf '#include <stdio.h>\nextern char **environ;\nint main(void) { while (*environ) puts(*environ++); }' |
        cc -static -x c -o "$FILES/show_environment" -
    embed show_environment
    in_each_shell embedded_environment
}

without_interpreter() {
    local line="nosigpipe: '$FILES/embedded' (64-bit x86-64): its interpreter '$FILES/opt/ld-nosigpipe.so' is missing:\
 install nosigpipe there, or embed it again"
    start "$FILES/embedded"
    assert_failure 126
    assert_output "$line"
    start --check "$FILES/embedded"
    assert_failure 126
    assert_output "$line"
}
@test "an embedded program whose interpreter is missing: 126, and the line names it" {
    embed static
    rm "$FILES/opt/ld-nosigpipe.so"
    in_each_shell without_interpreter
}
