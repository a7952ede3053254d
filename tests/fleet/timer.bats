# The timer of the audit, and records in the journal, in a system that systemd has booted.
# shellcheck disable=SC2154 # `run` sets output and status

load fleet
load ../lib/root

setup_file() { use_root bookworm systemd; }

setup() {
    install_in_layer
    TEXTFILES=$CHANGES/var/lib/prometheus/node-exporter # that of Debian's prometheus-node-exporter
    mkdir -p "$TEXTFILES"
    chown 12346 "$TEXTFILES" # as the folders of other distributions, which are of node_exporter's user
}

@test "timer: systemd finds nothing wrong in the units" {
    run in_root systemd-analyze --man=no verify nosigpipe-audit.service nosigpipe-audit.timer
    assert_success
    assert_output ''
    # It does read them.
    echo 'Nonsense=1' >>"$CHANGES/usr/lib/systemd/system/nosigpipe-audit.service"
    run in_root systemd-analyze --man=no verify nosigpipe-audit.timer
    assert_output --partial Nonsense
}

add_service() { # NAME LINE...
    printf '%s\n' '[Unit]' DefaultDependencies=no After=systemd-journald.socket '[Service]' "${@:2}" >"$UNITS/$1.service"
}

# A service whose process has the write end of a pipe.
holder='ExecStart=/bin/bash -c "exec 3> >(exec sleep infinity); exec sleep infinity"'
quiet=$'StandardInput=null\nStandardOutput=null\nStandardError=null'

@test "timer: it writes the numbers of the whole system, in spite of what the service may not do" {
    local unit
    # As a user that is not root, as root, protected, and as systemd does it by default.
    add_service web User=nobody IgnoreSIGPIPE=no "$holder" "$quiet"
    add_service db IgnoreSIGPIPE=no PrivateTmp=yes PrivateNetwork=yes "$holder" "$quiet"
    add_service safe Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so IgnoreSIGPIPE=no "$holder" "$quiet"
    add_service usual "$holder" "$quiet"
    # A service that writes to the journal.
    # shellcheck disable=SC2016 # for the inner shell
    add_service writer Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so Environment=NOSIGPIPE_OPTIONS=log=journal IgnoreSIGPIPE=no \
        Type=oneshot "$quiet" 'ExecStart=/bin/bash -c "exec 3> >(:); wait $$!; for i in {1..40}; do echo >&3; done; exit 0"'
    in_root systemctl enable nosigpipe-audit.timer
    # What else the system would start takes time. The first run is 10 seconds after the start; the accuracy is for batteries.
    for unit in service timer; do
        mkdir "$UNITS/nosigpipe-audit.$unit.d"
        printf '[Unit]\nDefaultDependencies=no\n' >"$UNITS/nosigpipe-audit.$unit.d/test.conf"
    done
    printf '[Timer]\nAccuracySec=100ms\n' >>"$UNITS/nosigpipe-audit.timer.d/test.conf"
    cat >"$UNITS/end.service" <<'TEXT'
[Unit]
DefaultDependencies=no
Wants=systemd-journald.service web.service db.service safe.service usual.service writer.service nosigpipe-audit.timer
After=systemd-journald.service web.service db.service safe.service usual.service writer.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'until [ -e /var/lib/prometheus/node-exporter/nosigpipe.prom ]; do sleep 0.1; done'
ExecStart=/source/tests/systems/await_journal.sh
ExecStart=/bin/sh -c '/bin/journalctl --output=json MESSAGE_ID=3a8b0f5d6c1e4f7f9d24a6b1c07e5e13 MESSAGE_ID=5b9a4e7d2f0c4a86b3e1d87c6a90f4b2 >/json'
ExecStart=/bin/sh -c '/bin/nosigpipe-audit --openmetrics >/beside'
TEXT
    run in_root /source/tests/systems/boot.sh end.service
    run cat "$TEXTFILES/nosigpipe.prom"
    assert_line 'nosigpipe_vulnerable{unit="web.service"} 1'
    assert_line 'nosigpipe_vulnerable{unit="db.service"} 1'
    refute_line --partial safe.service
    refute_line --partial usual.service
    assert_line 'nosigpipe_unreadable 0'
    assert_line 'nosigpipe_processes{verdict="unknown"} 0'
    assert_equal "${lines[-1]}" '# EOF'
    assert_equal "$(ls -A "$TEXTFILES") $(stat -c %a "$TEXTFILES/nosigpipe.prom")" 'nosigpipe.prom 644'
    # Without the service's fetters the audit sees the same units, and no more.
    assert_equal "$(grep '^nosigpipe_vulnerable.*service"' "$TEXTFILES/nosigpipe.prom")" \
        "$(grep '^nosigpipe_vulnerable.*service"' "$CHANGES/beside")"
    # mtail counts the journal's records.
    assert_counted 'bash write pipe epipe 40' 0 "$CHANGES/json"
}
