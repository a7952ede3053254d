#!/bin/sh
# path.sh LOG RECORDED: what happens to a service whose peer is killed, in a system that systemd has booted: bare,
# and then with the drop-in of the examples and that log. RECORDED PEER is a command that succeeds once the
# log names the peer. Leaves what is seen in files below /seen.

set -eu

# Waits for what the command looks for.
await() { # COMMAND [ARGUMENT]...
    until "$@"; do sleep 0.02; done
}

greeted() { grep -q Hello /client.out; }
listening() { sed -n 's/^listening on port //p' /server.out | grep . >/port; }
ended() { [ "$(systemctl show -P ActiveState client)" = inactive ]; }
lived() { grep -q 'send .*: -1 EPIPE' /client.out; }

# Starts both, and kills the server, which leaves the client with a broken connection.
kill_server() {
    rm -f /server.out /client.out
    systemctl start server
    await listening
    systemctl start client
    await greeted
    nosigpipe-audit >/seen/audit || [ $? = 1 ] # somebody would die
    systemctl kill -s KILL server
}

mkdir -p /seen
journalctl --update-catalog
kill_server
await ended
mv /seen/audit /seen/audit.bare
systemctl show -p Result -p ExecMainCode -p ExecMainStatus client >/seen/bare

nosigpipe-report --deaths >/seen/deaths

mkdir /etc/systemd/system/client.service.d
sed "s/log=journal/$1/" /usr/share/doc/nosigpipe/examples/systemd.conf \
    >/etc/systemd/system/client.service.d/nosigpipe.conf
systemctl daemon-reload
kill_server
peer=127.0.0.1:$(cat /port)
echo "$peer" >/seen/peer
await lived
await "$2" "$peer"
systemctl show -p ActiveState -p Result client >/seen/protected
journalctl -q -x -n 1 "NOSIGPIPE_PEER=$peer" >/seen/explained
mv /seen/audit /seen/audit.protected
nosigpipe-report --journal >/seen/report
journalctl -q -o export -n 1 "NOSIGPIPE_PEER=$peer" >/seen/exported
