/*
 * The calls that make a socket. Some protocols raise no signal, but refuse a send that has
 * MSG_NOSIGNAL (Linux 6.18: net/rds/send.c, net/qrtr/af_qrtr.c, net/ax25/af_ax25.c,
 * net/netrom/af_netrom.c, net/rose/af_rose.c, net/appletalk/ddp.c, net/x25/af_x25.c). So a
 * socket of any but the usual families, whose protocols all accept the flag, ends its use. The
 * first socket begins it, if nothing speaks against it (guard.h, may_suppress_signal).
 */
#include "base/seccomp.h"
#include "interpose/fallback.h"
#include "link/next.h"

static void note_family(int family)
{
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
        guard_end_suppression();
    else if (!sandboxed)
        guard_begin_suppression();
}

EXPORT int socket(int family, int type, int protocol)
{
    note_family(family);
    return NEXT(socket) ? next.socket(family, type, protocol)
                        : (int)FALLBACK_SYSCALL(SYS_socket, family, type, protocol);
}

EXPORT int socketpair(int family, int type, int protocol, int pair[2])
{
    note_family(family);
    return NEXT(socketpair)
               ? next.socketpair(family, type, protocol, pair)
               : (int)FALLBACK_SYSCALL(SYS_socketpair, family, type, protocol, pair);
}
