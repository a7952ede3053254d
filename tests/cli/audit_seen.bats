# nosigpipe-audit: where it cannot read everything, or cannot write its output.
# shellcheck disable=SC2154 # `run` sets output, stderr, status and lines

load audit

# The output is a full device, a pipe without a reader, or closed.
audit_into() { # full|pipe|closed VARIANT [ARGUMENT]...
    case $1 in
    full) audit_as "${@:2}" >/dev/full ;;
    closed) audit_as "${@:2}" >&- ;;
    pipe)
        local output
        mkfifo "$BATS_TEST_TMPDIR/broken"
        exec {output}<>"$BATS_TEST_TMPDIR/broken" 4>"$BATS_TEST_TMPDIR/broken"
        rm "$BATS_TEST_TMPDIR/broken"
        exec {output}<&-
        audit_as "${@:2}" >&4 4>&-
        ;;
    esac
}

@test "audit: an output that cannot be written gives status 2 and one line, and no line where SIGPIPE ends the audit" {
    local variant argument into
    for variant in $VARIANTS; do
        for argument in --help -h --version -V $$; do
            for into in full closed; do
                run --separate-stderr audit_into "$into" "$variant" "$argument"
                assert_equal "$status $stderr" '2 nosigpipe-audit: cannot write to standard output'
            done
            run --separate-stderr audit_into pipe "$variant" "$argument"
            assert_equal "$status $stderr" '2 '
            # gawk has the signal end what it starts, also where it is ignored itself (io.c).
            [ "$variant $argument" != "gawk $$" ] || continue
            trap '' PIPE
            run --separate-stderr audit_into pipe "$variant" "$argument"
            trap - PIPE
            assert_equal "$status $stderr" '2 nosigpipe-audit: cannot write to standard output'
        done
    done
}

# As somebody who may not look into others' processes; the script comes by standard input, since
# its folder may be closed to them.
audit_as_nobody() { # SHELL [ARGUMENT]...
    local as=()
    [ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    # shellcheck disable=SC2086 # a shell is one word or two
    "${as[@]}" $1 -s -- "${@:2}" <"$BUILD/nosigpipe-audit"
}

@test "audit: processes that may not be read are reported and counted" {
    local shell
    start bare "$PROGRAMS/audit_state" handle pipe undumpable
    for shell in dash 'busybox sh'; do
        run --separate-stderr audit_as_nobody "$shell" "$PID"
        assert_line --regexp "^ *$PID [^ ]+ +handles +\? +\? unreadable "
        assert_line '1 process: 0 vulnerable, 1 handle; 1 could not be read: try as root'
        run --separate-stderr audit_as_nobody "$shell" --json "$PID"
        assert_equal "$(jq -c '[.verdict, .sockets, .pipes, .shim, .static]' <<<"$output")" \
            '["handles",null,null,null,null]'
        assert_equal "$stderr" 'nosigpipe-audit: 1 could not be read: try as root'
    done
    fabricate_tree # and one whose status is hidden, as by hidepid=1
    mkdir "$TREE/200"
    audit_tree --json --all
    assert_equal "$(jq -c '[.pid, .verdict, .user, .threads]' <<<"$output")" '[200,"unknown",null,null]'
    audit_tree
    assert_output --regexp '^1 process: 0 seen vulnerable, 1 unknown; 1 could not be read'
}

# The list of a /proc that is mounted with these options, as a user of this group. The user is one that no other test
# has, since the processes of a user of others would be in the list as well.
audit_hiding() { # OPTIONS GROUP [ARGUMENT]...
    # shellcheck disable=SC2016
    "$OWN_MOUNTS" sh -ec '
        mount -t proc -o "$1" proc /proc
        shift
        exec setpriv --reuid=65533 --clear-groups --regid="$@"
        ' - "$1" "$2" dash -s -- "${@:3}" <"$BUILD/nosigpipe-audit"
}

@test "audit: a message says where processes of other users are hidden" {
    local options
    needs mounts users
    state default pipe # which is root's
    run --separate-stderr audit_hiding hidepid=2 65534
    assert_line --regexp '^[0-9]+ processes: [0-9]+ seen vulnerable'
    assert_line --regexp '0 could not be read, others are hidden: try as root$'
    run --separate-stderr audit_hiding hidepid=2 65534 --json
    assert_equal "$stderr" 'nosigpipe-audit: 0 could not be read, others are hidden: try as root'
    run --separate-stderr audit_hiding hidepid=2 65534 "$PID"
    assert_equal "$status $stderr" \
        "2 nosigpipe-audit: no such process, or it is hidden from you: $PID"
    # The group of the mount sees them, and what else is shown by another mount.
    for options in hidepid=2,gid=65534 hidepid=1 hidepid=0; do
        run --separate-stderr audit_hiding "$options" 65534 "$PID"
        refute_output --partial hidden
        assert_line --regexp '1 could not be read: try as root$'
    done
}
