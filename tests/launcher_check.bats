# bats file_tags=launcher
# --check where the answer is no, --print-env, and what a start costs.

# shellcheck disable=SC2154,SC2034,SC2016 # launcher.bash's `shell` and `launcher`; other shells' variables
load launcher

says() { # STATUS LINE [ARGUMENT]...
    launch "${@:3}"
    assert_equal "$status" "$1"
    assert_output "$2"
}

switched_off() {
    NOSIGPIPE_OPTIONS=off run env "${shell[@]}" "$LAUNCHER" --check leave-trace
    assert_failure 1
    assert_output 'not protected, because NOSIGPIPE_OPTIONS is off'
    [ ! -e "$TRACE" ]
}
@test "--check: not protected where the object is off" {
    in_each_shell switched_off
}

other_action() {
    local action
    for action in die core stop; do
        says 1 "not protected, because action=$action is asked for" --check "--action=$action" leave-trace
        NOSIGPIPE_OPTIONS=mode=mask,action=$action,storm=1 run env "${shell[@]}" "$LAUNCHER" --check true
        assert_failure 1
        assert_output "not protected, because action=$action is asked for"
        NOSIGPIPE_OPTIONS=action=$action run env "${shell[@]}" "$LAUNCHER" --check --action=epipe true
        assert_success
    done
    # The object takes no such value: it keeps what it had.
    NOSIGPIPE_OPTIONS=action=nonsense run env "${shell[@]}" "$LAUNCHER" --check true
    assert_success
    NOSIGPIPE_OPTIONS=action=die,action=nonsense run env "${shell[@]}" "$LAUNCHER" --check true
    assert_failure 1
    [ ! -e "$TRACE" ]
}
@test "--check: not protected where another action is asked for" {
    in_each_shell other_action
}

broken_object() {
    launcher=$BATS_TEST_TMPDIR/cut/nosigpipe
    local object=$BATS_TEST_TMPDIR/cut/libnosigpipe.so
    says 1 "not protected, because '/lib64/ld-linux-x86-64.so.2' says that '$object' cannot be preloaded\
 (file too short)" --check true
    says 1 "not protected, because '/lib/ld-musl-x86_64.so.1' does not load '$object'" \
        --check "$BATS_TEST_TMPDIR/musl"
    # Another one that is loaded does not pass for it.
    LD_PRELOAD=$SHIM run env "${shell[@]}" "$launcher" --check true
    assert_failure 1
    unset launcher
}
@test "--check: not protected where the loader does not take the object" {
    mkdir "$BATS_TEST_TMPDIR/cut"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/cut"
    head -c 10 "$SHIM" >"$BATS_TEST_TMPDIR/cut/libnosigpipe.so"
    musl-gcc -o "$BATS_TEST_TMPDIR/musl" "$ROOT/tests/programs/outlive.c"
    in_each_shell broken_object
}

preloaded_already() {
    local given
    for given in "$SHIM" "$BATS_TEST_TMPDIR/libnosigpipe.so" "/not/there.so $SHIM" "/not/there.so:$SHIM" /not/there.so '/a.so /b.so'; do
        LD_PRELOAD=$given run --separate-stderr env "${shell[@]}" "$LAUNCHER" --check leave-trace
        assert_success
        assert_output "protected by the shim: '$SHIM' in '/bin/sh'"
    done
    [ ! -e "$TRACE" ]
}
@test "--check: what LD_PRELOAD has already does not matter" {
    cp "$SHIM" "$BATS_TEST_TMPDIR"
    in_each_shell preloaded_already
}

no_start() {
    launch --check leave-trace
    assert_success
    [ ! -e "$TRACE" ]
    refuses 127 "'no-such-command': no such command in PATH" --check no-such-command
    refuses 125 'no command given (usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...)' --check
    refuses 125 "'--check' takes no value" --check=leave-trace
    refuses 125 "'--strict' takes no value" --strict=yes leave-trace
}
@test "--check starts nothing, and has the status of a start that fails" {
    in_each_shell no_start
}

