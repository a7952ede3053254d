#ifndef NOSIGPIPE_SIGMASK_H
#define NOSIGPIPE_SIGMASK_H

#include "base/libc.h"
#include "base/sigset.h"
#include "signal/guard_window.h"

/* To be called where SIGPIPE may be blocked in a thread from now on. */
void note_blocked(void);

/* To be called with a mask that a thread has or may get, or NULL: the same, if SIGPIPE is in
   it. `mask` is read: the kernel must have read it before, or libc must be about to. */
void note_mask(const sigset_t *mask);

/* Changes this thread's mask by rt_sigprocmask(2), with the kernel's set of 8 bytes. Returns 0,
   or -1 with errno set. */
int change_mask_by_number(int how, const sigset_t *set, sigset_t *old);

/* To be called before a call that waits with this mask, or NULL. `mask` is not read. */
void note_wait(const sigset_t *mask);

/* sigprocmask(2) with the signals 1 to 64 as a word; `old` may be NULL. Returns false, with
   errno set, on failure. */
bool change_mask_by(int how, uint64_t signals, sigset_t *old);

#endif
