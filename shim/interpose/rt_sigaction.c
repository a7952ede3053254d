/* The system calls that set a disposition, made by number: rt_sigaction(2) and, on 32-bit CPUs
   and s390x, those that precede it. */
#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/sigset.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/rt_sigaction.h"
#include "interpose/sigaction.h"
#include "interpose/sigmask.h"

/* The kernel reads `action` before it checks the signal's number, so that signal 0 shows
   whether `action` is readable: EINVAL or EFAULT. It writes `old` last, and a failure of that
   leaves the disposition set (kernel/signal.c). */
long rt_sigaction_by_number(const struct kernel_sigaction *action, struct kernel_sigaction *old)
{
    struct sigaction set;
    struct sigaction was;
    if (action) {
        const long answer = SYSCALL(SYS_rt_sigaction, 0, action, NULL, KERNEL_SIGSET_SIZE);
        if (answer != -EINVAL)
            return libc_result(answer);
        struct kernel_sigaction readable;
        __builtin_memcpy(&readable, action, sizeof(readable));
        set = kernel_sigaction_to_libc(&readable);
    }
    if (sigaction_through(NULL, SIGPIPE, action ? &set : NULL, &was) != 0)
        return -1;
    if (!old)
        return 0;
    const struct kernel_sigaction result = {.handler = (uintptr_t)was.sa_handler,
                                            .flags = (unsigned)was.sa_flags,
                                            .restorer = was.sa_restorer,
                                            .mask = first_signals(&was.sa_mask)};
    const long answer = SYSCALL(SYS_rt_sigaction, SIGPIPE, NULL, old, KERNEL_SIGSET_SIZE);
    if (answer == 0)
        __builtin_memcpy(old, &result, sizeof(result));
    return libc_result(answer);
}

#if defined(HAS_OLD_SIGACTION)
/* The kernel's struct old_sigaction, from before real-time signals: its set is a long. */
struct old_action {
    uintptr_t handler;
    unsigned long mask;
    unsigned long flags;
    void (*restorer)(void);
};

static struct old_action old_action_of(const struct sigaction *action)
{
    return (struct old_action){(uintptr_t)action->sa_handler,
                               (unsigned long)first_signals(&action->sa_mask),
                               (unsigned)action->sa_flags, action->sa_restorer};
}

static struct sigaction action_of(struct old_action old)
{
    struct sigaction action = {.sa_handler = (sighandler_t)old.handler,
                               .sa_flags = (int)old.flags,
                               .sa_restorer = old.restorer};
    set_first_signals(&action.sa_mask, old.mask);
    return action;
}

/* sigaction(2), which reads and writes in the order of rt_sigaction(2). Returns 0, or -1 with
   errno set. */
static long set_old_disposition(const struct old_action *action, struct old_action *old)
{
    struct sigaction set;
    struct sigaction was;
    if (action) {
        const long answer = SYSCALL(SYS_sigaction, 0, action, NULL);
        if (answer != -EINVAL)
            return libc_result(answer);
        set = action_of(*action);
    }
    if (sigaction_through(NULL, SIGPIPE, action ? &set : NULL, &was) != 0)
        return -1;
    const long answer = old ? SYSCALL(SYS_sigaction, SIGPIPE, NULL, old) : 0;
    if (old && answer == 0)
        *old = old_action_of(&was);
    return libc_result(answer);
}

#if defined(SYS_signal)
/* signal(2), where the CPU has it: the kernel resets the handler when it runs, and does not
   block the signal meanwhile (kernel/signal.c). Returns the previous handler, or -1 with errno
   set. */
static long set_handler(uintptr_t handler)
{
    const struct sigaction set = {.sa_handler = (sighandler_t)handler,
                                  .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    struct sigaction was;
    return sigaction_through(NULL, SIGPIPE, &set, &was) == 0 ? (long)was.sa_handler : -1;
}
#endif

bool old_sigaction_by_number(long number, const long *a, long *result)
{
    switch (number) {
#if defined(SYS_signal)
    case SYS_signal:
        if (a[0] != SIGPIPE || options.off)
            return false;
        *result = set_handler((uintptr_t)a[1]);
        return true;
#endif
#if defined(SYS_ssetmask)
    case SYS_ssetmask:
        note_blocked();
        return false;
#endif
    case SYS_sigaction:
        if (a[0] != SIGPIPE || options.off) {
            note_blocked(); /* the handler may block SIGPIPE; its mask is not read */
            return false;
        }
        *result =
            set_old_disposition((const struct old_action *)a[1], (struct old_action *)a[2]);
        return true;
    case SYS_sigprocmask:
    case SYS_sigsuspend:
        note_blocked();
        return false;
    default:
        return false;
    }
}
#endif
