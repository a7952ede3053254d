/*
 * The calls of the write family that take MSG_ flags. They add MSG_NOSIGNAL while nothing but
 * the guard could receive the signal (guard_send_flag), so that a broken send raises none.
 * While a tracer listens they do not: the guard reports the event from the signal.
 */
#include "interpose/fallback.h"
#include "link/next.h"
#include "report/usdt.h"

/* The system call of each; send is sendto without an address. */
#define BY_send       SYS_sendto, fd, data, size, flags, NULL
#define BY___send     SYS_sendto, fd, data, size, flags, NULL
#define BY_sendto     SYS_sendto, fd, data, size, flags, SOCKET_ADDRESS(to), to_size
#define BY_sendmsg    SYS_sendmsg, fd, message, flags
#define BY_sendmmsg   SYS_sendmmsg, fd, messages, count, flags
#define BY___sendmmsg SYS_sendmmsg, fd, messages, count, flags

#define WRITE(...)
#define SEND(result, name, parameters, arguments, ...)                                         \
    EXPORT result name parameters                                                              \
    {                                                                                          \
        if (!next.name)                                                                        \
            return (result)FALLBACK_SYSCALL(BY_##name);                                        \
        if (!usdt_is_traced())                                                                 \
            flags |= guard_send_flag;                                                          \
        return next.name arguments;                                                            \
    }
#include "writes.def"
