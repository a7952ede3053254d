/* The calls that wait for a signal, or with another signal mask. */
#include <errno.h>
#include <time.h>

#include "interpose/fallback.h"
#include "interpose/sigmask.h"
#include "link/next.h"

static int suspend_by(int (*call)(const sigset_t *), const sigset_t *mask)
{
    note_wait(mask);
    return call ? call(mask)
                : (int)FALLBACK_SYSCALL(SYS_rt_sigsuspend, mask, KERNEL_SIGSET_SIZE);
}

EXPORT int sigsuspend(const sigset_t *mask)
{
    return suspend_by(NEXT(sigsuspend), mask);
}

EXPORT int __sigsuspend(const sigset_t *mask)
{
    return suspend_by(NEXT(__sigsuspend), mask);
}

/* A SIGPIPE that somebody sends meanwhile must have its effect, also in the modes that keep it
   from the guard. */
EXPORT int pause(void)
{
    const struct guard_window guard_window = guard_window_begin_wait();
    const int result = NEXT(pause) ? next.pause() : (int)libc_result(-ENOSYS);
    guard_window_end(guard_window);
    return result;
}

/* An interposer whose parameter `mask` is the mask to wait with, or NULL. */
#define WAIT(name, parameters, arguments, fallback)                                            \
    EXPORT int name parameters                                                                 \
    {                                                                                          \
        if (!NEXT(name))                                                                       \
            return (int)(fallback);                                                            \
        note_wait(mask);                                                                       \
        return next.name arguments;                                                            \
    }

/* The system calls write the time that is left into the timeout, which libc's functions do not
   change (ppoll(2), pselect(2)): they get a copy. */
static int fallback_ppoll(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                          const sigset_t *mask)
{
    struct timespec left = timeout ? *timeout : (struct timespec){0};
    return (int)FALLBACK_SYSCALL(SYS_ppoll, polled, count, timeout ? &left : NULL, mask,
                                 KERNEL_SIGSET_SIZE);
}

static int fallback_pselect(int count, fd_set *readable, fd_set *writable, fd_set *except,
                            const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left = timeout ? *timeout : (struct timespec){0};
    const uintptr_t set[] = {(uintptr_t)mask, KERNEL_SIGSET_SIZE};
    return (int)FALLBACK_SYSCALL(SYS_pselect6, count, readable, writable, except,
                                 timeout ? &left : NULL, set);
}

WAIT(ppoll,
     (struct pollfd * polled, nfds_t count, const struct timespec *timeout,
      const sigset_t *mask),
     (polled, count, timeout, mask), fallback_ppoll(polled, count, timeout, mask))

/* ppoll under _FORTIFY_SOURCE, which checks the size of `polled`. */
WAIT(__ppoll_chk,
     (struct pollfd * polled, nfds_t count, const struct timespec *timeout,
      const sigset_t *mask, size_t polled_size),
     (polled, count, timeout, mask, polled_size), fallback_ppoll(polled, count, timeout, mask))

WAIT(pselect,
     (int count, fd_set *readable, fd_set *writable, fd_set *except,
      const struct timespec *timeout, const sigset_t *mask),
     (count, readable, writable, except, timeout, mask),
     fallback_pselect(count, readable, writable, except, timeout, mask))

WAIT(epoll_pwait,
     (int fd, struct epoll_event *events, int count, int timeout, const sigset_t *mask),
     (fd, events, count, timeout, mask),
     FALLBACK_SYSCALL(SYS_epoll_pwait, fd, events, count, timeout, mask, KERNEL_SIGSET_SIZE))

WAIT(epoll_pwait2,
     (int fd, struct epoll_event *events, int count, const struct timespec *timeout,
      const sigset_t *mask),
     (fd, events, count, timeout, mask),
     FALLBACK_SYSCALL(SYS_epoll_pwait2, fd, events, count, timeout, mask, KERNEL_SIGSET_SIZE))

/* glibc only. Elsewhere a thread's attributes have no mask. */
EXPORT int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *mask)
{
    if (mask)
        note_blocked();
    return NEXT(pthread_attr_setsigmask_np) ? next.pthread_attr_setsigmask_np(attributes, mask)
                                            : ENOSYS;
}
