/*
 * A preloaded object behind the shim: sends on a netlink socket that are given MSG_NOSIGNAL are
 * refused with EINVAL, as some protocols do (net/qrtr/af_qrtr.c, net/ax25/af_ax25.c), which
 * take modules that a kernel may not have.
 */
#include <errno.h>

#include "../../shim/base/libc.h"
#include "preload_next.h"

static bool is_refused(int fd, int flags)
{
    int family = 0;
    socklen_t size = sizeof family;
    return (flags & MSG_NOSIGNAL) &&
           getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 && family == AF_NETLINK;
}

#define REFUSE_OR_PASS_ON(result, name, parameters, arguments)                                 \
    result name parameters;                                                                    \
    result name parameters                                                                     \
    {                                                                                          \
        if (!is_refused(fd, flags))                                                            \
            return ((result(*) parameters)next_of(#name))arguments;                            \
        errno = EINVAL;                                                                        \
        return -1;                                                                             \
    }

#define WRITE(...)
#define SEND(result, name, parameters, arguments, ...)                                         \
    REFUSE_OR_PASS_ON(result, name, parameters, arguments)
#include "../../shim/writes.def"
