# bats file_tags=entrypoint
# nosigpipe-entrypoint by itself, in each shell that an image may have. What it does in containers
# is in tests/containers.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`, and reads LAUNCHER
load launcher
LAUNCHER=$BUILD/nosigpipe-entrypoint

# The line names who speaks; nothing is started.
refuses() { # LINE [ARGUMENT]...
    run -125 bare "${shell[@]}" "${entrypoint:-$LAUNCHER}" "${@:2}"
    assert_output "nosigpipe-entrypoint: $1"
    [ ! -e "$TRACE" ]
}

variables() { # [NAME=VALUE]...: as the command gets them
    run env -u LD_PRELOAD -u NOSIGPIPE_OPTIONS "$@" "${shell[@]}" "$LAUNCHER" \
        "$BATS_TEST_TMPDIR/show"
}

# env(1) would be a program with the object in it.
make_show() {
    printf '#!/bin/sh\necho "$NOSIGPIPE_OPTIONS $LD_PRELOAD"\n' >"$BATS_TEST_TMPDIR/show"
    chmod +x "$BATS_TEST_TMPDIR/show"
}

sets_variables() {
    variables
    assert_output "stdio=default,log=stderr $SHIM"
    variables NOSIGPIPE_OPTIONS=
    assert_output "stdio=default,log=stderr $SHIM"
}
@test "the command gets the preload, and options for containers" {
    make_show
    in_each_shell sets_variables
}

keeps_options() {
    variables NOSIGPIPE_OPTIONS=mode=mask
    assert_output "stdio=default,log=stderr,mode=mask $SHIM"
    variables NOSIGPIPE_OPTIONS=off
    assert_output "off $SHIM"
}
@test "the options of the user come last, and off stays off" {
    make_show
    in_each_shell keeps_options
}

# By what the object makes of it: whether yes(1) dies quietly, and whether there is a record.
user_wins() {
    local pipeline='yes | true; echo "${PIPESTATUS[0]}"'
    run bare "${shell[@]}" "$LAUNCHER" bash -c "$pipeline"
    assert_line "$SIGPIPE_STATUS"
    assert_line --partial action=stdio
    refute_output --partial 'Broken pipe'
    run bare NOSIGPIPE_OPTIONS=stdio=epipe "${shell[@]}" "$LAUNCHER" bash -c "$pipeline"
    assert_line 1
    assert_line --partial action=epipe
    assert_line --partial 'Broken pipe'
    run bare NOSIGPIPE_OPTIONS=log=off "${shell[@]}" "$LAUNCHER" bash -c "$pipeline"
    assert_output "$SIGPIPE_STATUS"
}
@test "a key that the user has set wins over the entrypoint's" {
    in_each_shell user_wins
}

keeps_preload() {
    variables LD_PRELOAD="$PROGRAMS/preload_counter.so"
    assert_output "stdio=default,log=stderr $PROGRAMS/preload_counter.so:$SHIM"
    local there
    for there in "$SHIM" "$PROGRAMS/preload_counter.so $SHIM" "$SHIM:$PROGRAMS/preload_counter.so"; do
        variables LD_PRELOAD="$there"
        assert_output "stdio=default,log=stderr $there"
    done
}
@test "what LD_PRELOAD has already stays in front, and the object is there once" {
    make_show
    in_each_shell keeps_preload
}

same_process() {
    run bare "${shell[@]}" -c '"$@" & wait; echo $!' - "${shell[@]}" "$LAUNCHER" sh -c 'echo $$'
    assert_success
    assert_equal "${lines[0]}" "${lines[1]}"
}
@test "the command takes the entrypoint's process id" {
    in_each_shell same_process
}

words_and_status() {
    run -7 bare "${shell[@]}" "$LAUNCHER" -- sh -c 'printf "<%s>" "$@"; exit 7' - 'two words' '' '*'
    assert_output '<two words><><*>'
}
@test "the arguments arrive as they are, and the status is the command's" {
    in_each_shell words_and_status
}

