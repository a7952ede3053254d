/*
 * The guard: the handler that stands wherever the kernel would hold SIGPIPE's default action.
 * It absorbs the signal of a broken write and lets every other SIGPIPE do what it did.
 */
#ifndef NOSIGPIPE_GUARD_H
#define NOSIGPIPE_GUARD_H

#include <ucontext.h>

#include "base/libc.h"

/*
 * Whether the guard is all that a broken write could meet, so that a call may be asked to raise
 * no signal at all. It begins when the host makes its first socket, and ends, for good, when
 * the host installs a handler or ignores the signal, may have it blocked, restricts its own
 * system calls, or makes a socket of a protocol that may refuse the flag.
 */
extern bool may_suppress_signal;

/* What the interposers add to a send's flags: MSG_NOSIGNAL while may_suppress_signal; but 0
   where an event matters, since it is the signal that tells of one. */
extern int guard_send_flag;

/* Whether the host has had nothing but the default so far. */
extern bool app_kept_default;

/* Whether SIGPIPE may be or have been blocked in any thread. */
extern bool sigpipe_may_be_blocked;

/* Begins may_suppress_signal, unless it has ended. Asks the kernel, the first time, whether the
   process was started with SIGPIPE blocked. */
void guard_begin_suppression(void);

/* Ends may_suppress_signal. */
void guard_end_suppression(void);

/* Ends may_suppress_signal: SIGPIPE may be blocked somewhere. */
void guard_note_blocked(void);

/* Ends may_suppress_signal and app_kept_default: the host sets something else than the default.
 */
void guard_note_choice(void);

/* Puts the guard up where the kernel holds the default. At the first call only: two system
   calls, and the first of them alone where the signal is ignored. */
void guard_install(void);

/* Puts the guard up again in a child whose handlers the kernel has reset (clone(2),
   CLONE_CLEAR_SIGHAND). */
void guard_reinstall(void);

/* Takes the guard down again, for a host with NOSIGPIPE_OPTIONS=off. */
void guard_remove(void);

/* SIG_IGN in the guard's place, for mode=ignore. */
void guard_ignore_instead(void);

/* Whether a SIGPIPE with this siginfo, taken from the queue rather than delivered, is a broken
   write's. */
bool is_broken_write(const siginfo_t *info);

/* The same for one that has been delivered, with the registers that it has interrupted. */
bool is_broken_write_here(const siginfo_t *info, const ucontext_t *context);

/* Whether this thread is in a handler of Go's for a broken write (entries.c). */
bool go_is_forwarding(void);

/* How often the guard, or a one-shot handler, has had a SIGPIPE in this thread. Counted in
   mode=ignore and mode=mask alone. */
unsigned guard_runs(void);

/* Sets that count back: the runs since were told of, and are no concern of a call that a
   handler of the host's has broken into. */
void guard_forget_runs(unsigned before);

/* Whether a SIGPIPE is pending for this thread or process. */
bool sigpipe_is_pending(void);

/*
 * What stands in si_errno of a SIGPIPE that the host sends itself by kill(2). The kernel
 * reports that one and a broken write's identically (SI_USER, from this process), and leaves
 * si_errno at 0 in both. The mark is kept by whoever has the signal: a queue, a new program
 * after exec.
 */
enum { SELF_KILL_MARK = 0x4e535031 };

/*
 * In a sandbox, where no signal can be marked: whether the host has sent itself one by kill(2)
 * that has not arrived. Only while it has had nothing but the default, since a handler that
 * took it would leave this behind; so it would be if it were taken from the queue. Not a bool:
 * not every CPU can exchange a byte.
 */
extern _Atomic(int) self_kill_expected;

/* kill(2), rt_sigqueueinfo(2) or pidfd_send_signal(2), whose arguments are alike. The guard
   knows this code, and that a signal which arrives behind it is of another origin, or marked.
 */
long self_kill(long number, int target, int signal_number, const siginfo_t *info,
               unsigned flags);

#endif
