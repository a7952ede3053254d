# bats file_tags=systemd
# --keep-output in a unit of a system that systemd has booted: the journal goes and comes back, and the unit is stopped.

# shellcheck disable=SC2154 # `run` sets output
load ../lib/root

setup_file() { use_root bookworm systemd; }

setup() { install_in_layer; }

# A service that says each line which it gets from the FIFO /lines, and a last one when it is stopped.
add_service() { # NAME PROGRAM
    printf '%s\n' '[Unit]' DefaultDependencies=no '[Service]' SyslogIdentifier="$1-log" SyslogLevel=notice \
        IgnoreSIGPIPE=no ExecStart="$2 /bin/bash /$1" >"$UNITS/$1.service"
    cat >"$CHANGES/$1" <<TEXT
trap 'echo "stops as \$\$"; exit 0' TERM
exec 3<>/lines-$1
while :; do read -r line <&3 && echo "says \$line" && echo "<4>warns of \$line" >&2; done
TEXT
}

# Boots, runs the commands, whose output is in the file /answers, and ends.
boot() { # COMMANDS
    printf '%s\n' 'exec >/answers 2>&1' "$1" >"$CHANGES/commands"
    printf '%s\n' '[Unit]' DefaultDependencies=no Wants=systemd-journald.service After=systemd-journald.service \
        SuccessAction=exit-force FailureAction=exit-force '[Service]' Type=oneshot \
        'ExecStart=/bin/sh /commands' >"$UNITS/commands.service"
    in_root /source/tests/systems/boot.sh commands.service journal
    cat "$CHANGES/answers"
}

@test "a unit's output is in the journal before and after the journal is stopped, and when the unit is" {
    add_service bare ''
    add_service kept '/usr/bin/nosigpipe --keep-output'
    run boot '
        # In words of the journal: as whom, of which unit, how urgent, and what.
        said() {
            journalctl --sync
            journalctl --output=json _TRANSPORT=stdout _SYSTEMD_UNIT=$1.service |
                sed "s/.*\"PRIORITY\":\"\([0-9]\)\".*/\1 &/; s/^\(.\) .*\"SYSLOG_IDENTIFIER\":\"\([^\"]*\)\".*/\1 \2 &/" |
                sed "s/^\(. [^ ]*\) .*\"MESSAGE\":\"\([^\"]*\)\".*/$1: \1 \2/"
        }
        until_said() { until said $1 | grep -q "$2"; do :; done; }
        say() { echo "$2" >/lines-$1; }
        mkfifo /lines-bare /lines-kept
        systemctl start bare kept
        for name in bare kept; do say $name one; until_said $name "of one"; done
        pid=$(systemctl show -P MainPID kept)
        systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service 2>/dev/null
        systemctl start systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service
        for name in bare kept; do say $name two; done
        until_said kept "of two"
        [ "$pid" = "$(systemctl show -P MainPID kept)" ] && echo "the process is the same"
        systemctl stop kept
        until_said kept stops
        said bare
        said kept | sed "s/as $pid\$/as ever/"
        systemctl show -P Result kept
        while [ -d /sys/fs/cgroup/system.slice/kept.service ]; do sleep 0.02; done
        echo "no process is left"'
    # As bash says of a broken standard output, on one that is broken, too.
    assert_output 'the process is the same
bare: 5 bare-log says one
bare: 4 bare-log warns of one
kept: 5 kept-log says one
kept: 4 kept-log warns of one
kept: 5 kept-log says two
kept: 4 kept-log warns of two
kept: 5 kept-log stops as ever
success
no process is left'
}