without_command() {
    local line='no command given (usage: nosigpipe-entrypoint [--] COMMAND [ARGUMENT]...)'
    refuses "$line"
    refuses "$line" --
    refuses "$line" ''
}
@test "without a command: 125" {
    in_each_shell without_command
}

unknown_option() {
    refuses "unknown option '-x' ('nosigpipe-entrypoint --help' lists all)" -x leave-trace
    refuses "unknown option '--mode=mask' ('nosigpipe-entrypoint --help' lists all)" --mode=mask
}
@test "an unknown option: 125" {
    in_each_shell unknown_option
}

# The words are the shell's own.
no_such_command() {
    run -127 bare "${shell[@]}" "$LAUNCHER" no-such-command
    assert_output --regexp '^[^ ]*nosigpipe-entrypoint: .*no-such-command: not found$'
    run -126 bare "${shell[@]}" "$LAUNCHER" "$BATS_TEST_TMPDIR/plain"
    assert_output --partial "$BATS_TEST_TMPDIR/plain: Permission denied"
}
@test "a command that is not there: 127; one that cannot be executed: 126" {
    : >"$BATS_TEST_TMPDIR/plain"
    in_each_shell no_such_command
}

@test "--help and --version" {
    run -0 "$LAUNCHER" --help
    assert_line 'Usage: nosigpipe-entrypoint [--] COMMAND [ARGUMENT]...'
    run -0 "$LAUNCHER" --version
    assert_output "nosigpipe-entrypoint $(sed -n 's/^VERSION := //p' "$ROOT/Makefile")"
}

# A folder as the image's: the script in bin/, or a link to it.
finds_object() {
    local folder=$BATS_TEST_TMPDIR/image
    run bare "${shell[@]}" "$folder/bin/nosigpipe-entrypoint" "${LOADED[@]}"
    assert_output "$folder/lib/libnosigpipe.so"
    run bare PATH="$folder:$PATH" "${shell[@]}" "$folder/link" "${LOADED[@]}"
    assert_output "$folder/lib/libnosigpipe.so"
    # Where no command helps to follow a link.
    run bare PATH=/nonexistent "$(command -v "${shell[0]}")" "${shell[@]:1}" "$LAUNCHER" \
        "$(command -v sh)" -c 'echo "$LD_PRELOAD"'
    assert_output "$SHIM"
    cd "$folder/bin" || return
    run bare "${shell[@]}" nosigpipe-entrypoint "${LOADED[@]}"
    assert_output "$folder/lib/libnosigpipe.so"
}
@test "the object is found from a link, by a relative path and in ../lib" {
    mkdir -p "$BATS_TEST_TMPDIR/image/bin" "$BATS_TEST_TMPDIR/image/lib"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/image/bin"
    cp "$SHIM" "$BATS_TEST_TMPDIR/image/lib"
    ln -s bin/nosigpipe-entrypoint "$BATS_TEST_TMPDIR/image/link"
    in_each_shell finds_object
}

no_object() {
    local entrypoint=$BATS_TEST_TMPDIR/alone/nosigpipe-entrypoint
    # shellcheck disable=SC2034 # refuses reads it
    refuses "libnosigpipe.so is neither beside '$entrypoint' nor in '$BATS_TEST_TMPDIR/lib'" leave-trace
    entrypoint="$BATS_TEST_TMPDIR/two words/nosigpipe-entrypoint"
    refuses "the loader takes no path with white space or a colon: '${entrypoint%/*}/libnosigpipe.so'" \
        leave-trace
}
@test "an object that is not there, or that the loader could not be given: 125" {
    mkdir "$BATS_TEST_TMPDIR/alone" "$BATS_TEST_TMPDIR/two words"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/alone"
    cp "$LAUNCHER" "$SHIM" "$BATS_TEST_TMPDIR/two words"
    in_each_shell no_object
}
