/*
 * The members of the write family that take MSG_ flags. While the guard is all that a broken
 * send could meet, MSG_NOSIGNAL is added and no signal is raised at all; but while a tracer
 * listens it is raised, for the guard to tell of.
 */
#include "interpose/fallback.h"
#include "link/next.h"
#include "report/usdt.h"

EXPORT ssize_t send(int fd, const void *data, size_t size, int flags)
{
    if (!next.send)
        return FALLBACK_SYSCALL(SYS_sendto, fd, data, size, flags, NULL);
    if (usdt_is_traced())
        return next.send(fd, data, size, flags);
    return next.send(fd, data, size, flags | guard_send_flag);
}

EXPORT ssize_t __send(int fd, const void *data, size_t size, int flags)
{
    if (!next.__send)
        return FALLBACK_SYSCALL(SYS_sendto, fd, data, size, flags, NULL);
    if (usdt_is_traced())
        return next.__send(fd, data, size, flags);
    return next.__send(fd, data, size, flags | guard_send_flag);
}

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags, socket_address to,
                      socklen_t to_size)
{
    if (!next.sendto)
        return FALLBACK_SYSCALL(SYS_sendto, fd, data, size, flags, SOCKET_ADDRESS(to), to_size);
    if (usdt_is_traced())
        return next.sendto(fd, data, size, flags, to, to_size);
    return next.sendto(fd, data, size, flags | guard_send_flag, to, to_size);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (!next.sendmsg)
        return FALLBACK_SYSCALL(SYS_sendmsg, fd, message, flags);
    if (usdt_is_traced())
        return next.sendmsg(fd, message, flags);
    return next.sendmsg(fd, message, flags | guard_send_flag);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    if (!next.sendmmsg)
        return (int)FALLBACK_SYSCALL(SYS_sendmmsg, fd, messages, count, flags);
    if (usdt_is_traced())
        return next.sendmmsg(fd, messages, count, flags);
    return next.sendmmsg(fd, messages, count, flags | guard_send_flag);
}

EXPORT int __sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    if (!next.__sendmmsg)
        return (int)FALLBACK_SYSCALL(SYS_sendmmsg, fd, messages, count, flags);
    if (usdt_is_traced())
        return next.__sendmmsg(fd, messages, count, flags);
    return next.__sendmmsg(fd, messages, count, flags | guard_send_flag);
}
