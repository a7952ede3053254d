# bats file_tags=completions
# The completions, in the shells themselves: a line is typed with TAB keys, and the command prints the
# arguments that it got.

load ../lib/common

# What the shell reads first: the completions, and commands that print their words as <...><...>.
in_bash() { # LINE
    complete_in "source '$BUILD/completions/nosigpipe.bash'
        for name in nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report; do
            eval \"\$name() { printf '<%s>' \\\"\\\$@\\\"; echo; }\"
        done" "$1" bash --norc --noprofile -i
}
in_zsh() {
    complete_in "fpath=('$BUILD/completions' \$fpath); autoload -U compinit; compinit -D -u
        nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report() { printf '<%s>' \"\$@\"; echo }" "$1" zsh -f -i
}
in_fish() {
    complete_in "source '$BUILD/completions/nosigpipe.fish'
        for name in nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report
            function \$name; printf '<%s>' \$argv; echo; end
        end" "$1" fish --no-config -i
}

complete_in() { # SETUP LINE SHELL [ARGUMENT]...
    printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/setup"
    HOME=$BATS_TEST_TMPDIR run python3 "$ROOT/tests/fixtures/complete.py" \
        ". '$BATS_TEST_TMPDIR/setup'" "${@:2}"
    assert_success
}

in_each() { # LINE WORDS: the value of an option may be a word of its own
    local shell
    for shell in bash zsh fish; do
        echo "$shell:"
        "in_$shell" "$1"
        assert_equal "${output//'><'/ }" "<$2>"
    done
}

# Each key with its last value, but for those that take a number or a path.
last_values() {
    sed -n -e '/PATH"/d' -e 's/^CHOICE(\([a-z]*\),.* \([a-z]*\)")$/--\1=\2/p' "$ROOT/shim/options.def"
}

@test "each key completes its values" {
    local typed='' expected='' option
    for option in $(last_values); do
        typed+=" ${option%?}\\t"
        expected+="$option "
    done
    [ "$(wc -w <<<"$expected")" -gt 5 ]
    in_each "nosigpipe$typed true" "${expected}true"
}

@test "a key is completed, and its value may follow after a blank, too" {
    local shell
    in_each 'nosigpipe --backtrace 3 --log syslo\t true' '--backtrace 3 --log syslog true'
    for shell in bash zsh fish; do
        "in_$shell" 'nosigpipe --mod\tmas\t true'
        assert_regex "$output" '^<--mode(=|><)mask><true>$'
    done
}

@test "the log's path is completed" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    : >"$BATS_TEST_TMPDIR/folder/some.log"
    local shell
    for shell in bash zsh fish; do
        "in_$shell" "nosigpipe --log=fil\\t$BATS_TEST_TMPDIR/folder/som\\t true"
        assert_output "<--log=file:$BATS_TEST_TMPDIR/folder/some.log><true>"
        "in_$shell" "nosigpipe --log file:$BATS_TEST_TMPDIR/folder/som\\t true"
        assert_output "<--log><file:$BATS_TEST_TMPDIR/folder/some.log><true>"
    done
    in_each "nosigpipe --log=journ\\t true" '--log=journal true'
}

@test "a command is completed by its path" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    cp "$LAUNCHER" "$BATS_TEST_TMPDIR/folder/some-program"
    in_each "nosigpipe --quie\\t $BATS_TEST_TMPDIR/folder/som\\t -x" "--quiet $BATS_TEST_TMPDIR/folder/some-program -x"
}

@test "the short options are offered beside the long ones" {
    local command shell
    for command in nosigpipe nosigpipe-audit nosigpipe-embed nosigpipe-entrypoint nosigpipe-host nosigpipe-report; do
        for shell in bash zsh fish; do
            "offered_in_$shell" "$command"
            for option in -h --help -V --version; do
                assert_line --regexp "^$option( |\$)"
            done
        done
    done
}
offered_in_bash() { # COMMAND
    run bash --norc --noprofile -c "source '$BUILD/completions/nosigpipe.bash'
        COMP_WORDS=('$1' -) COMP_CWORD=1
        _nosigpipe '$1' - '$1'
        printf '%s\n' \"\${COMPREPLY[@]}\""
}
offered_in_fish() {
    run fish --no-config -c "source '$BUILD/completions/nosigpipe.fish'; complete -C '$1 -'; complete -C '$1 --'"
    output=$(tr '\t' ' ' <<<"$output")
    mapfile -t lines <<<"$output"
}
# zsh has no way to ask: what _arguments is given.
offered_in_zsh() {
    run zsh -f -c "_arguments() { printf '%s\n' \"\$@\" }
        service=$1
        source '$BUILD/completions/_nosigpipe'"
    output=$(sed -n 's/^(- \*)\(-[a-zA-Z-]*\)\[.*/\1/p' <<<"$output")
    mapfile -t lines <<<"$output"
}

