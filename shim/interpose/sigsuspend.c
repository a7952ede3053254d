/* The calls that take a signal mask for a while, or for later: see masks.c. The kernel writes
   the time left over into a timeout, and libc hides that: so does the early path, with a copy.
 */
#include <errno.h>
#include <time.h>

#include "interpose/fallback.h"
#include "interpose/sigmask.h"
#include "link/next.h"

static int early_ppoll(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                       const sigset_t *mask)
{
    struct timespec left = timeout ? *timeout : (struct timespec){0};
    return (int)FALLBACK_SYSCALL(SYS_ppoll, polled, count, timeout ? &left : NULL, mask,
                                 KERNEL_SIGSET_SIZE);
}

EXPORT int ppoll(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                 const sigset_t *mask)
{
    if (!NEXT(ppoll))
        return early_ppoll(polled, count, timeout, mask);
    note_wait(mask);
    return next.ppoll(polled, count, timeout, mask);
}

/* What _FORTIFY_SOURCE makes of ppoll; it checks the size of `polled`. */
EXPORT int __ppoll_chk(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                       const sigset_t *mask, size_t polled_size)
{
    if (!NEXT(__ppoll_chk))
        return early_ppoll(polled, count, timeout, mask);
    note_wait(mask);
    return next.__ppoll_chk(polled, count, timeout, mask, polled_size);
}

EXPORT int pselect(int count, fd_set *readable, fd_set *writable, fd_set *except,
                   const struct timespec *timeout, const sigset_t *mask)
{
    if (!NEXT(pselect)) {
        struct timespec left = timeout ? *timeout : (struct timespec){0};
        const uintptr_t set[] = {(uintptr_t)mask, KERNEL_SIGSET_SIZE};
        return (int)FALLBACK_SYSCALL(SYS_pselect6, count, readable, writable, except,
                                     timeout ? &left : NULL, set);
    }
    note_wait(mask);
    return next.pselect(count, readable, writable, except, timeout, mask);
}

EXPORT int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout,
                       const sigset_t *mask)
{
    if (!NEXT(epoll_pwait))
        return (int)FALLBACK_SYSCALL(SYS_epoll_pwait, fd, events, count, timeout, mask,
                                     KERNEL_SIGSET_SIZE);
    note_wait(mask);
    return next.epoll_pwait(fd, events, count, timeout, mask);
}

EXPORT int epoll_pwait2(int fd, struct epoll_event *events, int count,
                        const struct timespec *timeout, const sigset_t *mask)
{
    if (!NEXT(epoll_pwait2))
        return (int)FALLBACK_SYSCALL(SYS_epoll_pwait2, fd, events, count, timeout, mask,
                                     KERNEL_SIGSET_SIZE);
    note_wait(mask);
    return next.epoll_pwait2(fd, events, count, timeout, mask);
}

/* glibc only; without it there is nothing that could keep the mask. */
EXPORT int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *mask)
{
    if (mask)
        note_blocked();
    return NEXT(pthread_attr_setsigmask_np) ? next.pthread_attr_setsigmask_np(attributes, mask)
                                            : ENOSYS;
}
