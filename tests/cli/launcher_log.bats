# bats file_tags=launcher
# Where records cannot be written, the launcher says so in one line, and goes on.

# shellcheck disable=SC2154,SC2016 # launcher.bash sets `shell`; other shells' variables
load launcher

# Writes to a pipe that nobody reads.
BREAKS=(perl -e 'pipe(my $reader, my $writer); close($reader); exit(syswrite($writer, "x") ? 1 : 0)')

# Asserts that the launcher, started by these words with this option, prints this line.
warns() { # LINE OPTION [WORD-IN-FRONT]...
    run --separate-stderr bare "${@:3}" "${shell[@]}" "$LAUNCHER" "$2" sh -c 'echo started'
    assert_success
    assert_output started
    # shellcheck disable=SC2154 # bats sets it
    assert_equal "$stderr" "${1:+nosigpipe: $1: nothing will be logged (${2#--})}"
    run --separate-stderr bare "${@:3}" "${shell[@]}" "$LAUNCHER" --quiet "$2" sh -c 'echo started'
    assert_output started
    assert_equal "$stderr" ''
}

no_file() {
    local folder=$BATS_TEST_TMPDIR
    local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    warns "there is no folder '$folder/none/'" "--log=file:$folder/none/log"
    warns "there is no folder '$folder/plain/'" "--log=file:$folder/plain/log"
    warns "'$folder' is a folder" "--log=file:$folder"
    warns "'$folder/link' is a symbolic link" "--log=file:$folder/link"
    if [ "$(id -u)" = 0 ]; then
        warns "'$folder/' may not be written to" "--log=file:$folder/log" "${nobody[@]}"
        warns "'$folder/plain' may not be written to" "--log=file:$folder/plain" "${nobody[@]}"
        warns '' "--log=file:$folder/theirs" "${nobody[@]}"
    fi
    warns '' "--log=file:$folder/log"
    warns '' "--log=file:$folder/plain"
    # The line is true: a record is lost, or written.
    local place
    for place in none/log plain/log link new; do
        run bare "${shell[@]}" "$LAUNCHER" --quiet "--log=file:$folder/$place" "${BREAKS[@]}"
        assert_success
    done
    [ -s "$folder/new" ]
    [ ! -s "$folder/plain" ]
    rm "$folder/new"
}
@test "a message says where the file of the log cannot be written" {
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/bin"
    : >"$BATS_TEST_TMPDIR/plain"
    : >"$BATS_TEST_TMPDIR/theirs"
    chmod o+w "$BATS_TEST_TMPDIR/theirs"
    ln -s plain "$BATS_TEST_TMPDIR/link"
    install_into "$BATS_TEST_TMPDIR" # others may not get to the one of the tree
    LAUNCHER=$BATS_TEST_TMPDIR/bin/nosigpipe
    in_each_shell no_file
}

# Runs in a mount namespace of its own with an empty /run, where it makes sockets if asked to.
no_socket() {
    local empty=("$OWN_MOUNTS" sh -c 'mount -t tmpfs none /run && exec "$@"' -)
    local sockets=("$OWN_MOUNTS" sh -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
        python3 -c "import socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(\"/run/systemd/journal/socket\")" && exec "$@"' -)
    warns "there is no '/run/systemd/journal/socket'" --log=journal "${empty[@]}"
    warns '' --log=journal "${sockets[@]}"
    warns '' --log=stderr "${empty[@]}"
    [ ! -S /dev/log ] || [ -L /dev/log ] || return 0
    warns "there is no '/dev/log'" --log=syslog "${empty[@]}"
}
@test "a message says where there is no journal or syslog" {
    needs mounts
    in_each_shell no_socket
}

no_signal() {
    local folder=$BATS_TEST_TMPDIR way
    local -A lines=([ignore]='SIGPIPE is ignored already' [block]='SIGPIPE is blocked already')
    for way in "${!lines[@]}"; do
        warns "${lines[$way]}" "--log=file:$folder/log" env "--$way-signal=PIPE"
        warns '' "--log=off" env "--$way-signal=PIPE"
        warns '' "--log=file:$folder/log" env "--$way-signal=HUP" "--$way-signal=ALRM"
        # The line is true: there is no record.
        run bare env "--$way-signal=PIPE" "${shell[@]}" "$LAUNCHER" --quiet "--log=file:$folder/log" "${BREAKS[@]}"
        assert_success
        [ ! -s "$folder/log" ]
        # With events=all there is one.
        run bare env "--$way-signal=PIPE" "${shell[@]}" "$LAUNCHER" --events=all "--log=file:$folder/log" "${BREAKS[@]}"
        refute_output --partial nosigpipe
        [ -s "$folder/log" ] && rm "$folder/log"
    done
    run bare env --ignore-signal=PIPE NOSIGPIPE_OPTIONS=log=stderr "${shell[@]}" "$LAUNCHER" true
    assert_output 'nosigpipe: SIGPIPE is ignored already: nothing will be logged (log=stderr)'
    run bare env --ignore-signal=PIPE NOSIGPIPE_OPTIONS=off "${shell[@]}" "$LAUNCHER" --log=stderr true
    assert_output ''
}
@test "a message says where SIGPIPE is already ignored or blocked" {
    in_each_shell no_signal
}
