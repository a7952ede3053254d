# bats file_tags=launcher
# The launcher: what it runs, what it adds to LD_PRELOAD, and from where it can be run.

# shellcheck disable=SC2154,SC2034 # launcher.bash sets `shell`, and reads `launcher` and SHELLS
load launcher
load ../lib/options

# --- What is run, and how it ends

protects() {
    # yes(1) of coreutils reports the error and exits with 1.
    run bare bash -c '"$@" yes 2>/dev/null | true; exit "${PIPESTATUS[0]}"' - "${shell[@]}" "$LAUNCHER"
    assert_failure 1
}
@test "the command outlives a broken write" {
    run bare bash -c 'yes | true; exit "${PIPESTATUS[0]}"'
    assert_failure "$SIGPIPE_STATUS"
    in_each_shell protects
}

passes_status_and_words() {
    launch sh -c 'printf "<%s>" "$@"; exit 7' - 'two words' '' '*' --help
    assert_failure 7
    assert_output '<two words><><*><--help>'
}
@test "the command gets its arguments unchanged, and its status is the result" {
    in_each_shell passes_status_and_words
}

replaces_itself() {
    run bare "${shell[@]}" -c '"$@" & wait; echo $!' - "${shell[@]}" "$LAUNCHER" \
        sh -c 'echo $$'
    assert_success
    assert_equal "${lines[0]}" "${lines[1]}"
}
@test "the command takes the launcher's place: same process id" {
    in_each_shell replaces_itself
}

ends_by_signal() {
    launch sh -c 'kill -s TERM $$'
    assert_failure 143
}
@test "where a signal ends the command, the caller sees that signal" {
    in_each_shell ends_by_signal
}

double_dash() {
    rm -f "$TRACE"
    launch -- leave-trace one
    assert_success
    assert_equal "$(cat "$TRACE")" one
    launch leave-trace -- two
    assert_success
    assert_equal "$(cat "$TRACE")" '-- two'
}
@test "-- ends the options; after the command it is an argument of the command" {
    in_each_shell double_dash
}

dash_command() {
    launch -- -dashed -n two
    assert_success
    assert_output 'dashed: -n two'
}
@test "after -- the name of a command may begin with a dash" {
    printf '#!/bin/sh\necho "dashed: $*"\n' >"$BATS_TEST_TMPDIR/bin/-dashed"
    chmod +x "$BATS_TEST_TMPDIR/bin/-dashed"
    in_each_shell dash_command
}

# --- LD_PRELOAD

preload_empty() {
    launch sh -c 'echo "$LD_PRELOAD"'
    assert_output "$SHIM"
    run bare LD_PRELOAD='' "${shell[@]}" "$LAUNCHER" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$SHIM"
    launch "${LOADED[@]}"
    assert_output "$SHIM"
}
@test "the library is preloaded" {
    in_each_shell preload_empty
}

# With the value given in LD_PRELOAD, the command has this one. Objects that are not there the
# loader names on standard error, for each process.
assert_preload() { # GIVEN EXPECTED
    run --separate-stderr bare LD_PRELOAD="$1" \
        "${shell[@]}" "$LAUNCHER" printenv LD_PRELOAD
    assert_success
    assert_output "$2"
}

preload_appends() {
    assert_preload /first.so "/first.so:$SHIM"
    assert_preload '/first.so /second.so' "/first.so /second.so:$SHIM"
    assert_preload "$SHIM.old" "$SHIM.old:$SHIM"
    assert_preload "/back\\0101slash'quote.so" "/back\\0101slash'quote.so:$SHIM"
    assert_preload "/other$SHIM" "/other$SHIM:$SHIM"
}
@test "other objects in LD_PRELOAD stay, before the library" {
    in_each_shell preload_appends
}

