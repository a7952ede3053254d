/*
 * The write family without its sends (sends.c). None of these calls takes a flag against the
 * signal; the guard absorbs it. The interposers stand here for the time in which only they know
 * that no guard is up yet.
 */
#include "interpose/fallback.h"
#include "link/next.h"

EXPORT ssize_t write(int fd, const void *data, size_t size)
{
    if (!next.write)
        return FALLBACK_SYSCALL(SYS_write, fd, data, size);
    return next.write(fd, data, size);
}

EXPORT ssize_t __write(int fd, const void *data, size_t size)
{
    if (!next.__write)
        return FALLBACK_SYSCALL(SYS_write, fd, data, size);
    return next.__write(fd, data, size);
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!next.writev)
        return FALLBACK_SYSCALL(SYS_writev, fd, parts, count);
    return next.writev(fd, parts, count);
}

EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    if (!next.pwritev2)
        return FALLBACK_SYSCALL(SYS_pwritev2, fd, parts, count, FALLBACK_OFFSET(offset), flags);
    return next.pwritev2(fd, parts, count, offset, flags);
}

EXPORT ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset,
                           int flags)
{
    if (!next.pwritev64v2)
        return FALLBACK_SYSCALL(SYS_pwritev2, fd, parts, count, FALLBACK_OFFSET(offset), flags);
    return next.pwritev64v2(fd, parts, count, offset, flags);
}

EXPORT ssize_t sendfile(int fd, int in, off_t *offset, size_t size)
{
    if (!next.sendfile)
        return FALLBACK_SYSCALL(SYS_sendfile, fd, in, offset, size);
    return next.sendfile(fd, in, offset, size);
}

EXPORT ssize_t sendfile64(int fd, int in, off64_t *offset, size_t size)
{
    if (!next.sendfile64)
        return FALLBACK_SYSCALL(SYS_sendfile, fd, in, offset, size);
    return next.sendfile64(fd, in, offset, size);
}

EXPORT ssize_t splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size,
                      unsigned flags)
{
    if (!next.splice)
        return FALLBACK_SYSCALL(SYS_splice, in, in_offset, out, out_offset, size, flags);
    return next.splice(in, in_offset, out, out_offset, size, flags);
}

EXPORT ssize_t tee(int in, int out, size_t size, unsigned flags)
{
    if (!next.tee)
        return FALLBACK_SYSCALL(SYS_tee, in, out, size, flags);
    return next.tee(in, out, size, flags);
}

EXPORT ssize_t vmsplice(int fd, const struct iovec *parts, size_t count, unsigned flags)
{
    if (!next.vmsplice)
        return FALLBACK_SYSCALL(SYS_vmsplice, fd, parts, count, flags);
    return next.vmsplice(fd, parts, count, flags);
}
