# bats file_tags=systemd
# The whole path, with the log daemons of Debian: a service dies of SIGPIPE, is protected, lives, and the record of its
# broken write names the peer.

load ../lib/root
load ../lib/pages

setup() {
    install_in_layer
    add_service server 'ExecStart=/source/build/tests/demo_server' StandardOutput=truncate:/server.out
    # shellcheck disable=SC2016 # the service's shell
    add_service client 'ExecStart=/bin/sh -c '\''exec /source/build/tests/demo_client "$(cat /port)" 10'\' \
        StandardOutput=truncate:/client.out IgnoreSIGPIPE=no
}

add_service() { # NAME LINE...
    printf '%s\n' '[Unit]' DefaultDependencies=no '[Service]' "${@:2}" >"$UNITS/$1.service"
}

# Boots, goes the path with that log, and ends. RECORDED succeeds once the record of the PEER is there.
walk() { # LOG RECORDED [UNIT]...: that are to run
    local needed="systemd-journald.service ${*:3}"
    printf '#!/bin/sh\n%s\n' "$2" >"$CHANGES/recorded"
    chmod +x "$CHANGES/recorded"
    cat >"$UNITS/path.service" <<TEXT
[Unit]
DefaultDependencies=no
Wants=$needed
# systemd forgets how a service has ended if no unit refers to it.
After=$needed client.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/source/tests/systems/path.sh $1 /recorded
TEXT
    in_root /source/tests/systems/boot.sh path.service
}

# systemd takes this death for a clean end, and says so in no log.
assert_path() {
    run cat "$CHANGES/seen/bare"
    assert_line Result=success
    assert_line ExecMainCode=2 # CLD_KILLED
    assert_line ExecMainStatus=13
    # It was found before, is named afterwards, and is guarded then.
    run cat "$CHANGES/seen/audit.bare"
    assert_line --regexp '^ *[0-9]+ root +vulnerable +1 .* /source/build/tests/demo_client [0-9]+ 10$'
    # As nosigpipe(7) shows it.
    take_examples nosigpipe.7 "$BATS_TEST_TMPDIR/blocks" SYMPTOMS
    run grep -l '^\$ nosigpipe-report --deaths | head -n 3$' "$BATS_TEST_TMPDIR"/blocks/*
    shown_by "$output" | sed 's/my-service/client/; s|/usr/local/|/usr/|; s/[0-9-]* [0-9]*:[0-9]* /DATE /' >"$BATS_TEST_TMPDIR/shown"
    run diff "$BATS_TEST_TMPDIR/shown" <(sed '3q; s/[0-9-]* [0-9]*:[0-9]* /DATE /' "$CHANGES/seen/deaths")
    assert_output ''
    run tail -n 3 "$CHANGES/seen/deaths"
    assert_output $'    [Service]\n    Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so\n    IgnoreSIGPIPE=no'
    run cat "$CHANGES/seen/audit.protected"
    assert_line --regexp '^[0-9]+ processes: .* 1 guarded'
    run cat "$CHANGES/seen/protected"
    assert_line ActiveState=active
    peer=$(cat "$CHANGES/seen/peer")
    assert_regex "$peer" '^127\.0\.0\.1:[0-9]+$'
}

# Asserts that a file of a log daemon has the record, behind a header of its own.
assert_line_of() { # FILE
    run grep -h "peer=$peer" "$CHANGES/$1"
    assert_line --regexp \
        " demo_client\[[0-9]+\]: time=[^ ]* pid=[0-9]+ .* call=send .* kind=tcp .* peer=$peer .* count=1 "
}

@test "the path with systemd's journal, whose catalogue explains the record" {
    use_root bookworm systemd
    walk log=journal "journalctl --sync; journalctl -q NOSIGPIPE_PEER=\"\$1\" | grep -q ."
    assert_path
    run cat "$CHANGES/seen/explained"
    assert_line --regexp ' demo_client\[[0-9]+\]: a write found its reader gone \(SIGPIPE\)$'
    assert_line --regexp '^.. Subject: A write of demo_client found its reader gone$'
    assert_line --regexp '^.. Documentation: man:libnosigpipe\(7\)$'
    assert_line --regexp '^.. Process [0-9]+ \(demo_client\) called send on descriptor$'
    assert_line --regexp "^..     peer:    $peer$"
    assert_line --regexp '^.. Nothing has to be done if '
    refute_output --partial @
    run cat "$CHANGES/seen/report"
    assert_line --regexp "^demo_client +send +${peer%:*} "
    run cat "$CHANGES/seen/exported"
    assert_line MESSAGE_ID=3a8b0f5d6c1e4f7f9d24a6b1c07e5e13
    assert_line CODE_FUNC=send
    assert_line PRIORITY=4
    assert_line SYSLOG_IDENTIFIER=demo_client
    assert_line _SYSTEMD_UNIT=client.service
}

@test "the path with rsyslog, in Debian's configuration" {
    use_root bookworm systemd rsyslog
    walk log=syslog "grep -q \"peer=\$1\" /var/log/syslog" rsyslog.service
    assert_path
    assert_line_of var/log/syslog
}

@test "the path with syslog-ng, in Debian's configuration" {
    use_root bookworm systemd syslog-ng-core
    walk log=syslog "grep -q \"peer=\$1\" /var/log/daemon.log" syslog-ng.service
    assert_path
    assert_line_of var/log/daemon.log
}