preload_once() {
    assert_preload "$SHIM" "$SHIM"
    assert_preload "$SHIM:/last.so" "$SHIM:/last.so"
    assert_preload "/first.so:$SHIM:/last.so" "/first.so:$SHIM:/last.so"
    assert_preload "/first.so $SHIM" "/first.so $SHIM"
    launch "${shell[@]}" "$LAUNCHER" sh -c 'echo "$LD_PRELOAD"'
    assert_output "$SHIM"
}
@test "the library is added once" {
    in_each_shell preload_once
}

# --- Where the launcher is

assert_loads() { # LAUNCHER OBJECT
    launcher=$1 launch "${LOADED[@]}"
    assert_success
    assert_output "$2"
}

installed() {
    assert_loads "$BATS_TEST_TMPDIR/prefix/bin/nosigpipe" "$BATS_TEST_TMPDIR/prefix/lib/libnosigpipe.so"
}
@test "a launcher in PREFIX/bin finds the library in PREFIX/lib" {
    install_into "$BATS_TEST_TMPDIR/prefix"
    in_each_shell installed
}

moved() {
    assert_loads "$BATS_TEST_TMPDIR/moved/nosigpipe" "$BATS_TEST_TMPDIR/moved/libnosigpipe.so"
}
@test "a copied folder works where it is, with the library beside the launcher" {
    mkdir "$BATS_TEST_TMPDIR/moved"
    cp "$LAUNCHER" "$SHIM" "$BATS_TEST_TMPDIR/moved"
    # A library installed nearby is not preferred.
    mkdir "$BATS_TEST_TMPDIR/lib"
    cp "$SHIM" "$BATS_TEST_TMPDIR/lib"
    in_each_shell moved
}

linked() {
    assert_loads "$BATS_TEST_TMPDIR/links/second" "$SHIM"
    assert_loads "$BATS_TEST_TMPDIR/links/folder/nosigpipe" "$SHIM"
    cd "$BATS_TEST_TMPDIR/links" || return
    assert_loads second "$SHIM"
}
@test "a symbolic link to the launcher, or to its folder, works" {
    mkdir "$BATS_TEST_TMPDIR/links"
    ln -s "$LAUNCHER" "$BATS_TEST_TMPDIR/links/first"
    ln -s first "$BATS_TEST_TMPDIR/links/second"
    ln -s "$BUILD" "$BATS_TEST_TMPDIR/links/folder"
    in_each_shell linked
}

relative() {
    cd "$BUILD" || return
    assert_loads ./nosigpipe "$SHIM"
    assert_loads nosigpipe "$SHIM"
    assert_loads "../${BUILD##*/}/nosigpipe" "$SHIM"
    cd .. || return
    export CDPATH=$BATS_TEST_TMPDIR
    assert_loads "${BUILD##*/}/nosigpipe" "$SHIM"
    unset CDPATH
}
@test "a relative path of the launcher works, whatever CDPATH is" {
    mkdir "$BATS_TEST_TMPDIR/${BUILD##*/}"
    in_each_shell relative
}

odd_folder() {
    cd "$BATS_TEST_TMPDIR" || return
    # "./" is missing, so that a careless `cd` would take the folder for "the last folder".
    assert_loads -/nosigpipe "$BATS_TEST_TMPDIR/-/libnosigpipe.so"
}
@test "a folder named - works" {
    mkdir "$BATS_TEST_TMPDIR/-"
    cp "$LAUNCHER" "$SHIM" "$BATS_TEST_TMPDIR/-"
    # A shell would take the name for its own option without "--", and busybox has no "--".
    SHELLS=('dash --' 'bash --')
    in_each_shell odd_folder
}

@test "the launcher is found through PATH, started by its first line" {
    PATH=$BUILD:$PATH run bare nosigpipe "${LOADED[@]}"
    assert_success
    assert_output "$SHIM"
}

# --- Help and version

help() {
    launch -h
    bare_output=$output
    launch --help
    assert_success
    assert_output "$bare_output"
    assert_line --index 0 'Usage: nosigpipe [OPTION]... [--] COMMAND [ARGUMENT]...'
    launch --help leave-trace
    assert_success
    [ ! -e "$TRACE" ]
}
@test "--help prints the usage and starts nothing" {
    in_each_shell help
}

