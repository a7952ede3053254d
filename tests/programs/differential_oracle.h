/*
 * The oracle: a run without the shim that shows what a protected program must answer. Where the
 * default stands the kernel has `absorb`, a handler that lets a broken write's signal go by and
 * dies of one that was sent, and that is taken away for as long as a disposition is set or
 * asked for. Not SIG_IGN: to set that discards what is pending, and exec hands it on.
 *
 * So it is one more shim, but for a program that has no second thread running, does not care
 * for what happens in between, and tells which signals it sends: kill(2) looks like a broken
 * write to a handler, and here puts a mark into the siginfo, which a process may do that sends
 * one to itself (rt_sigqueueinfo(2)).
 */
#ifndef DIFFERENTIAL_ORACLE_H
#define DIFFERENTIAL_ORACLE_H

#include "differential.h"

struct kernel_action {
    uintptr_t handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

enum { MARK = 0x5e47 };

/* The default with the flags and the mask that the program gave it, while `absorb` stands. */
static struct kernel_action real_default;

static inline int rt_sigaction(int signal_number, const struct kernel_action *action,
                               struct kernel_action *old)
{
    return (int)syscall(SYS_rt_sigaction, signal_number, action, old, KERNEL_SET);
}

_Noreturn static inline void die_of_sigpipe(void)
{
    const struct kernel_action deadly = {.handler = (uintptr_t)SIG_DFL};
    const uint64_t set = bit_of(SIGPIPE);
    rt_sigaction(SIGPIPE, &deadly, NULL);
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, KERNEL_SET);
    syscall(SYS_tgkill, getpid(), gettid(), SIGPIPE);
    _exit(98);
}

static inline bool was_sent(const siginfo_t *info)
{
    return info->si_code != SI_USER || info->si_pid != getpid() ||
           info->si_value.sival_int == MARK;
}

static void absorb(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)context;
    if (was_sent(info))
        die_of_sigpipe();
    transcript->absorbed++;
}

static inline bool absorbs(void)
{
    struct kernel_action now;
    return is_oracle && rt_sigaction(SIGPIPE, NULL, &now) == 0 &&
           now.handler == (uintptr_t)absorb;
}

/* Puts `absorb` where the default stands. */
static inline void protect(void)
{
    const int error = errno;
    struct kernel_action now;
    struct sigaction absorbing = {.sa_sigaction = absorb, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigfillset(&absorbing.sa_mask); /* a second deadly signal waits, as for the default */
    if (is_oracle && rt_sigaction(SIGPIPE, NULL, &now) == 0 &&
        now.handler == (uintptr_t)SIG_DFL) {
        real_default = now;
        sigaction(SIGPIPE, &absorbing, NULL);
    }
    errno = error;
}

/* Puts the default back, for protect() to end it. */
static inline void expose(void)
{
    const int error = errno;
    if (absorbs())
        rt_sigaction(SIGPIPE, &real_default, NULL);
    errno = error;
}

/* For a call that is about to unblock SIGPIPE while it is exposed: takes away what is no reason
   to die. */
static inline void drain(void)
{
    const int error = errno;
    const uint64_t set = bit_of(SIGPIPE);
    const struct timespec zero = {0};
    siginfo_t info;
    while (is_oracle &&
           syscall(SYS_rt_sigtimedwait, &set, &info, &zero, KERNEL_SET) == SIGPIPE) {
        if (was_sent(&info))
            die_of_sigpipe();
        transcript->absorbed++;
    }
    errno = error;
}

/* kill(2) of this process as the oracle makes it. By the id of this thread: only to itself may
   one send what says SI_USER. */
static inline int marked_kill(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = SI_USER};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = MARK;
    return (int)syscall(SYS_rt_sigqueueinfo, gettid(), SIGPIPE, &info);
}

#endif
