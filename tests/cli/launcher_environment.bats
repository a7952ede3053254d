# bats file_tags=launcher
# The environment: the command gets that of the caller, and nothing in it changes what the launcher decides.

# shellcheck disable=SC2154,SC2034,SC2016 # launcher.bash sets `shell`, reads SHELLS; other shells' variables
load launcher_programs

# The entries of the caller, without those that a shell changes or the launcher sets.
ENTRIES=("PATH=$PATH" discovery.type=single-node $'BASH_FUNC_x%%=() {  echo "a\'b";\n}' 1x=2 a-b=c -x=y -u=z
    '=nameless' 'equals=a=b' $'lines=\na\n\nb\n\n' $'bytes=\xff\xfe\x80\x81\x88\xc3' "quotes='\"\\\$(:)\`:\`''" 'stars=* ?'
    empty= 'blank name=x' $'name\nof two=lines' IFS=x PPID=7 PS1=prompt PS4=trace OPTIND=5 OPTARG=o LINENO=9
    UID=3 EUID=4 RANDOM=5 SECONDS=6 FUNCNAME=f BASHPID=8 HISTCMD=9 ENV=/no/such BASH_ENV=/no/such
    POSIXLY_CORRECT=1 CDPATH=/tmp GREP_OPTIONS=--no-such MAIL=/x TERM=dumb LC_ALL=xx_YY TMOUT=9
    format=json task=check options=none x=1 object=/no self=me libdir=/no form=x 'words=1 2' lost=1)

# A byte of each value, and 100 KiB of them.
all_bytes() {
    local byte
    for byte in {1..255}; do
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\x$(printf %x "$byte")"
    done
}

# Prints the output of env(1) with the entries as its whole environment, sorted by bytes.
shown() { # COMMAND-WORD...
    "$PROGRAMS/with_environment" "${ENTRIES[@]}" -- "$@" |
        LC_ALL=C sort -z | LC_ALL=C grep -z -v -E '^((LD_PRELOAD|_|PWD|OLDPWD|SHLVL)=|$)' || :
}

same_environment() {
    shown /usr/bin/env "${shell[@]}" "$LAUNCHER" env -0 >"$BATS_TEST_TMPDIR/with"
    cmp "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
}
@test "the command gets the environment byte for byte" {
    ENTRIES+=("every=$(all_bytes)")
    shown /usr/bin/env -0 >"$BATS_TEST_TMPDIR/without"
    [ "$(tr -cd '\0' <"$BATS_TEST_TMPDIR/without" | wc -c)" = "${#ENTRIES[@]}" ]
    in_each_shell same_environment
}

@test "the command gets 100 KiB in one variable, also where a shell would drop it" {
    local large
    large=$(head -c 70000 "$SHIM" | base64 -w 0)
    ENTRIES=("PATH=$PATH" "large=$large" "larg.e=$large")
    [ "${#large}" -gt 90000 ]
    shown /usr/bin/env -0 >"$BATS_TEST_TMPDIR/without"
    in_each_shell same_environment
}

no_path() {
    shown "${shell[@]}" "$LAUNCHER" /usr/bin/env -0 >"$BATS_TEST_TMPDIR/with"
    cmp "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
}
@test "the command gets no PATH and no HOME where there is none" {
    SHELLS=(/bin/dash '/bin/busybox sh' /bin/bash)
    local entry
    for entry in '' 'discovery.type=a b'; do
        ENTRIES=("$entry")
        shown /usr/bin/env -0 >"$BATS_TEST_TMPDIR/without"
        in_each_shell no_path
    done
}

# Prints what getenv(3) finds.
twice() { # COMMAND-WORD...
    run "$PROGRAMS/with_environment" "PATH=$PATH" no-equals '' twice=first twice=second -- /usr/bin/env "$@" \
        perl -e 'print $ENV{twice}'
    assert_success
}
first_counts() {
    twice "${shell[@]}" "$LAUNCHER"
    assert_output "$bare_output"
}
@test "of two entries with the same name the command gets the first, as without the launcher" {
    twice
    bare_output=$output
    in_each_shell first_counts
}

equals_in_name() {
    run env discovery.type=x "${shell[@]}" "$LAUNCHER" "$BATS_TEST_TMPDIR/bin/a=b" word
    assert_output 'x word'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run env discovery.type=x "${shell[@]}" "$LAUNCHER" a=b word
    assert_output 'x word'
    run env discovery.type=x "${shell[@]}" "$LAUNCHER" -- -a=b word
    assert_output 'x word'
}
@test "a command whose name contains \"=\" starts, also with variables whose names a shell drops" {
    printf '#!/bin/bash\necho "$(printenv discovery.type) $1"\n' >"$BATS_TEST_TMPDIR/bin/a=b"
    cp "$BATS_TEST_TMPDIR/bin/a=b" "$BATS_TEST_TMPDIR/bin/-a=b"
    chmod +x "$BATS_TEST_TMPDIR/bin/"*
    in_each_shell equals_in_name
}