@test "the launcher's own options, the command and its words are completed" {
    in_each 'nosigpipe --chec\t --stric\t unam\t --mode=mas' '--check --strict uname --mode=mas'
    in_each 'nosigpipe --quie\t cat /etc/passw\t' '--quiet cat /etc/passwd'
    in_each 'nosigpipe --quie\t -- unam\t -a' '--quiet -- uname -a'
    in_each 'nosigpipe --print-env=doc\t' '--print-env=dockerfile'
    in_each 'nosigpipe --keep-outpu\t --stric\t unam\t' '--keep-output --strict uname'
    in_each 'nosigpipe-entrypoint --no-pre\t --keep-outpu\t unam\t' '--no-preload --keep-output uname'
}

@test "the audit's options and folders are completed" {
    in_each 'nosigpipe-audit --js\t --al\t --version' '--json --all --version'
    in_each 'nosigpipe-audit --wat\t --cal\t' '--watch --calls'
    in_each 'nosigpipe-audit --openm\t --pro' '--openmetrics --pro'
    in_bash 'nosigpipe-audit --pro\t/et\t --js\t'
    assert_output '<--proc></etc/><--json>'
}

@test "the options for running processes are completed, and their IDs" {
    in_each 'nosigpipe --stat\t --pid 1' '--status --pid 1'
    in_each 'nosigpipe --relea\t -p 1' '--release -p 1'
    in_each 'nosigpipe-audit --pid\t --al\t' '--pids --all'
    local shell id=$BASHPID
    for shell in bash zsh fish; do
        "in_$shell" "nosigpipe --pid=$id\t --stat\t"
        assert_output "<--pid=$id><--status>"
        "in_$shell" "nosigpipe -p 1,$id\t --stat\t"
        assert_output "<-p><1,$id><--status>"
    done
    # What is offered behind a comma; zsh cannot be asked.
    run bash --norc --noprofile -c "source '$BUILD/completions/nosigpipe.bash'
        COMP_WORDS=(nosigpipe --pid = 1,) COMP_CWORD=3
        _nosigpipe nosigpipe 1, =
        printf '%s\n' \"\${COMPREPLY[@]}\""
    assert_line "1,$id"
    run fish --no-config -c "source '$BUILD/completions/nosigpipe.fish'; complete -C 'nosigpipe -p 1,'"
    assert_line --regexp "^1,$id([[:space:]]|\$)"
}

@test "the commands and the options of nosigpipe-host are completed" {
    local shell
    for shell in bash zsh fish; do
        "in_$shell" 'nosigpipe-host ena\t --stdi\tdef\t'
        assert_regex "$output" '^<enable><--stdio(=|><)default>$'
        "in_$shell" 'nosigpipe-host upd\t --witho\t /x'
        assert_regex "$output" '^<update><--without(=><|><|=)/x>$'
    done
}

@test "the names and the option of nosigpipe-embed are completed" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    : >"$BATS_TEST_TMPDIR/folder/static-program"
    in_each "nosigpipe-embed $BATS_TEST_TMPDIR/folder/stat\t copy" "$BATS_TEST_TMPDIR/folder/static-program copy"
    : >"$BATS_TEST_TMPDIR/folder/ld-nosigpipe.so"
    local shell
    for shell in bash zsh fish; do
        "in_$shell" "nosigpipe-embed --interp\t$BATS_TEST_TMPDIR/folder/ld\t a b"
        assert_regex "$output" "^<--interpreter(=|><)$BATS_TEST_TMPDIR/folder/ld-nosigpipe.so><a><b>\$"
    done
}

@test "the entrypoint's options and the command are completed" {
    in_each 'nosigpipe-entrypoint --versio\t unam\t -a' '--version uname -a'
}

@test "the options of nosigpipe-report, their values, and files are completed" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    : >"$BATS_TEST_TMPDIR/folder/some.log"
    in_each "nosigpipe-report --by=pe\\t --js\\t $BATS_TEST_TMPDIR/folder/so\\t" "--by=peer --json $BATS_TEST_TMPDIR/folder/some.log"
    in_each 'nosigpipe-report --dea\t --since -1h --jso\t' '--deaths --since -1h --json'
    in_each 'nosigpipe-report --jou\t x' '--journal x'
}
