#!/bin/bash
# keep_journal.sh PROGRAM...: starts it with its output in the journal of a journald of its own, which is killed
# between two lines of its input. Prints its status, and from the journal identifier, priority and message.

set -u
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journald.conf.d /run/log/journal
printf '%s\n' '[Journal]' Storage=volatile ReadKMsg=no Audit=no RateLimitBurst=0 >/run/systemd/journald.conf.d/test.conf

start_journald() {
    rm -f /run/systemd/journal/stdout
    env -u LD_PRELOAD /lib/systemd/systemd-journald 2>>/run/errors 7>&- &
    journald=$!
    # The socket is there before journald listens.
    until systemd-cat true 2>/dev/null; do sleep 0.05; done
}
entries() {
    journalctl --directory=/run/log/journal --output=json _TRANSPORT=stdout 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line)
    print(entry.get("SYSLOG_IDENTIFIER"), entry["PRIORITY"], entry["MESSAGE"])'
}
until_written() { # WORDS
    until entries | grep -q "$1" || ! kill -0 "$service" 2>/dev/null; do sleep 0.05; done
}

[ -z "${CGROUP-}" ] || echo $$ >"$CGROUP/cgroup.procs"
start_journald
mkfifo /run/input
exec 7<>/run/input
systemd-cat --identifier=my-service --priority=notice "$@" </run/input 7>&- &
service=$!
echo one >&7
until_written 'read one'
kill -KILL "$journald"
wait "$journald" 2>/dev/null
start_journald
echo two >&7
until_written 'read two'
exec 7>&-
wait "$service"
echo "ended with $?"
entries
kill "$journald"
