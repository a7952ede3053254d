# bats file_tags=launcher
# --check where the program is not protected, --print-env, and the commands that a start runs.

# shellcheck disable=SC2154,SC2034,SC2016 # launcher.bash's `shell` and `launcher`; other shells' variables
load launcher
load ../lib/options

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
@test "--check: not protected where the library is off" {
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
    # The library refuses that value, and keeps the value before it.
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
    # Another library that is loaded does not count.
    LD_PRELOAD=$SHIM run env "${shell[@]}" "$launcher" --check true
    assert_failure 1
    unset launcher
}
@test "--check: not protected where the loader does not load the library" {
    mkdir "$BATS_TEST_TMPDIR/cut"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/cut"
    head -c 10 "$SHIM" >"$BATS_TEST_TMPDIR/cut/libnosigpipe.so"
    musl-gcc -o "$BATS_TEST_TMPDIR/musl" "$ROOT/tests/fixtures/outlive.c"
    in_each_shell broken_object
}

# Where the loader does not load the library, the program starts without it, and dies; with --strict it does
# not start.
strict_refuses() { # LINE COMMAND-WORD...
    run bare "${@:2}" "${shell[@]}" "$launcher" leave-trace
    assert_success
    rm "$TRACE"
    run -125 bare "${@:2}" "${shell[@]}" "$launcher" --strict leave-trace
    assert_output "nosigpipe: $1 (--strict)"
    [ ! -e "$TRACE" ]
    launcher=$LAUNCHER launch --strict leave-trace
    assert_success
    rm "$TRACE"
}
copy_beside_object() {
    launcher=$BATS_TEST_TMPDIR/cut/nosigpipe
    object=$BATS_TEST_TMPDIR/cut/libnosigpipe.so loader=/lib64/ld-linux-x86-64.so.2
    front="'$loader' says that '$object' cannot be preloaded"
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/bin"
    chmod o+w "$BATS_TEST_TMPDIR"
    mkdir "$BATS_TEST_TMPDIR/cut"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/cut"
}
strict_and_cut() {
    head -c 10 "$SHIM" >"$object"
    strict_refuses "$front (file too short)"
    # A library whose middle is missing ends the loader by SIGBUS.
    head -c 5000 "$SHIM" >"$object"
    run -125 bare "${shell[@]}" "$launcher" --strict leave-trace
    assert_output "nosigpipe: '$loader' does not load '$object' (--strict)"
}
strict_and_forbidden() {
    cp "$SHIM" "$object"
    chmod 600 "$object"
    strict_refuses "$front (cannot open shared object file)" setpriv --reuid=65534 --regid=65534 --clear-groups
    strict_refuses "$front (failed to map segment from shared object)" "$OWN_MOUNTS" sh -c '
        folder=$0 && mount --bind "$folder" "$folder" && mount -o remount,bind,noexec "$folder" && exec "$@"' \
        "${launcher%/*}"
}
@test "--strict does not start a program where the library is damaged" {
    copy_beside_object
    in_each_shell strict_and_cut
}
@test "--strict does not start a program that may not read or map the library" {
    needs mounts users
    copy_beside_object
    in_each_shell strict_and_forbidden
}

preloaded_already() {
    local given
    for given in "$SHIM" "$BATS_TEST_TMPDIR/libnosigpipe.so" "/not/there.so $SHIM" "/not/there.so:$SHIM" /not/there.so '/a.so /b.so'; do
        LD_PRELOAD=$given run --separate-stderr env "${shell[@]}" "$LAUNCHER" --check leave-trace
        assert_success
        assert_output "protected by the library: '$SHIM' in '/bin/sh'"
    done
    [ ! -e "$TRACE" ]
}
@test "--check: other objects in LD_PRELOAD do not matter" {
    cp "$SHIM" "$BATS_TEST_TMPDIR"
    in_each_shell preloaded_already
}