not_shown() {
    local with=("${shell[@]}" "$LAUNCHER")
    run env SECRET=hidden OPTIND=7 strace -f -qq -s 100000 -e trace=execve -o "$BATS_TEST_TMPDIR/calls" \
        "${with[@]}" true
    assert_success
    # The arguments alone: the environment is shown as a number of variables.
    run grep -c -e hidden "$BATS_TEST_TMPDIR/calls"
    assert_output 0
    run grep -c -e OPTIND=7 "$BATS_TEST_TMPDIR/calls"
    refute_output 0
}
@test "the environment is in no command line, which everyone could read" {
    in_each_shell not_shown
}

without_proc() {
    # shellcheck disable=SC2016 # for the inner shell
    run env SOME=variable discovery.type=x "$OWN_MOUNTS" sh -c 'mount -t tmpfs none /proc && exec "$@"' - \
        "${shell[@]}" "$LAUNCHER" sh -c 'echo "$SOME $LD_PRELOAD"'
    assert_success
    assert_output "variable $SHIM"
}
@test "without /proc the command starts, with the variables that the shell knows" {
    needs mounts users
    in_each_shell without_proc
}

hidden() {
    # /proc/PID/environ of the later shell is a file that its user may not read.
    # shellcheck disable=SC2016 # for the inner shell
    run env SOME=variable discovery.type=x "$OWN_MOUNTS" sh -c \
        'mount --bind "$0" /proc/$$/environ && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"' \
        "$BATS_TEST_TMPDIR/secret" "${shell[@]}" "$FILES/nosigpipe" sh -c 'echo "$SOME $LD_PRELOAD"'
    assert_success
    assert_output "variable $FILES/libnosigpipe.so"
}
@test "where /proc does not show the environment of the caller, the command starts with the variables that the shell knows" {
    needs mounts users
    (umask 077 && : >"$BATS_TEST_TMPDIR/secret")
    in_each_shell hidden
}

# --- What the launcher decides

# Every name that the launcher has as a variable, and those that change what tools do.
influences() {
    grep -o -h -E '\b[a-z_]+=' "$BUILD/nosigpipe" | sort -u | sed 's/$/x y/'
    printf '%s\n' CDPATH=/tmp IFS=/o ENV=/no/such POSIXLY_CORRECT=1 GREP_OPTIONS=--no-such LC_ALL=C.UTF-8 OPTIND=3
}

answers() { # VARIABLE...
    local arguments
    while read -r -a arguments; do
        run env "$@" "${shell[@]}" "$FILES/nosigpipe" "${arguments[@]}" 2>&1
        echo "${arguments[*]}: $status $output"
    done <<CASES
--help
--version
--print-env --log=syslog
--check true
--check $FILES/static
--check $FILES/i386
--check $FILES/script
--check --action=die true
--no-such
$FILES/dynamic
$FILES/static
--strict $FILES/static
--log=file:/no/such/log true
CASES
}

uninfluenced() {
    local set
    mapfile -t set < <(influences)
    [ "${#set[@]}" -gt 50 ]
    answers >"$BATS_TEST_TMPDIR/without"
    answers "${set[@]}" >"$BATS_TEST_TMPDIR/with"
    run diff "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
    assert_output ''
    assert_success
}
@test "no variable of the caller changes what the launcher decides and prints" {
    printf '#!/usr/bin/env sh\n' >"$FILES/script"
    chmod +x "$FILES/script"
    in_each_shell uninfluenced
}

path_without_tools() {
    run bare PATH=/no/such "$(command -v "${shell[0]}")" "${shell[@]:1}" "$FILES/nosigpipe" --check "$FILES/static"
    assert_output "protected by inherited ignore: '$FILES/static' is statically linked"
    run bare PATH=/no/such "$(command -v "${shell[0]}")" "${shell[@]:1}" "$FILES/nosigpipe" "$FILES/dynamic"
    assert_success
    assert_output ''
    run -127 bare PATH=/no/such "$(command -v "${shell[0]}")" "${shell[@]:1}" "$FILES/nosigpipe" --check true
    assert_output "nosigpipe: 'true': no such command in PATH"
}
@test "a PATH without the tools of the system affects the command alone" {
    in_each_shell path_without_tools
}