@test "every option that --help shows is in nosigpipe(1), but for the keys" {
    run bare "$LAUNCHER" --help
    local option shown
    shown=$(sed -n 's/^ .*  *--\([a-z-]*\) .*/\1/p' <<<"$output" |
        grep -v -x -F -e "$(keys)")
    [ "$(wc -l <<<"$shown")" -gt 5 ]
    for option in $shown; do
        grep -q -E "^\.It .*Fl -$option( |\$)" "$ROOT/man/nosigpipe.1" || fail "nosigpipe.1 lacks --$option"
        grep -q -e "-$option\b" "$BUILD/completions/nosigpipe.bash" || fail "bash does not complete --$option"
        grep -q -e "--$option\b" "$BUILD/completions/_nosigpipe" || fail "zsh does not complete --$option"
        grep -q -e "-l $option\b" "$BUILD/completions/nosigpipe.fish" || fail "fish does not complete --$option"
    done
}

keys_in_help() {
    launch --help
    local comment key values
    # Each key with the comment above it in the table, and "|" between its values.
    while read -r comment; do
        key=${comment%%:*}
        values=$(sed -n -e "s/^CHOICE($key,.*\"\(.*\)\")\$/\1/p" -e "s/^NUMBER($key,.*, \(.*\))\$/0 to \1/p" \
            "$ROOT/shim/options.def")
        [ "${values#0 to }" != "$values" ] || values=${values// /|}
        assert_line --regexp "^      --$key=${values//|/\\|} +${comment#*: }\$"
    done < <(sed -n 's,^/\* \([a-z]*: .*\) \*/$,\1,p' "$ROOT/shim/options.def")
    run awk 'length > 80' <<<"$output"
    assert_output ''
}
@test "--help has what each key does, and its values, in 80 columns" {
    in_each_shell keys_in_help
    assert_equal "$(grep -c '^/\* [a-z]*: ' "$ROOT/shim/options.def")" "$(grep -c '^[CN][A-Z]*(' "$ROOT/shim/options.def")"
}

version() {
    launch -V
    assert_output "nosigpipe $(sed -n 's/^VERSION := //p' "$ROOT/Makefile")"
    launch --version
    assert_success
    assert_output "nosigpipe $(sed -n 's/^VERSION := //p' "$ROOT/Makefile")"
}
@test "--version prints the version of the Makefile" {
    in_each_shell version
}

# --- Where standard output cannot be written

# Standard output is closed, full, or a pipe that nobody reads. Global: bats reads a file in a function.
declare -gA UNWRITABLE=([closed]='"$@" >&-' [full]='"$@" >/dev/full'
    [broken]='trap "" PIPE; exec 8<>"$0" 9>"$0" 8>&-; "$@" >&9 9>&-')

lost_answers() {
    local how arguments
    for how in "${!UNWRITABLE[@]}"; do
        for arguments in --help -h --version -V '--check true' '--check --action=die true' --print-env; do
            # shellcheck disable=SC2086 # a word each
            run -125 timeout 20 bash -c "${UNWRITABLE[$how]}" "$BATS_TEST_TMPDIR/pipe" "${shell[@]}" "$LAUNCHER" \
                $arguments
            assert_output 'nosigpipe: cannot write to standard output'
        done
        run -127 bash -c "${UNWRITABLE[$how]}" "$BATS_TEST_TMPDIR/pipe" "${shell[@]}" "$LAUNCHER" --check /no/such
        assert_output "nosigpipe: '/no/such': no such file"
        # A command is started all the same.
        run bash -c "${UNWRITABLE[$how]}" "$BATS_TEST_TMPDIR/pipe" "${shell[@]}" "$LAUNCHER" sh -c 'echo started >&2'
        assert_success
        assert_output started
    done
}
@test "output that cannot be written: 125, and one line" {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    in_each_shell lost_answers
}
