/*
 * The guard: the signal handler that stands wherever the kernel would hold SIGPIPE's default
 * action. It absorbs the signal of a broken write; every other SIGPIPE takes the default
 * action.
 */
#ifndef NOSIGPIPE_GUARD_H
#define NOSIGPIPE_GUARD_H

#include <ucontext.h>

#include "base/libc.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "config/options.h"
#include "report/event.h"

/*
 * Whether a broken write's signal could reach nothing but the guard, so that a call may
 * suppress it. This begins when the app makes its first socket. It ends for good when the app
 * sets a handler or SIG_IGN, may have SIGPIPE blocked, restricts its system calls, or makes a
 * socket of a protocol that may refuse MSG_NOSIGNAL.
 */
extern bool may_suppress_signal;

/* The flag that a send gets: MSG_NOSIGNAL while may_suppress_signal, but 0 if events are
   recorded, because only the signal reveals one. */
extern int guard_send_flag;

/* Whether the app has had no disposition but SIG_DFL so far. */
extern bool app_kept_default;

/* Whether SIGPIPE may be, or may have been, blocked in any thread. */
extern bool sigpipe_may_be_blocked;

/* Begins may_suppress_signal, unless it has ended. The first call asks the kernel whether the
   process was started with SIGPIPE blocked. */
void guard_begin_suppression(void);

/* End may_suppress_signal: for any reason, because SIGPIPE may be blocked somewhere, or because
   the app sets another disposition than SIG_DFL, which ends app_kept_default too. */
void guard_end_suppression(void);
void guard_note_blocked(void);
void guard_note_choice(void);

/* Installs the guard if the kernel holds SIG_DFL. Only the first call does anything: two system
   calls, or one if the signal is ignored. */
void guard_install(void);

/* Installs the guard in a child whose handlers the kernel has reset (clone(2),
   CLONE_CLEAR_SIGHAND). */
void guard_reinstall(void);

/* Removes the guard: NOSIGPIPE_OPTIONS=off. */
void guard_remove(void);

/* Replaces the guard by SIG_IGN: mode=ignore. */
void guard_ignore_instead(void);

/* Reports an event outside of the guard. Where there is a log, this blocks meanwhile what the
   guard blocks. */
void report_undisturbed(const struct event *event);

/* Whether a SIGPIPE with this siginfo, taken from the queue, is a broken write's. */
bool is_broken_write(const siginfo_t *info);

/* The same for a SIGPIPE that was delivered and interrupted these registers. */
bool is_broken_write_here(const siginfo_t *info, const ucontext_t *context);

/* Whether this thread is in a handler of Go's for a broken write (handler_stubs.c). */
bool go_is_forwarding(void);

/* What has become of SIGPIPE in this thread so far. Counted where writes are observed
   (interpose/observed_writes.h): a thread that the app has made by clone(2) may have no
   thread-local storage. */
struct sigpipe_counts {
    unsigned runs;      /* signals that the guard and one-shot handlers have had: not counted in
                           mode=catch and mode=flags, where the guard may run in such a thread */
    unsigned one_shots; /* signals that one-shot handlers have had */
    unsigned drained;   /* signals that observed writes have drained: mode=mask */
    unsigned sets;      /* how often the thread has set the disposition */
};
extern THREAD_LOCAL struct sigpipe_counts sigpipe_counts;

/* Whether writes may be observed: in mode=ignore, mode=mask and with events=all. */
static inline bool writes_are_observed(void)
{
    return options.mode == MODE_IGNORE || options.mode == MODE_MASK ||
           options.events == EVENTS_ALL;
}

/* Whether SIGPIPE is blocked in this thread, as the kernel has it; false where the kernel may
   not be asked. */
bool sigpipe_is_blocked(void);

/* Whether a SIGPIPE is pending for this thread or for the process. */
bool sigpipe_is_pending(void);

/*
 * Put into si_errno of a SIGPIPE that the app sends itself by kill(2). The kernel reports that
 * signal and a broken write's identically (SI_USER, from this process, si_errno 0). The mark
 * stays in the signal, also in a queue and across exec.
 */
enum { SELF_KILL_MARK = 0x4e535031 };

/*
 * In a sandbox, where no signal can be marked: whether a SIGPIPE that the app has sent itself
 * by kill(2) is still to arrive. Set only while app_kept_default: a handler, or a call that
 * takes the signal from the queue, would not clear it. Not a bool, which not every CPU can
 * exchange.
 */
extern _Atomic(int) self_kill_expected;

/* Makes kill(2), rt_sigqueueinfo(2) or pidfd_send_signal(2) by its number. Returns the kernel's
   result or a negated errno value. The guard takes no signal that arrives right after the
   system call in this function for an unmarked kill. */
long self_kill(long number, int target, int signal_number, const siginfo_t *info,
               unsigned flags);

#endif
