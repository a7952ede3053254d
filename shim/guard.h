/*
 * The guard: the handler that stands wherever the kernel would hold SIGPIPE's default action.
 * It absorbs the signal of a broken write and lets every other SIGPIPE do what it did.
 */
#ifndef NOSIGPIPE_GUARD_H
#define NOSIGPIPE_GUARD_H

#include "api.h"

/*
 * Whether the guard is all that a broken write could meet, so that the call may be asked to
 * raise no signal at all. It ends, for good, when the host installs a handler or ignores the
 * signal, or may have it blocked: then the kernel must raise it as ever, for the handler to run
 * and for sigpending(2) to show it.
 */
extern HIDDEN bool guard_quiet;

/* What the interposers add to a send's flags: MSG_NOSIGNAL while guard_quiet; 0 where the sends
   are routed (routes.h), since then the route does it. */
extern HIDDEN int guard_send_flag;

/* Whether the host has had nothing but the default so far. */
extern HIDDEN bool guard_alone;

/* Whether the process was started with SIGPIPE blocked. */
extern HIDDEN bool guard_began_blocked;

/* Ends guard_quiet: SIGPIPE may be blocked somewhere. */
void guard_note_blocked(void);

/* Ends guard_quiet and guard_alone: the host sets something else than the default. */
void guard_note_choice(void);

/* Puts the guard up where the kernel holds the default. At the first call only: two system
   calls, and one more where the signal is ignored or blocked. */
void guard_install(void);

/* Takes the guard down again, for a host with NOSIGPIPE_OPTIONS=off. */
void guard_remove(void);

/* SIG_IGN in the guard's place, for mode=ignore. */
void guard_ignore_instead(void);

/* Whether a SIGPIPE with this siginfo, taken from the queue rather than delivered, is a broken
   write's. */
bool guard_is_broken_write(const siginfo_t *info);

/* Whether this thread is in a handler of Go's for a broken write (disposition.c). */
bool guard_is_passing(void);

/* Does what the default action does. It comes back only where that does not end the process:
   pid 1 of a namespace, or a debugger that keeps the signal. */
void guard_take_default_action(void);

/* Whether a SIGPIPE is pending for this thread or process. */
bool guard_signal_is_pending(void);

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
