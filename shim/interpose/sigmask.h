#ifndef NOSIGPIPE_SIGMASK_H
#define NOSIGPIPE_SIGMASK_H

#include "base/libc.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "signal/guard_window.h"

/* Whether the calling thread has SIGPIPE blocked in the kernel; false where that may not be
   asked. */
static inline bool sigpipe_is_blocked(void)
{
    uint64_t mask = 0;
    return SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, KERNEL_SIGSET_SIZE) == 0 &&
           (mask & sigpipe_bit);
}

/* A thread has SIGPIPE blocked from here on, or may have. */
void note_blocked(void);

/* The calling thread has, or may be about to have, these signals blocked. `mask` may be NULL.
   It is read: the kernel must have done so before, or libc must be about to. */
void note_mask(const sigset_t *mask);

/* Changes the calling thread's mask by rt_sigprocmask(2), with the kernel's set of 8 bytes: 0,
   or -1 with errno set. */
int change_mask_by_number(int how, const sigset_t *set, sigset_t *old);

/* A wait is about to have this mask, which is not looked at, or NULL for its duration. */
void note_wait(const sigset_t *mask);

/* sigprocmask(2) with the signals 1 to 64 as a word; `old` may be NULL. False, with errno
   set, where it failed. */
bool change_mask_by(int how, uint64_t signals, sigset_t *old);

#endif
