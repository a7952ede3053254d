# bats file_tags=entrypoint
# --keep-output, of nosigpipe-entrypoint and of the launcher. keep.py has the readers that come and go.
# tests/systems/keep_output.bats has a real journald, tests/stress/soak.sh more kills.

# shellcheck disable=SC2154,SC2016 # bats sets `lines`; other shells expand the words
load launcher

ENTRYPOINT=$BUILD/nosigpipe-entrypoint

keep() { # SCENARIO [PROGRAM [OPTION]...]: by the entrypoint, or by PROGRAM
    local scenario=$1
    shift
    [ $# -gt 0 ] || set -- "$ENTRYPOINT" --no-preload --keep-output
    # The keeper of a test that failed has no descriptor of bats.
    bare timeout 170 python3 -B "$BATS_TEST_DIRNAME/keep.py" "$scenario" "$@" \
        >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- || {
        cat "$BATS_TEST_TMPDIR/said"
        false
    }
    grep '^#' "$BATS_TEST_TMPDIR/said" >&3 || :
}

@test "the reader of a FIFO goes and another comes: what had no room is counted exactly" {
    keep returns
}

@test "the same by the launcher, and with the library" {
    keep returns "$LAUNCHER" --keep-output
    keep returns "$ENTRYPOINT" --keep-output
}

@test "what fits into the buffer is neither lost nor doubled, and nothing is said of it" {
    keep small
}

@test "a line that is longer than the buffer counts once" {
    keep one_line
}

@test "a reader that does not read makes the writer wait; the keeper has one thread and less than 2 MiB" {
    keep slow
}

@test "a reader may read one stream to its end before the other" {
    keep both
}

@test "a pipe without a name has no other reader: standard error says so once" {
    keep lost
}

@test "standard output gets no line about standard error" {
    keep data
}

@test "a Unix stream socket is connected to again" {
    keep connects
}

@test "each line arrives once or is counted, where the readers take what is on its way" {
    keep exact
}

@test "a small storm: readers that are killed" {
    keep storm
}

@test "the command has no child but its own, also where it adopts orphans" {
    keep alone
}

@test "no signal ends the keeper but SIGKILL, and it passes on the last words" {
    keep signals
}

@test "the keeper has a name, a session, a folder and descriptors of its own" {
    keep unseen
}

@test "the keeper stays for a child that outlives the command" {
    keep tail
}

@test "FILE gets whole lines while there is no reader" {
    keep file
}

@test "FILE may be the socket of a syslog daemon" {
    keep syslog
}

@test "a terminal, /dev/null, a file, a closed descriptor and sockets with bounds stay as they are" {
    keep kept_as_it_is
}

@test "one stream for both stays one, in its order" {
    keep order
}

@test "50 MB that are no text pass byte for byte" {
    keep binary
}

@test "as process 1 the keeper stays it: signals, statuses, orphans" {
    needs processes
    keep first
    keep unreaped
}

# bats test_tags=slow
@test "without a reader the keeper ends 10 seconds after the command" {
    keep end
}

# bats test_tags=slow
@test "a gigabyte takes at most 1.5 times the processor time of cat" {
    keep cost
}

@test "the command has the process ID, the status and the words" {
    local program
    for program in "$ENTRYPOINT" "$LAUNCHER"; do
        run -7 bare sh -c '"$@" & echo $! >"$0"; wait $!' "$BATS_TEST_TMPDIR/number" "$program" --keep-output -- \
            sh -c 'echo $$; printf "<%s>" "$@"; exit 7' - 'a  b' '' '*'
        assert_output "$(cat "$BATS_TEST_TMPDIR/number")"$'\n<a  b><><*>'
    done
    run -127 bare "$ENTRYPOINT" --no-preload --keep-output /nonexistent
    assert_output "nosigpipe-entrypoint: cannot start '/nonexistent': No such file or directory"
    run -126 bare "$ENTRYPOINT" --no-preload --keep-output /
    assert_output "nosigpipe-entrypoint: cannot start '/': Permission denied"
    run -143 bare "$ENTRYPOINT" --no-preload --keep-output sh -c 'kill -TERM $$'
}

# Shows the pipe that a command gets, and the one that it was given.
pipes() { # NAME=VALUE...
    bare "$@" sh -c 'shown=$(readlink /proc/$$/fd/1); echo "$shown" >&2; exec "$@"' - "$ENTRYPOINT" \
        sh -c 'shown=$(readlink /proc/$$/fd/1); echo "$shown" >&2; env | grep -c NOSIGPIPE_KEEP_OUTPUT >&2 || :' \
        2>"$BATS_TEST_TMPDIR/pipes" | cat
    cat "$BATS_TEST_TMPDIR/pipes"
}

@test "NOSIGPIPE_KEEP_OUTPUT does the same, and the command does not get it" {
    local value
    for value in yes "$BATS_TEST_TMPDIR/file" ''; do
        run pipes "NOSIGPIPE_KEEP_OUTPUT=$value"
        assert_equal "$value: ${#lines[@]} ${lines[2]}" "$value: 3 0"
        case $value in
        '') assert_equal "${lines[0]}" "${lines[1]}" ;;
        *) refute [ "${lines[0]}" = "${lines[1]}" ] ;;
        esac
    done
    [ -f "$BATS_TEST_TMPDIR/file" ]
}

