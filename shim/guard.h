/*
 * The guard: the handler that stands wherever the kernel would hold SIGPIPE's default action.
 * It absorbs the signal of a broken write and lets every other SIGPIPE do what it did.
 */
#ifndef NOSIGPIPE_GUARD_H
#define NOSIGPIPE_GUARD_H

#include "api.h"

/*
 * MSG_NOSIGNAL while the guard is all that a broken send could meet; else 0, and then for good.
 * It ends when the host installs a handler or ignores the signal, or may have it blocked: then
 * the kernel must raise the signal as ever, for the handler to run and sigpending(2) to show
 * it.
 */
extern HIDDEN int guard_send_flag;

/* Ends guard_send_flag. */
void guard_take_signals(void);

/* Puts the guard up where the kernel holds the default. At the first call only: one system
   call, and one more where the disposition is another. */
void guard_install(void);

/*
 * The host is about to send a SIGPIPE that may reach itself, or that did not work out after
 * all. Such a signal looks like a broken write's: si_code SI_USER, si_pid this process.
 */
void guard_expect_sent(void);
void guard_forget_sent(void);

/* Forgets a SIGPIPE that the host sent itself but that somebody else consumed: its own handler,
   or the kernel, because it was ignored. For the moment in which the guard comes back. */
void guard_forget_consumed(void);

#endif
