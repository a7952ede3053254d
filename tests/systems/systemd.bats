# bats file_tags=systemd
# The example for systemd: systemd accepts it, and it protects services in a system that systemd has booted.

load ../lib/root

setup_file() { use_root bookworm systemd; }

setup() {
    install_in_layer
    EXAMPLE=$CHANGES/usr/share/doc/nosigpipe/examples/systemd.conf
}

# Makes a service that writes its environment and the end of a broken write into the file /NAME. Its record goes to a
# socket, which has to be there.
add_service() { # NAME
    cat >"$UNITS/$1.service" <<TEXT
[Unit]
DefaultDependencies=no
After=systemd-journald.socket
[Service]
Type=oneshot
StandardOutput=file:/$1
ExecStart=/bin/bash -c 'grep SigIgn /proc/self/status; echo "preload:\$LD_PRELOAD"; \\
    env --default-signal=PIPE yes 2>/dev/null | true; echo "status:\$\${PIPESTATUS[0]}"'
TEXT
}

# Boots, waits for the services and the journal, and ends.
boot() { # NAME...
    local services=${*/%/.service}
    cat >"$UNITS/end.service" <<TEXT
[Unit]
DefaultDependencies=no
Wants=$services systemd-journald.service
After=$services systemd-journald.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/source/tests/systems/await_journal.sh
ExecStart=/bin/sh -c '/bin/journalctl -o export >/journal'
TEXT
    in_root /source/tests/systems/boot.sh end.service
}

ignored='SigIgn:.*1...' # bit 12: SIGPIPE
not_ignored='SigIgn:.*0...'

@test "systemd-analyze finds nothing wrong in the example" {
    add_service server
    mkdir "$UNITS/server.service.d" "$UNITS/service.d"
    local place
    for place in server.service.d service.d; do
        cp "$EXAMPLE" "$UNITS/$place/nosigpipe.conf"
        run in_root systemd-analyze verify server.service
        assert_success
        assert_output ''
        # systemd-analyze does read the file.
        echo 'Nonsense=1' >>"$UNITS/$place/nosigpipe.conf"
        run in_root systemd-analyze verify server.service
        assert_output --partial Nonsense
        rm "$UNITS/$place/nosigpipe.conf"
    done
}

@test "a service with the example is protected, and its broken writes are in the journal" {
    add_service bare
    add_service server
    mkdir "$UNITS/server.service.d"
    cp "$EXAMPLE" "$UNITS/server.service.d/nosigpipe.conf"
    boot bare server
    run cat "$CHANGES/bare"
    assert_line --index 0 --regexp "^$ignored$"
    assert_line --index 1 'preload:'
    assert_line --index 2 "status:$SIGPIPE_STATUS"
    run cat "$CHANGES/server"
    assert_line --index 0 --regexp "^$not_ignored$"
    assert_line --index 1 'preload:/usr/lib/libnosigpipe.so'
    assert_line --index 2 'status:1'
    run grep -a -c '^NOSIGPIPE_CALL=write$' "$CHANGES/journal"
    assert_output 1
    grep -a -q '^NOSIGPIPE_PROGRAM=yes$' "$CHANGES/journal"
}

@test "in service.d the example protects every service" {
    add_service one
    add_service other
    mkdir "$UNITS/service.d"
    cp "$EXAMPLE" "$UNITS/service.d/nosigpipe.conf"
    boot one other
    local name
    for name in one other; do
        run cat "$CHANGES/$name"
        assert_line 'preload:/usr/lib/libnosigpipe.so'
        assert_line 'status:1'
    done
}

@test "nosigpipe-host enable --unit does it for one service" {
    add_service one
    add_service other
    in_root nosigpipe-host enable --unit one --log=journal
    boot one other
    run cat "$CHANGES/one"
    assert_line --index 0 --regexp "^$not_ignored$"
    assert_line 'preload:/usr/lib/libnosigpipe.so'
    assert_line 'status:1'
    run cat "$CHANGES/other"
    assert_line --index 0 --regexp "^$ignored$"
    assert_line "status:$SIGPIPE_STATUS"
    run grep -a -c '^NOSIGPIPE_CALL=write$' "$CHANGES/journal"
    assert_output 1
}

@test "a system boots with nosigpipe-host, and the records of set-user-ID programs are in the journal" {
    local copy=/usr/lib/nosigpipe/libnosigpipe.so
    in_root sh -c 'cp /usr/bin/yes /usr/bin/suid-yes && chmod 4755 /usr/bin/suid-yes; cp /usr/bin/yes /usr/bin/left-out'
    cat >"$UNITS/server.service" <<'TEXT'
[Unit]
DefaultDependencies=no
After=systemd-journald.socket
[Service]
Type=oneshot
User=nobody
StandardOutput=file:/server
ExecStart=/bin/bash -c 'grep -h -o -s "/usr/lib/.*nosigpipe.so" /proc/1/maps /proc/self/maps | sort -u; \
    for program in suid-yes left-out; do env --default-signal=PIPE $$program 2>/dev/null | true; \
        echo "$$program:$${PIPESTATUS[0]}"; done'
TEXT
    in_root nosigpipe-host enable --log=journal --except=left-out
    boot server
    run cat "$CHANGES/server"
    assert_output "$copy
suid-yes:1
left-out:$SIGPIPE_STATUS"
    run grep -a '^NOSIGPIPE_PROGRAM=' "$CHANGES/journal"
    assert_line NOSIGPIPE_PROGRAM=suid-yes
    refute_line NOSIGPIPE_PROGRAM=left-out
}

load ../lib/pages

# The commands of the pages, one after the other: `yes` is the program that breaks.
@test "the commands of the manual pages tell of a service's log, and whether a service is protected" {
    local page file
    add_service server
    printf '%s\n' '[Unit]' DefaultDependencies=no '[Service]' 'ExecStart=/bin/sleep infinity' >"$UNITS/nginx.service"
    printf '%s\n' '[Unit]' DefaultDependencies=no 'After=server.service nginx.service' \
        '[Service]' Type=oneshot 'ExecStart=/bin/sh /commands' >"$UNITS/commands.service"
    mkdir "$UNITS/service.d"
    cp "$EXAMPLE" "$UNITS/service.d/nosigpipe.conf"
    cat >"$CHANGES/commands" <<'TEXT'
/source/tests/systems/await_journal.sh
journalctl --update-catalog
# systemd takes it for started before it is executed.
until nosigpipe-audit --json "$(systemctl show -P MainPID nginx)" | grep -q '"verdict":"guarded"'; do sleep 0.05; done
exec >/answers
TEXT
    for page in libnosigpipe.7 nosigpipe-audit.8; do
        take_examples "$page" "$BATS_TEST_TMPDIR/$page"
        for file in $(grep -l -E 'journalctl|systemctl' "$BATS_TEST_TMPDIR/$page"/*); do
            command_of "$file" | sed s/my-server/yes/
        done
    done >>"$CHANGES/commands"
    boot server nginx commands
    run cat "$CHANGES/answers"
    assert_line --regexp '^ *NOSIGPIPE_CALL=write$'
    # A pipe has no address.
    assert_line --regexp '^.. Subject: A write of yes found its reader gone$'
    assert_line --regexp '^..     peer: *$'
    assert_line --regexp '^.. Subject: yes has exited; writes that found no reader: 1$'
    assert_line --regexp '^..     by call:       write:1$'
    assert_line --regexp ' guarded .* /bin/sleep infinity$'
}
