#include "interpose/rwf_nosignal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "interpose/fallback.h"
#include "interpose/next_writes.h"
#include "report/fd_info.h"
#include "report/usdt.h"

static struct next_writes real;

/* Whether the kernel has refused the flag on a pipe or a socket: then it does not know it. */
static bool flag_is_unknown;

/* For parts that the kernel has read. */
static bool are_empty(const struct iovec *parts, int count)
{
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len)
            return false;
    }
    return true;
}

/* Writes with the flag, and stores the result. False, with errno as it was, where the call must
   be made without: the kernel or the file refuses the flag (EOPNOTSUPP: procfs, eventfd) and
   has written nothing, or it has no such call and musl says so (ENOSYS; Linux before 4.6;
   glibc makes that EOPNOTSUPP, pwritev2.c), or there is nothing to write, which pwritev2 does
   not pass on to a socket (fs/read_write.c, do_iter_writev) but write does. */
static bool answer_without_signal(int fd, const struct iovec *parts, int count, ssize_t *answer)
{
    if (!may_suppress_signal || flag_is_unknown || usdt_is_traced())
        return false;
    const int kept = *__errno_location();
    *answer = real.pwritev2(fd, parts, count, -1, RWF_NOSIGNAL);
    if (*answer == 0)
        return !are_empty(parts, count);
    const int error = *__errno_location();
    if (*answer > 0 || (error != EOPNOTSUPP && error != ENOSYS))
        return true;
    if (SYSCALL(SYS_fcntl, fd, F_GETPIPE_SZ) > 0 || fd_socket_option(fd, SO_TYPE) >= 0)
        flag_is_unknown = true;
    *__errno_location() = kept;
    return false;
}

static ssize_t nosignal_writev(int fd, const struct iovec *parts, int count)
{
    ssize_t answer;
    return answer_without_signal(fd, parts, count, &answer) ? answer
                                                            : real.writev(fd, parts, count);
}

/* The same for one buffer. Above SSIZE_MAX, pwritev2 fails with another errno than write. */
#define NOSIGNAL_WRITE(name)                                                                   \
    static ssize_t nosignal_##name(int fd, const void *data, size_t size)                      \
    {                                                                                          \
        const struct iovec part = {(void *)(uintptr_t)data, size};                             \
        ssize_t answer;                                                                        \
        return size <= SSIZE_MAX && answer_without_signal(fd, &part, 1, &answer)               \
                   ? answer                                                                    \
                   : real.name(fd, data, size);                                                \
    }
NOSIGNAL_WRITE(write)
NOSIGNAL_WRITE(__write)

void rwf_nosignal_install(void)
{
    if (!next.pwritev2 || !__errno_location)
        return;
    keep_next(&real);
    REPLACE_NEXT(nosignal_, write)
    REPLACE_NEXT(nosignal_, __write)
    REPLACE_NEXT(nosignal_, writev)
}
