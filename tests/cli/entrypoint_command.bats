# bats file_tags=entrypoint
# How nosigpipe-entrypoint starts its command, compared with env(1), which uses execvp(3); and the messages
# before the start.

# shellcheck disable=SC2154 # bats sets `stderr`
load ../lib/common
bats_require_minimum_version 1.5.0 # run --separate-stderr
LAUNCHER=$BUILD/nosigpipe-entrypoint

# Like `run`, which warns of a status of 127.
answer() { # COMMAND...
    status=0
    output=$(bare "${variables[@]}" "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
    stderr=$(cat "$BATS_TEST_TMPDIR/stderr")
}

# Compares the output and the status of env(1) and of the entrypoint, in a folder with files of all kinds.
same_as_env() { # [NAME=VALUE]... -- COMMAND [ARGUMENT]...
    local -a variables=()
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    answer "$(command -v env)" "$@"
    local expected="$status $output" words=${stderr##*: }
    answer "$LAUNCHER" "$@"
    assert_equal "$* in ${variables[*]}: $status $output" "$* in ${variables[*]}: $expected"
    case $status in
    126 | 127) assert_equal "$stderr" "nosigpipe-entrypoint: cannot start '$1': $words" ;;
    *) assert_equal "$stderr" '' ;;
    esac
}

@test "commands are found, started and refused as by execvp(3)" {
    cd "$BATS_TEST_TMPDIR" || return
    local long longer
    long=$(printf '%0300d' 0)
    longer=$(printf '/%05000d' 0)
    mkdir -p one two folder/command
    printf '#!/bin/sh\necho "one $*"\n' >one/command
    printf '#!/bin/sh\necho "two $*"\n' >two/command
    printf '#!/bin/sh\necho "two alone $*"\n' >two/alone
    printf 'echo "no interpreter: $0 $*"\n' >bare
    printf 'echo "no interpreter: $0 $*"\n' >two/bare
    printf '#!/nonexistent\n' >lost
    chmod +x one/* two/* bare lost
    mkdir plain
    printf '#!/bin/sh\necho plain\n' >plain/command
    ln -s loop loop
    same_as_env -- one/command a 'b  c' ''
    same_as_env -- ./bare a 'b  c'
    same_as_env PATH="$PWD/one:$PWD/two" -- command x
    same_as_env PATH="$PWD/one:$PWD/two" -- alone x
    same_as_env PATH="$PWD/one:$PWD/two" -- bare x
    same_as_env PATH="$PWD/one" -- alone
    # An empty folder of PATH is the current one.
    same_as_env PATH=":$PWD/one" -- bare x
    same_as_env PATH="$PWD/one:" -- bare x
    same_as_env PATH="$PWD/one::$PWD/two" -- bare x
    same_as_env PATH= -- bare x
    same_as_env PATH= -- no-such-command
    # A file that may not be executed is skipped, and reported where there is no other.
    same_as_env PATH="$PWD/plain:$PWD/one" -- command
    same_as_env PATH="$PWD/plain" -- command
    same_as_env PATH="$PWD/plain:/nonexistent" -- command
    same_as_env PATH="$PWD/folder:$PWD/one" -- command
    same_as_env PATH="$PWD/folder" -- command
    same_as_env PATH="$PWD/bare:$PWD/one" -- command
    same_as_env PATH="/nonexistent:$PWD/bare" -- command
    same_as_env PATH="$longer:$PWD/one" -- command
    same_as_env -- no-such-command
    same_as_env -- ./no-such-command
    same_as_env -- bare/no-such-command
    same_as_env -- ./plain/command
    same_as_env -- ./folder
    same_as_env -- ./lost
    same_as_env -- ./loop
    same_as_env -- "$long"
    same_as_env -- "./$long"
    # Without PATH at all.
    same_as_env -u PATH -- sh -c 'echo started'
    same_as_env -u PATH -- no-such-command
}

# Asserts the message before the command, which starts in any case.
tells() { # LINE OPTIONS [WORD]...: the words are of env(1)
    run -0 --separate-stderr bare "${@:3}" NOSIGPIPE_OPTIONS="$2" "$LAUNCHER" echo started
    assert_equal "$2: $output $stderr" "$2: started ${1:+nosigpipe-entrypoint: $1}"
}

@test "a message says where the log cannot be written" {
    local log=$BATS_TEST_TMPDIR/log
    tells '' "log=file:$log"
    tells '' "log=file:/dev/null"
    : >"$log"
    tells '' "log=file:$log"
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    tells '' "log=file:$BATS_TEST_TMPDIR/fifo"
    tells "the log cannot be written, '$log.d/log': No such file or directory" "log=file:$log.d/log"
    tells "the log cannot be written, '$log/log': Not a directory" "log=file:$log/log"
    tells "the log cannot be written, '$BATS_TEST_TMPDIR': Is a directory" "log=file:$BATS_TEST_TMPDIR"
    ln -s log "$log.link" # which the object does not follow
    tells "the log cannot be written, '$log.link': Too many levels of symbolic links" "log=file:$log.link"
    # The last value of the key counts.
    tells '' "log=file:$log.d/log,log=stderr,format=json"
    tells "the log cannot be written, '$log.d/log': No such file or directory" \
        "log=stderr,format=json,log=file:$log.d/log,backtrace=1"
    tells '' 'log=off'
    tells '' 'off'
}

@test "a message says where SIGPIPE is ignored or blocked and a log is asked for" {
    local options
    for options in '' log=stderr "log=file:$BATS_TEST_TMPDIR/log"; do
        tells 'SIGPIPE is ignored already, so nothing will be logged' "$options" --ignore-signal=PIPE
        tells 'SIGPIPE is blocked already, so nothing will be logged' "$options" --block-signal=PIPE
        tells '' "$options" --ignore-signal=HUP --block-signal=HUP
    done
    for options in off log=off log=stderr,events=all events=all,log=stderr; do
        tells '' "$options" --ignore-signal=PIPE --block-signal=PIPE
    done
}