all_forms() {
    says 0 "# Dockerfile
ENV LD_PRELOAD=\"$SHIM\"
# systemd unit, section [Service]
Environment=\"LD_PRELOAD=$SHIM\"
# shell
export LD_PRELOAD='$SHIM'" --print-env
    says 0 "ENV LD_PRELOAD=\"$SHIM\"
ENV NOSIGPIPE_OPTIONS=\"mode=mask,log=file:/a\\\"\\\$\\\\'%b\"" \
        --print-env=dockerfile --mode=mask "--log=file:/a\"\$\\'%b"
    says 0 "Environment=\"LD_PRELOAD=$SHIM\"
Environment=\"NOSIGPIPE_OPTIONS=mode=mask,log=file:/a\\\"\$\\\\'%%b\"" \
        --mode=mask "--log=file:/a\"\$\\'%b" --print-env=systemd
}
@test "--print-env prints the lines for a Dockerfile, a unit and a shell, quoted for each" {
    in_each_shell all_forms
}

evaluated() {
    local value="mode=mask,log=file:/a\"\$\\'%b"
    launch --print-env=shell --mode=mask "--${value#*,}"
    run "${shell[@]}" -c "$output"'
        printf "%s|%s" "$LD_PRELOAD" "$NOSIGPIPE_OPTIONS"'
    assert_output "$SHIM|$value"
}
@test "--print-env=shell is for a shell's eval" {
    in_each_shell evaluated
}

print_env_refused() {
    refuses 125 "bad value 'nonsense' for '--print-env' (accepted: dockerfile systemd shell all)" \
        --print-env=nonsense
    refuses 125 "'--print-env' takes no command: 'leave-trace'" --print-env leave-trace
}
@test "--print-env refuses another form, and a command" {
    in_each_shell print_env_refused
}

lib_printed() {
    launcher=$BATS_TEST_TMPDIR/bin/nosigpipe
    says 0 "ENV LD_PRELOAD=\"$BATS_TEST_TMPDIR/\\\$LIB/libnosigpipe.so\"" --print-env=dockerfile
    says 0 "Environment=\"LD_PRELOAD=$BATS_TEST_TMPDIR/\$LIB/libnosigpipe.so\"" --print-env=systemd
    says 0 "export LD_PRELOAD='$BATS_TEST_TMPDIR/\$LIB/libnosigpipe.so'" --print-env=shell
    unset launcher
}
@test "--print-env: \$LIB of several objects is the loader's, not the Dockerfile's or the shell's" {
    install_into "$BATS_TEST_TMPDIR"
    mkdir "$BATS_TEST_TMPDIR/lib32"
    echo | i686-linux-gnu-gcc -shared -nostdlib -x c -o "$BATS_TEST_TMPDIR/lib32/libnosigpipe.so" -
    in_each_shell lib_printed
}

# The commands that are executed until the given one is, by their names; and the forks.
executed() { # COMMAND-WORDS-BEFORE...
    strace -f -qq -e trace=execve,clone,clone3,fork,vfork -e signal=none -z -o "$BATS_TEST_TMPDIR/calls" \
        env --default-signal=PIPE "$@" dash "$BATS_FILE_TMPDIR/bin/nosigpipe" /bin/true
    sed -n 's,.*execve("[^"]*/\([^"/]*\)".*,\1,p' "$BATS_TEST_TMPDIR/calls" | tr '\n' ' '
    grep -c -E '(clone3?|v?fork)\(' "$BATS_TEST_TMPDIR/calls"
}
@test "a start takes od and two more forks; of another user than root, getcap as well" {
    [ "$(id -u)" = 0 ] || skip 'only root can become another user'
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    install_into "$BATS_FILE_TMPDIR"
    ln -s lib "$BATS_FILE_TMPDIR/lib64"
    run executed
    assert_output 'env dash od true 3'
    run executed setpriv --reuid=65534 --regid=65534 --clear-groups
    assert_output 'env setpriv dash od getcap true 4'
}
