/*
 * A preloaded object behind the shim: sends on a netlink socket that are given MSG_NOSIGNAL are
 * refused with EINVAL, as some protocols do (net/qrtr/af_qrtr.c, net/ax25/af_ax25.c), which
 * take modules that a kernel may not have.
 */
#include <errno.h>

#include "../../shim/base/libc.h"
#include "preload_next.h"

/* What to do with the families of the table: the sends are of interest. */
#define OF_SEND(...)     __VA_ARGS__
#define OF_MESSAGE(...)  __VA_ARGS__
#define OF_MESSAGES(...) __VA_ARGS__
#define OF_WRITE(...)
#define OF_VECTOR(...)
#define OF_COPY(...)
#define OF_SPLICE(...)
#define OF_TEE(...)
#define OF_OTHER(...)

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

#define CALL(result, name, parameters, arguments, family)                                      \
    OF_##family(REFUSE_OR_PASS_ON(result, name, parameters, arguments))
#include "../../shim/calls.def"
#undef CALL
