/*
 * The calls that may block SIGPIPE in a thread, or run a handler with it blocked. A broken
 * write there must leave the signal pending, as it would without the shim, so the sends stop
 * adding MSG_NOSIGNAL once such a call has been seen.
 */
#include "masks.h"
#include "early.h"
#include "next.h"
#include "sigpipe.h"

void note_mask(const sigset_t *mask)
{
    if (has_sigpipe(mask))
        guard_take_signals();
}

EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    if (how != SIG_UNBLOCK)
        note_mask(set);
    if (!next.sigprocmask)
        return (int)EARLY(SYS_rt_sigprocmask, how, set, old, KERNEL_SIGSET_SIZE);
    return next.sigprocmask(how, set, old);
}

/* Answers with an errno value, unlike its sisters; pthread_sigmask(3). */
EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    if (how != SIG_UNBLOCK)
        note_mask(set);
    if (!next.pthread_sigmask)
        return (int)-RAW(SYS_rt_sigprocmask, how, set, old, KERNEL_SIGSET_SIZE);
    return next.pthread_sigmask(how, set, old);
}

/* BSD's, with the signals 1 to 31 as bits of an int; the rest of the mask is left or cleared as
   sysdeps/posix/sigblock.c and sigsetmask.c in glibc have it. */
static int early_bsd_mask(int how, int mask)
{
    unsigned long set = (unsigned)mask;
    unsigned long old = 0;
    if (EARLY(SYS_rt_sigprocmask, how, &set, &old, KERNEL_SIGSET_SIZE) != 0)
        return -1;
    return (int)old;
}

EXPORT int sigblock(int mask)
{
    if ((unsigned)mask & sigpipe_bit)
        guard_take_signals();
    return next.sigblock ? next.sigblock(mask) : early_bsd_mask(SIG_BLOCK, mask);
}

EXPORT int sigsetmask(int mask)
{
    if ((unsigned)mask & sigpipe_bit)
        guard_take_signals();
    return next.sigsetmask ? next.sigsetmask(mask) : early_bsd_mask(SIG_SETMASK, mask);
}

EXPORT int sighold(int signal_number)
{
    if (signal_number == SIGPIPE)
        guard_take_signals();
    if (next.sighold)
        return next.sighold(signal_number);
    const unsigned long set = 1ul << (signal_number - 1);
    return (int)EARLY(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, KERNEL_SIGSET_SIZE);
}

EXPORT int sigsuspend(const sigset_t *mask)
{
    note_mask(mask);
    if (!next.sigsuspend)
        return (int)EARLY(SYS_rt_sigsuspend, mask, KERNEL_SIGSET_SIZE);
    return next.sigsuspend(mask);
}

EXPORT int __sigsuspend(const sigset_t *mask)
{
    note_mask(mask);
    if (!next.__sigsuspend)
        return (int)EARLY(SYS_rt_sigsuspend, mask, KERNEL_SIGSET_SIZE);
    return next.__sigsuspend(mask);
}
