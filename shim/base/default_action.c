#include "base/default_action.h"

#include "base/kernel_sigaction.h"
#include "base/sigset.h"

static const struct kernel_sigaction default_action = {.handler = (uintptr_t)SIG_DFL};

/* Unblocks a signal and raises it in this thread. Fills `mask`, if not NULL, with the mask from
   before. */
static void raise_unblocked(int signal_number, uint64_t *mask)
{
    const uint64_t bit = SIGNAL_BIT(signal_number);
    SYSCALL(SYS_rt_sigprocmask, SIG_UNBLOCK, &bit, mask, KERNEL_SIGSET_SIZE);
    SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), signal_number);
}

void take_default_action(void)
{
    struct kernel_sigaction guard;
    struct kernel_sigaction replaced;
    uint64_t mask;
    rt_sigaction(SIGPIPE, NULL, &guard);
    do {
        rt_sigaction(SIGPIPE, &default_action, NULL);
        raise_unblocked(SIGPIPE, &mask);
        SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
        rt_sigaction(SIGPIPE, &guard, &replaced);
        /* Otherwise another thread changed the disposition, and the signal met that one. */
    } while (replaced.handler != (uintptr_t)SIG_DFL);
}

void dump_core(void)
{
    rt_sigaction(SIGABRT, &default_action, NULL);
    raise_unblocked(SIGABRT, NULL);
}
