/*
 * The calls that change or report a thread's signal mask. While SIGPIPE is blocked, a broken
 * write must leave it pending, as without the shim. So the first call that may block it ends
 * the use of MSG_NOSIGNAL (guard.h, may_suppress_signal), and in mode=ignore installs the
 * guard, which a signal must meet when it is unblocked. In mode=mask the app's mask is not the
 * kernel's (hidden_mask.h).
 */
#include <errno.h>

#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/sigmask.h"
#include "link/next.h"
#include "signal/hidden_mask.h"

void note_blocked(void)
{
    guard_note_blocked();
    guard_window_stays();
}

void note_mask(const sigset_t *mask)
{
    if (has_sigpipe(mask))
        note_blocked();
}

void note_wait(const sigset_t *mask)
{
    if (!mask)
        return;
    note_blocked();
    if (hidden_mask_is_on())
        hidden_mask_drain_unseen();
}

/* Whether the two sets share memory. */
static bool overlap(const sigset_t *set, const sigset_t *old)
{
    const uintptr_t distance = (uintptr_t)old - (uintptr_t)set;
    return set && old && distance + KERNEL_SIGSET_SIZE - 1 < 2 * KERNEL_SIGSET_SIZE - 1;
}

/* Whether the kernel can read the set, which it does before it checks `how` (kernel/signal.c,
   rt_sigprocmask). */
static bool is_readable(const sigset_t *set)
{
    return SYSCALL(SYS_rt_sigprocmask, -1, set, NULL, KERNEL_SIGSET_SIZE) == -EINVAL;
}

/* The set, or a copy in `space` where the call will write the old mask over it. */
static const sigset_t *kept_set(const sigset_t *set, const sigset_t *old, sigset_t *space)
{
    if (!overlap(set, old) || !is_readable(set))
        return set;
    set_first_signals(space, first_signals(set));
    return space;
}

/* Whether a failed call has changed the mask: the kernel writes the old one after that. */
static bool has_changed(int how, const sigset_t *set, const sigset_t *old)
{
    return old && (unsigned)how <= SIG_SETMASK && is_readable(set);
}

/* Changes the mask by `call`, and returns its result: 0, or anything else on failure. */
static int change_mask(int (*call)(int, const sigset_t *, sigset_t *), int how,
                       const sigset_t *set, sigset_t *old)
{
    struct mask_change change;
    sigset_t space;
    const sigset_t *const kept = kept_set(set, old, &space);
    hidden_mask_before(&change, how);
    const int error = call(how, set, old);
    if (error && !has_changed(how, set, old))
        return error;
    if (how != SIG_UNBLOCK)
        note_mask(kept);
    hidden_mask_after(&change, how, kept, error ? NULL : old);
    return error;
}

/* pthread_sigmask(3) by the system call. */
static int fallback_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    guard_install();
    return (int)-SYSCALL(SYS_rt_sigprocmask, how, set, old, KERNEL_SIGSET_SIZE);
}

int change_mask_by_number(int how, const sigset_t *set, sigset_t *old)
{
    return (int)libc_result(-change_mask(fallback_sigmask, how, set, old));
}

static int change_mask_by_name(int how, const sigset_t *set, sigset_t *old)
{
    return NEXT(sigprocmask) ? change_mask(next.sigprocmask, how, set, old)
                             : change_mask_by_number(how, set, old);
}

EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return change_mask_by_name(how, set, old);
}

/* Returns an errno value; pthread_sigmask(3). */
EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    return change_mask(NEXT(pthread_sigmask) ? next.pthread_sigmask : fallback_sigmask, how,
                       set, old);
}

bool change_mask_by(int how, uint64_t signals, sigset_t *old)
{
    sigset_t set;
    set_first_signals(&set, signals);
    return change_mask_by_name(how, &set, old) == 0;
}

/* The BSD calls, whose masks are the signals 1 to 32 as the bits of an int; sigblock(3). In
   mode=mask they become sigprocmask. */
static int change_bsd_mask(int (*call)(int), int how, int mask)
{
    sigset_t old;
    if (call && !hidden_mask_is_on()) {
        if ((unsigned)mask & sigpipe_bit)
            note_blocked();
        return call(mask);
    }
    return change_mask_by(how, (unsigned)mask, &old) ? (int)first_signals(&old) : -1;
}

EXPORT int sigblock(int mask)
{
    return change_bsd_mask(NEXT(sigblock), SIG_BLOCK, mask);
}

EXPORT int sigsetmask(int mask)
{
    return change_bsd_mask(NEXT(sigsetmask), SIG_SETMASK, mask);
}

EXPORT int siggetmask(void)
{
    if (NEXT(siggetmask) && !hidden_mask_is_on())
        return next.siggetmask();
    return change_bsd_mask(NULL, SIG_BLOCK, 0);
}

/* The System V calls; sighold(3). */
static int change_one(int (*call)(int), int how, int signal_number)
{
    if (signal_number != SIGPIPE && call)
        return call(signal_number);
    return change_mask_by(how, signal_bit(signal_number), NULL) ? 0 : -1;
}

EXPORT int sighold(int signal_number)
{
    return change_one(NEXT(sighold), SIG_BLOCK, signal_number);
}

EXPORT int sigrelse(int signal_number)
{
    return change_one(NEXT(sigrelse), SIG_UNBLOCK, signal_number);
}

EXPORT int sigpending(sigset_t *set)
{
    const int result = NEXT(sigpending)
                           ? next.sigpending(set)
                           : (int)FALLBACK_SYSCALL(SYS_rt_sigpending, set, KERNEL_SIGSET_SIZE);
    if (result == 0 && hidden_mask_hides())
        set_sigpipe(set, false);
    return result;
}
