#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a system with the kernel's protocols. Prints which of them refuse MSG_NOSIGNAL, and whether sends
# answer the same in each mode of the library.

/bin/busybox --install -s /bin
export PATH=/bin:/tests
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
ip link set lo up
depmod
for module in af_alg af_key appletalk ax25 bluetooth caif_socket can_bcm can_isotp can_j1939 can_raw dccp_ipv4 dccp_ipv6 \
    ieee802154_socket kcm l2tp_ip llc2 mctp netrom nfc phonet pn_pep pppoe qrtr rds rds_tcp rfcomm rose rxrpc sctp smc tipc \
    vsock vsock_loopback x25; do
    modprobe "$module" 2>/dev/null
done
echo begin
uname -r
in_state ignored protocols >/tmp/oracle
echo "protocols: $(grep -c '' /tmp/oracle)"
for mode in catch ignore mask flags; do
    in_state default env LD_PRELOAD=/lib/libnosigpipe.so NOSIGPIPE_OPTIONS="mode=$mode" protocols >/tmp/seen
    diff /tmp/oracle /tmp/seen && echo "mode=$mode: equal"
done
in_state ignored protocols --refuse | sed 's/^/refuses: /'
echo end
poweroff -f