@test "--no-preload leaves the environment as it is" {
    run bare env LD_PRELOAD= NOSIGPIPE_OPTIONS=log=off "$ENTRYPOINT" --no-preload \
        sh -c 'echo "$LD_PRELOAD $NOSIGPIPE_OPTIONS"'
    assert_output ' log=off'
}

@test "a FILE that cannot be opened: 125, one line, and nothing is started" {
    local program
    for program in "$ENTRYPOINT" "$LAUNCHER"; do
        run -125 bare "$program" --keep-output=/nonexistent/file leave-trace
        assert_output "nosigpipe-entrypoint: cannot write the output to '/nonexistent/file': No such file or directory"
        run -125 bare "$program" --keep-output="$BATS_TEST_TMPDIR" leave-trace
        assert_output "nosigpipe-entrypoint: cannot write the output to '$BATS_TEST_TMPDIR': Is a directory"
        run -125 bare "$program" --keep-output= leave-trace
        assert_output "${program##*/}: '--keep-output=' needs a file"
    done
    run -125 bare NOSIGPIPE_KEEP_OUTPUT=on "$ENTRYPOINT" leave-trace
    assert_output "nosigpipe-entrypoint: bad value 'on' of NOSIGPIPE_KEEP_OUTPUT\
 (accepted: yes, or a path that begins with a slash)"
    run -125 bare NOSIGPIPE_KEEP_OUTPUT=/nonexistent/file "$ENTRYPOINT" leave-trace
    assert_output "nosigpipe-entrypoint: cannot write the output to '/nonexistent/file': No such file or directory"
    [ ! -e "$TRACE" ]
    # A folder that is no longer there has no path.
    mkdir "$BATS_TEST_TMPDIR/gone"
    cd "$BATS_TEST_TMPDIR/gone"
    rmdir "$BATS_TEST_TMPDIR/gone"
    run -125 bare "$ENTRYPOINT" --keep-output=here leave-trace
    assert_output "nosigpipe-entrypoint: cannot write the output to 'here': No such file or directory"
    [ ! -e /here ]
    # A name without a slash is one in the current folder.
    cd "$BATS_TEST_TMPDIR"
    run -0 bare "$LAUNCHER" --keep-output=here leave-trace
    [ -f here ]
}

@test "where no keeper can be started, a line says so, and the command starts" {
    run -0 bare python3 -c 'import os, resource, sys
os.closerange(3, 1000)
resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
os.execv(sys.argv[1], sys.argv[1:])' "$ENTRYPOINT" --no-preload --keep-output /bin/echo started
    assert_output --partial 'nosigpipe-entrypoint: there is no keeper, so the output is not kept: Too many open files'
}

with_launcher() {
    refuses 125 "'--keep-output' does not go with '--pid'" --keep-output --pid 1
    refuses 125 "'--keep-output' does not go with '--print-env'" --keep-output --print-env
    refuses 125 "'--keep-output=' needs a file" --keep-output= leave-trace
    launch --keep-output --check true
    assert_output --partial 'protected by the library'
    launch --keep-output sh -c 'echo "$LD_PRELOAD"'
    assert_output "$SHIM"
    launch --keep-output --log=file:"$BATS_TEST_TMPDIR/log" echo started
    assert_output started
    launch --keep-output -- sh -c 'tr "\0" " " </proc/$$/cmdline'
    assert_output --partial 'sh -c tr'
    mkdir -p "$BATS_TEST_TMPDIR/alone"
    cp "$LAUNCHER" "$SHIM" "$BATS_TEST_TMPDIR/alone"
    launcher=$BATS_TEST_TMPDIR/alone/nosigpipe refuses 125 \
        "'$BATS_TEST_TMPDIR/alone/nosigpipe-entrypoint' is missing: install it beside nosigpipe" \
        --keep-output leave-trace
}

@test "the launcher's option, in each shell" {
    in_each_shell with_launcher
}

@test "a static program gets the guard, too" {
    [ -x "$BUILD/nosigpipe-attach" ] || skip 'there is no nosigpipe-attach for this CPU'
    gcc -static -o "$BATS_TEST_TMPDIR/outlive" "$ROOT/tests/fixtures/outlive.c" -std=c11 -D_GNU_SOURCE
    run -"$SIGPIPE_STATUS" bare "$BATS_TEST_TMPDIR/outlive"
    run -0 bare "$LAUNCHER" --keep-output --log=stderr "$BATS_TEST_TMPDIR/outlive"
    assert_output --regexp 'program=outlive .* action=epipe'
}
