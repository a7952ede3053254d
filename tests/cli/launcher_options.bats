# bats file_tags=launcher
# The launcher's long options: one for each key of NOSIGPIPE_OPTIONS, checked before any start.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`, and reads `launcher` and SHELLS
load launcher
load ../lib/options

show_options() { # ARGUMENT...
    launch --quiet "$@" sh -c 'echo "${NOSIGPIPE_OPTIONS-none}"'
}

each_value() {
    local key value
    for key in $(keys); do
        for value in $(values "$key" | sed 's|PATH|/tmp/log|'); do
            show_options "--$key=$value"
            assert_success
            assert_output "$key=$value"
            show_options "--$key" "$value"
            assert_output "$key=$value"
        done
    done
    show_options '--log=file:/a  b c'
    assert_output 'log=file:/a  b c'
    show_options --storm=0
    assert_output storm=0
    show_options --storm 1000000
    assert_output storm=1000000
}
@test "each key is an option, and takes each of its values" {
    in_each_shell each_value
}

without_options() {
    show_options
    assert_output none
    show_options --
    assert_output none
}
@test "without an option the variable is unchanged" {
    in_each_shell without_options
}

several() {
    show_options --mode=ignore --action die --
    assert_output mode=ignore,action=die
    NOSIGPIPE_OPTIONS=mode=mask run env --default-signal=PIPE "${shell[@]}" "$LAUNCHER" \
        --mode=flags sh -c 'echo "$NOSIGPIPE_OPTIONS"'
    assert_output mode=mask,mode=flags
    NOSIGPIPE_OPTIONS=off run env --default-signal=PIPE "${shell[@]}" "$LAUNCHER" \
        --mode=flags sh -c 'echo "$NOSIGPIPE_OPTIONS"'
    assert_output off
}
@test "of several options and the variable the last one counts, and off stays off" {
    in_each_shell several
}

takes_effect() {
    launch --action=die bash -c 'yes | true; exit "${PIPESTATUS[0]}"'
    assert_equal "$status" "$SIGPIPE_STATUS"
}
@test "an option takes effect" {
    in_each_shell takes_effect
}

relative_log() {
    cd "$BATS_TEST_TMPDIR" || return
    show_options --log=file:here.log
    assert_output "log=file:$BATS_TEST_TMPDIR/here.log"
}
@test "the relative path of a log is made absolute" {
    in_each_shell relative_log
}

bad_values() {
    local key accepted
    for key in $(keys); do
        accepted=$(values "$key")
        accepted=${accepted:-0 to $(largest "$key")}
        refuses 125 "bad value 'nonsense' for '--$key' (accepted: $accepted)" \
            "--$key=nonsense" leave-trace
        refuses 125 "bad value '' for '--$key' (accepted: $accepted)" \
            "--$key=" leave-trace
        refuses 125 "'--$key' needs a value (accepted: $accepted)" "--$key"
    done
    for value in 1000001 -1 1x 99999999999999999999; do
        refuses 125 "bad value '$value' for '--storm' (accepted: 0 to 1000000)" \
            "--storm=$value" leave-trace
    done
    accepted=$(values log)
    for value in file: file:/a,b file "file:/$(printf 'a%.0s' $(seq 300))"; do
        refuses 125 "bad value '$value' for '--log' (accepted: $accepted)" "--log=$value" leave-trace
    done
    refuses 125 "bad value 'catch ignore' for '--mode' (accepted: $(values mode))" \
        '--mode=catch ignore' leave-trace
    refuses 125 "bad value 'file:/x' for '--mode' (accepted: $(values mode))" \
        '--mode=file:/x' leave-trace
}
@test "a bad value: 125, the line names it and what is accepted, nothing is started" {
    in_each_shell bad_values
}

control_characters() {
    refuses 125 "bad value 'a?b??[1m' for '--mode' (accepted: $(values mode))" \
        $'--mode=a\nb\r\e[1m' leave-trace
    refuses 127 "'./a?b': no such file" $'./a\nb'
    printf '\0' >$'a\tb'
    chmod +x $'a\tb'
    refuses 126 "'./a?b' is neither an ELF file nor a script" --check $'./a\tb'
}
@test "a message is one line, without control characters of a name or value" {
    cd "$BATS_TEST_TMPDIR"
    in_each_shell control_characters
}
