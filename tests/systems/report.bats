# bats file_tags=systemd
# nosigpipe-report in a system that systemd has booted, with its journal: services die of SIGPIPE, are named with
# what mends them, are protected by that, live, and their records are summed up.

# shellcheck disable=SC2154 # `run` sets output
load ../lib/root

setup_file() { use_root bookworm systemd; }

setup() { install_in_layer; }

# A service, which a script of bash in /NAME is. It leaves SIGPIPE at its default.
add_service() { # NAME TYPE SCRIPT [SETTING]...
    echo "$3" >"$CHANGES/$1"
    printf '%s\n' '[Unit]' DefaultDependencies=no '[Service]' "Type=$2" IgnoreSIGPIPE=no \
        "ExecStart=/bin/bash /$1" "${@:4}" >"$UNITS/$1.service"
}

# Boots, runs the commands, whose output is in the file /answers, and ends.
boot() { # COMMANDS [SERVICES]
    printf '%s\n' 'exec >/answers 2>&1' "$1" >"$CHANGES/commands"
    printf '%s\n' '[Unit]' DefaultDependencies=no "Wants=systemd-journald.service $2" After=systemd-journald.service \
        SuccessAction=exit-force FailureAction=exit-force '[Service]' Type=oneshot \
        'ExecStart=/bin/sh /commands' >"$UNITS/commands.service"
    in_root /source/tests/systems/boot.sh commands.service journal
    cat "$CHANGES/answers"
}

OTHER_USER='the journal of the system cannot be read by this user: try as root, or join the group systemd-journal'
DIES='exec yes > >(:)' # a writer whose reader goes

@test "services that died of SIGPIPE are named, those that stayed down first, with what mends them" {
    add_service ship simple "$DIES"
    add_service again simple "[ -e /seen ] && exec sleep infinity; : >/seen; $DIES" Restart=always RestartSec=0
    add_service once oneshot "$DIES"
    add_service piped oneshot 'yes | true; exit "${PIPESTATUS[0]}"'
    add_service well oneshot true
    run boot '
        for name in once piped well; do systemctl start $name 2>/dev/null; done
        systemctl start ship again
        until [ "$(systemctl show -P ExecMainCode ship)" = 2 ]; do :; done
        until [ "$(systemctl show -P NRestarts again)" = 1 ]; do :; done
        /source/tests/systems/await_journal.sh
        SYSTEMD_COLORS=1 nosigpipe-report --deaths
        nosigpipe-report --deaths --json | sort
        nosigpipe-report --deaths --since tomorrow
        chroot --userspec=65534:65534 / nosigpipe-report --deaths
        chroot --userspec=65534:65534 / nosigpipe-report --journal' ship.service
    assert_line 'DEATHS LAST (UTC)        NOW     NAME'
    assert_equal "$(sed -n 's/ 20[^ ]* [^ ]* / /p' <<<"$output" | head -n 3 | sort -k 3 | tr -s ' ')" \
        ' 1 down once.service
 1 down piped.service
 >=1 down ship.service'
    assert_line '       systemctl edit ship.service'
    assert_line '    Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so'
    assert_line --regexp '^\{"kind":"service","name":"ship.service","deaths":1,"exact":false,"last":"20[^"]*Z","state":"down","mend":"systemctl edit ship.service"\}$'
    refute_line --partial well.service
    assert_line 'No death by SIGPIPE is noted' # since tomorrow
    assert_equal "$(grep -c -x "nosigpipe-report: $OTHER_USER" <<<"$output")" 2
}

@test "a protected service lives, and its records are summed up from the journal, whichever way it logs" {
    local log
    for log in journal stderr syslog; do
        add_service "$log" oneshot 'for i in 1 2 3; do yes | true; done' \
            Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so Environment=NOSIGPIPE_OPTIONS=log=$log
    done
    add_service json oneshot 'yes | true; echo "nothing of ours"; true' \
        Environment=LD_PRELOAD=/usr/lib/libnosigpipe.so Environment=NOSIGPIPE_OPTIONS=log=stderr,format=json
    run boot 'for name in journal stderr syslog json; do systemctl start $name; done
        /source/tests/systems/await_journal.sh
        nosigpipe-report --journal
        nosigpipe-report --journal --by unit
        nosigpipe-report --journal --by unit --json --since -1h
        nosigpipe-report --journal --since yesterday --by unit
        nosigpipe-report --journal --since tomorrow
        journalctl -o json | nosigpipe-report --by program'
    assert_line --regexp '^yes     write pipe   >=10        10 '
    assert_line --regexp '^stderr.service +>=3 +3 ' # its summary goes nowhere: yes has closed standard error
    assert_line --regexp '^json.service +>=1 +1 '
    assert_line --regexp '^\{"unit":"stderr.service","events":3,"exact":false,"processes":3,'
    assert_line 'No broken write is recorded' # since tomorrow
    assert_line --regexp '^yes +>=10 +10 '
    assert_line --regexp ' lines are no whole records, first standard input:[0-9]+$'
}
