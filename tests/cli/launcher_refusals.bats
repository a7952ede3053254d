# bats file_tags=launcher
# What the launcher refuses: it prints one line, exits with a status, and starts nothing.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`, and reads `launcher` and SHELLS
load launcher

no_command() {
    local arguments
    for arguments in '' '--'; do
        # shellcheck disable=SC2086 # one word or none
        refuses 125 'no command given (usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...)' $arguments
    done
}
@test "without a command: 125" {
    in_each_shell no_command
}

unknown_option() {
    local option
    for option in --unknown -x - --unknown=1; do
        refuses 125 "unknown option '${option%%=*}' ('nosigpipe --help' lists all)" "$option" \
            leave-trace
    done
}
@test "an unknown option: 125, and the line names it" {
    in_each_shell unknown_option
}

missing_command() {
    refuses 127 "'no-such-command': no such command in PATH" no-such-command leave-trace
    refuses 127 "'/no/such/command': no such file" /no/such/command leave-trace
    refuses 127 "'': no such command" '' leave-trace
    refuses 127 "'folder': no such command in PATH" folder leave-trace
}
@test "a command that does not exist: 127, and the line names it" {
    mkdir "$BATS_TEST_TMPDIR/bin/folder"
    in_each_shell missing_command
}

shell_builtin() {
    refuses 127 "'export': no such command in PATH" export A=b
}
@test "a builtin of the shell is not a command" {
    in_each_shell shell_builtin
}

not_executable() {
    refuses 126 "'$BATS_TEST_TMPDIR/plain': not an executable file" "$BATS_TEST_TMPDIR/plain"
    refuses 126 "'$BATS_TEST_TMPDIR': not an executable file" "$BATS_TEST_TMPDIR"
    PATH=$BATS_TEST_TMPDIR:$PATH refuses 126 "'$BATS_TEST_TMPDIR/plain': not an executable file" plain
}
@test "a command that cannot be executed: 126" {
    printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/plain"
    in_each_shell not_executable
}

later_in_path() {
    rm -f "$TRACE"
    run bare PATH="$BATS_TEST_TMPDIR/first:$PATH" "${shell[@]}" "$LAUNCHER" leave-trace found
    assert_success
    assert_equal "$(cat "$TRACE")" found
}
@test "the search in PATH goes on after a file that cannot be executed, and after a folder" {
    mkdir -p "$BATS_TEST_TMPDIR/first"
    : >"$BATS_TEST_TMPDIR/first/leave-trace"
    in_each_shell later_in_path
    rm "$BATS_TEST_TMPDIR/first/leave-trace"
    mkdir "$BATS_TEST_TMPDIR/first/leave-trace"
    in_each_shell later_in_path
}

empty_path_element() {
    rm -f "$TRACE"
    run bare PATH="$PATH:" "${shell[@]}" "$LAUNCHER" leave-trace-here
    assert_success
    [ -e "$TRACE" ]
}
@test "an empty element of PATH is the current folder" {
    mkdir "$BATS_TEST_TMPDIR/here"
    cp "$BATS_TEST_TMPDIR/bin/leave-trace" "$BATS_TEST_TMPDIR/here/leave-trace-here"
    cd "$BATS_TEST_TMPDIR/here" || return
    in_each_shell empty_path_element
}

missing_object() {
    local folder=$BATS_TEST_TMPDIR/alone launcher=$BATS_TEST_TMPDIR/alone/nosigpipe
    refuses 125 "libnosigpipe.so is neither in '$folder' nor in '$BATS_TEST_TMPDIR/lib'" leave-trace
}
@test "a library that is not beside the launcher: 125" {
    mkdir "$BATS_TEST_TMPDIR/alone"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/alone"
    in_each_shell missing_object
}

unloadable_path() {
    local name launcher
    local line='the loader takes no path with white space or a colon'
    for name in 'two words' 'a:colon' $'a\ttab'; do
        launcher=$BATS_TEST_TMPDIR/$name/bin/nosigpipe
        refuses 125 "$line: '$BATS_TEST_TMPDIR/${name/$'\t'/?}/lib/libnosigpipe.so'" leave-trace
    done
}
@test "a library whose path the loader cannot take: 125" {
    install_into "$BATS_TEST_TMPDIR/two words"
    install_into "$BATS_TEST_TMPDIR/a:colon"
    install_into "$BATS_TEST_TMPDIR/"$'a\ttab'
    in_each_shell unloadable_path
}

# A shell that has not opened the script by its path does not know where the launcher is.
placeless() {
    refuses 125 "cannot find the folder of 'nowhere'" leave-trace
}
@test "a launcher that cannot find itself" {
    local launcher=nowhere name
    for name in "${SHELLS[@]}"; do
        read -r -a shell <<<"$name"
        shell+=(-c "$(cat "$LAUNCHER")")
        placeless
    done
}
