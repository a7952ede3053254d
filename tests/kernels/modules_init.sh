#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a system with a security module. Prints what a visit and the preload answer there. /tests/profiles,
# if it is there, are compiled profiles of AppArmor.

/bin/busybox --install -s /bin
export PATH=/bin:/tests
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t securityfs securityfs /sys/kernel/security
mkfifo /tmp/lines

# Starts a program, with this in LD_PRELOAD. Sets `pid`.
start() { # PROGRAM PRELOAD
    : >/tmp/answers # has "ready" of the one before
    LD_PRELOAD=$2 "$1" </tmp/lines >/tmp/answers 2>&1 &
    pid=$!
    exec 5>/tmp/lines
    until grep -q ready /tmp/answers; do usleep 10000; done
    echo "$1 is $(cat "/proc/$pid/attr/current")${2:+, preloaded}"
}

end() {
    echo w >&5
    exec 5>&-
    wait "$pid"
    status=$?
}

visited_by() { # VISITOR PROGRAM
    start "$2" ''
    "$1" visit '' "$pid" 2>&1 | sed "s/\<$pid\>/PID/"
    end
    echo "status $status"
    tail -n 1 /tmp/answers
}

echo begin
[ ! -e /tests/profiles ] || cat /tests/profiles >/sys/kernel/security/apparmor/.load
[ ! -e /sys/fs/selinux ] || mount -t selinuxfs selinuxfs /sys/fs/selinux
[ ! -e /sys/fs/selinux/enforce ] || echo "enforce: $(cat /sys/fs/selinux/enforce)"
visited_by nosigpipe-attach visited
visited_by confined_attach visited_static
visited_by confined_attach visited
start visited /lib/libnosigpipe.so
end
cat /tmp/answers
echo end
poweroff -f
