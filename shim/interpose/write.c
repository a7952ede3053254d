/*
 * The calls of the write family that take no MSG_ flags (the others: send.c). The guard absorbs
 * the signal of a broken one, so all that an interposer does itself is to install the guard for
 * a call that comes before the constructor.
 */
#include "interpose/fallback.h"
#include "link/next.h"

/* The system call of each. */
#define BY_write       SYS_write, fd, data, size
#define BY___write     SYS_write, fd, data, size
#define BY_writev      SYS_writev, fd, parts, count
#define BY_pwritev2    SYS_pwritev2, fd, parts, count, FALLBACK_OFFSET(offset), flags
#define BY_pwritev64v2 SYS_pwritev2, fd, parts, count, FALLBACK_OFFSET(offset), flags
#define BY_sendfile    SYS_sendfile, fd, in, offset, size
#define BY_sendfile64  SYS_sendfile, fd, in, offset, size
#define BY_splice      SYS_splice, in, in_offset, out, out_offset, size, flags
#define BY_tee         SYS_tee, in, out, size, flags
#define BY_vmsplice    SYS_vmsplice, fd, parts, count, flags

#define SEND(...)
#define WRITE(result, name, parameters, arguments, ...)                                        \
    EXPORT result name parameters                                                              \
    {                                                                                          \
        if (!next.name)                                                                        \
            return FALLBACK_SYSCALL(BY_##name);                                                \
        return next.name arguments;                                                            \
    }
#include "writes.def"
