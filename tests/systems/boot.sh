#!/bin/sh
# boot.sh UNIT [LOG-TARGET]: boots the systemd of this system, which in_root has laid out, with that unit. It
# ends when systemd ends. It has its own processes, network, host name and control group.

set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /sys
mkdir -p /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
group=$(mktemp -d /sys/fs/cgroup/nosigpipe.XXXXXX)

# In a container systemd does not touch the machine. It sees only the file systems mounted here.
status=0
# shellcheck disable=SC2016 # the inner shell's variables
(
    echo 0 >"$group/cgroup.procs"
    exec timeout -s KILL 170 unshare --mount --pid --fork --kill-child --cgroup --net --uts \
        sh -ec '
        mount -t proc proc /proc
        umount /sys/fs/cgroup
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        exec env -i container=test PATH="$PATH" /lib/systemd/systemd --unit="$1" \
            --log-target="$2" --show-status=no' - "$1" "${2:-console}"
) || status=$?
find "$group" -depth -type d -exec rmdir {} \;
exit "$status"
