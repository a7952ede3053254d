#!/bin/busybox sh
# shellcheck shell=dash
# watch_init.sh: the first process of the system in QEMU. Prints what the watch has seen, without times and numbers.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tracefs tracefs /sys/kernel/tracing

: >/tmp/seen
nosigpipe-audit --watch >/tmp/seen 2>&1 &
watch=$!

# Waits until the watch has printed so many lines, its header among them.
await() { # LINES
    until [ "$(wc -l </tmp/seen)" -ge "$1" ] || ! kill -0 "$watch"; do usleep 20000; done
}

await 1
lines=1
for state in default ignore handle blocked; do
    mkfifo /tmp/in
    audit_state "$state" </tmp/in >/dev/null &
    echo >/tmp/in
    wait $!
    rm /tmp/in
    lines=$((lines + 1))
    await "$lines"
done
yes | true
await 6
# The last thing that this process does.
sh -c 'trap "" PIPE; kill -PIPE $$'
await 7
kill "$watch"
wait "$watch"
status=$?
sed -E 's/^[0-9:]{8} +([0-9]+) (.*) sent by \1 +-$/PID \2 sent by itself/; s/^[0-9:]{8} +[0-9]+/PID/' /tmp/seen
echo "ended $status"

# Its reader goes, and nothing happens.
mkfifo /tmp/out
nosigpipe-audit --watch >/tmp/out &
watch=$!
exec 7</tmp/out
read -r _ <&7
exec 7<&-
wait "$watch"
echo "unread $?"
echo "left $(find /sys/kernel/tracing/instances -mindepth 1 -maxdepth 1 | wc -l)"
poweroff -f