# The launcher of a version with one more key, and one more value, than the library.
newer() {
    launcher=$BATS_TEST_TMPDIR/newer/nosigpipe
    local object="'$BATS_TEST_TMPDIR/newer/libnosigpipe.so' is of another version" option words
    local keys modes
    keys=$(keys | tr '\n' ' ')
    modes=$(values mode)
    for words in '--check leave-trace' leave-trace --print-env; do
        # shellcheck disable=SC2086 # a word each
        refuses 125 "$object: unknown key 'future' (accepted: ${keys% })" --future=one $words
        # shellcheck disable=SC2086 # a word each
        refuses 125 "$object: bad value 'later' for 'mode' (accepted: $modes)" --log=stderr --mode=later $words
    done
    for option in --mode=flags --backtrace=3 --log=stderr; do
        launch "$option" leave-trace
        assert_success
        assert_output ''
        rm "$TRACE"
    done
    unset launcher
}
@test "an option that an older library does not know is refused once, by the launcher" {
    mkdir "$BATS_TEST_TMPDIR/newer"
    cp "$SHIM" "$BATS_TEST_TMPDIR/newer"
    sed "s/options='mode=catch/options='future=one two;mode=catch later/" "$LAUNCHER" >"$BATS_TEST_TMPDIR/newer/nosigpipe"
    in_each_shell newer
}

