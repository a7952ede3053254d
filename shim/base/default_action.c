#include "base/default_action.h"

#include "base/kernel_sigaction.h"
#include "base/sigset.h"

void take_default_action(void)
{
    const struct kernel_sigaction deadly = {.handler = (uintptr_t)SIG_DFL};
    struct kernel_sigaction guard;
    struct kernel_sigaction replaced;
    uint64_t mask;
    rt_sigaction(SIGPIPE, NULL, &guard);
    do {
        rt_sigaction(SIGPIPE, &deadly, NULL);
        SYSCALL(SYS_rt_sigprocmask, SIG_UNBLOCK, &sigpipe_bit, &mask, KERNEL_SIGSET_SIZE);
        SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), SIGPIPE);
        SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
        rt_sigaction(SIGPIPE, &guard, &replaced);
        /* Else another thread has set something in between, and the signal met that. */
    } while (replaced.handler != (uintptr_t)SIG_DFL);
}

void dump_core(void)
{
    static const uint64_t sigabrt_bit = UINT64_C(1) << (SIGABRT - 1);
    const struct kernel_sigaction deadly = {.handler = (uintptr_t)SIG_DFL};
    rt_sigaction(SIGABRT, &deadly, NULL);
    SYSCALL(SYS_rt_sigprocmask, SIG_UNBLOCK, &sigabrt_bit, NULL, KERNEL_SIGSET_SIZE);
    SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), SIGABRT);
}