drops() { # COMMAND ADVICE [ARGUMENT]...
    launch --check "$BATS_TEST_TMPDIR/named/$1" "${@:3}"
    assert_success
    assert_output "protected by the library: '$SHIM' in '/bin/sh'; but what $1 starts gets another environment,\
 without the library: $2"
}
keeps() { # COMMAND [ARGUMENT]...
    launch --check "$BATS_TEST_TMPDIR/named/$1" "${@:2}"
    assert_success
    assert_output "protected by the library: '$SHIM' in '/bin/sh'"
}
droppers() {
    local name
    for name in sudo doas pkexec systemd-run su; do
        drops "$name" "use '$name ... nosigpipe COMMAND'" true
    done
    for name in cron crond atd anacron sshd inetd xinetd; do
        drops "$name" 'put nosigpipe before each command that it starts'
    done
    for name in - -l --login; do
        drops runuser "use 'runuser ... nosigpipe COMMAND'" "$name" nobody
    done
    keeps runuser -u nobody true
    for name in - -i --ignore-environment -uLD_PRELOAD '-u LD_PRELOAD' --unset=LD_PRELOAD '-u A -i'; do
        # shellcheck disable=SC2086 # a word each
        drops env "use 'env ... nosigpipe COMMAND'" $name true
    done
    keeps env A=b -i true
    keeps env -u A true -i
    keeps env true -
    keeps env
    # What the launcher says of env is true.
    launch "$(type -P env)" -i "$(type -P env)"
    refute_output --partial LD_PRELOAD
}
@test "--check knows commands that start programs with another environment" {
    mkdir "$BATS_TEST_TMPDIR/named"
    local name
    for name in sudo doas pkexec systemd-run su runuser cron crond atd anacron sshd inetd xinetd env; do
        printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/named/$name"
        chmod +x "$BATS_TEST_TMPDIR/named/$name"
    done
    in_each_shell droppers
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
@test "--check starts nothing, and exits with the status of a start that fails" {
    in_each_shell no_start
}

# What the variable has already stays first. The quoting is that of Dockerfiles, which is that of shells.
DOCKER_FRONT='${LD_PRELOAD:+$LD_PRELOAD:}'

all_forms() {
    says 0 "# Dockerfile
ENV LD_PRELOAD=\"$DOCKER_FRONT$SHIM\"
# systemd unit, section [Service]
Environment=\"LD_PRELOAD=$SHIM\"
IgnoreSIGPIPE=no
# shell
export LD_PRELOAD=\"$DOCKER_FRONT\"'$SHIM'" --print-env
    says 0 "ENV LD_PRELOAD=\"$DOCKER_FRONT$SHIM\"
ENV NOSIGPIPE_OPTIONS=\"\${NOSIGPIPE_OPTIONS:+\$NOSIGPIPE_OPTIONS,}mode=mask,log=file:/a\\\"\\\$\\\\'%b\"" \
        --print-env=dockerfile --mode=mask "--log=file:/a\"\$\\'%b"
    says 0 "Environment=\"LD_PRELOAD=$SHIM\"
Environment=\"NOSIGPIPE_OPTIONS=mode=mask,log=file:/a\\\"\$\\\\'%%b\"
IgnoreSIGPIPE=no" \
        --mode=mask "--log=file:/a\"\$\\'%b" --print-env=systemd
}
@test "--print-env prints the lines for a Dockerfile, a unit and a shell, quoted for each" {
    in_each_shell all_forms
}

# Asserts that the lines turn these values of a process into those.
evaluates() { # LD_PRELOAD NOSIGPIPE_OPTIONS LD_PRELOAD NOSIGPIPE_OPTIONS
    launch --print-env=shell --mode=mask "--log=file:/a\"\$\\'%b"
    LD_PRELOAD=$1 NOSIGPIPE_OPTIONS=$2 run --separate-stderr env "${shell[@]}" -c "set -eu; $output"'
        printf "%s|%s" "$LD_PRELOAD" "$NOSIGPIPE_OPTIONS"'
    assert_output "$3|$4"
}
evaluated() {
    local value="mode=mask,log=file:/a\"\$\\'%b"
    evaluates '' '' "$SHIM" "$value"
    evaluates '/a b.so' storm=3 "/a b.so:$SHIM" "storm=3,$value"
    evaluates '' off "$SHIM" off
    launch --print-env=shell --mode=mask
    run bare "${shell[@]}" -c "set -eu; $output"'
        printf "%s|%s" "$LD_PRELOAD" "$NOSIGPIPE_OPTIONS"'
    assert_output "$SHIM|mode=mask"
}
@test "--print-env=shell prints lines for eval of a shell" {
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
    says 0 "ENV LD_PRELOAD=\"$DOCKER_FRONT$BATS_TEST_TMPDIR/\\\$LIB/libnosigpipe.so\"" --print-env=dockerfile
    says 0 "Environment=\"LD_PRELOAD=$BATS_TEST_TMPDIR/\$LIB/libnosigpipe.so\"
IgnoreSIGPIPE=no" --print-env=systemd
    says 0 "export LD_PRELOAD=\"$DOCKER_FRONT\"'$BATS_TEST_TMPDIR/\$LIB/libnosigpipe.so'" --print-env=shell
    unset launcher
}
@test "--print-env: \$LIB of several objects is the loader's, not the Dockerfile's or the shell's" {
    install_into "$BATS_TEST_TMPDIR"
    mkdir "$BATS_TEST_TMPDIR/lib32"
    echo | i686-linux-gnu-gcc -shared -nostdlib -x c -o "$BATS_TEST_TMPDIR/lib32/libnosigpipe.so" -
    in_each_shell lib_printed
}

# Prints the names of the commands that are executed before the given one, and the number of forks.
# Removes the variables of bats whose names shells drop.
executed() { # COMMAND-WORDS-BEFORE...
    strace -f -qq -e trace=execve,clone,clone3,fork,vfork -e signal=none -z -o "$BATS_TEST_TMPDIR/calls" \
        env -i --default-signal=PIPE PATH="$PATH" "$@" dash "$BATS_FILE_TMPDIR/bin/nosigpipe" /bin/true
    sed -n 's,.*execve("[^"]*/\([^"/]*\)".*,\1,p' "$BATS_TEST_TMPDIR/calls" | tr '\n' ' '
    grep -c -E '(clone3?|v?fork)\(' "$BATS_TEST_TMPDIR/calls"
}
@test "a start runs od twice, and makes three more forks; a user other than root runs getcap as well" {
    needs users tracing
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    install_into "$BATS_FILE_TMPDIR"
    ln -s lib "$BATS_FILE_TMPDIR/lib64"
    run executed
    assert_output 'env dash od od true 5'
    run executed setpriv --reuid=65534 --regid=65534 --clear-groups
    assert_output 'env setpriv dash od od getcap true 6'
}
