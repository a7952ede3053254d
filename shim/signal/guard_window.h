/*
 * The modes that have something else in the kernel than the guard and the host's own mask
 * (ignore: SIG_IGN, mask: SIGPIPE blocked) put the guard in its place while the host does what
 * would show the difference: start a program, which inherits both, or send itself a SIGPIPE.
 * In the other modes this does nothing.
 */
#ifndef NOSIGPIPE_GUARD_WINDOW_H
#define NOSIGPIPE_GUARD_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* What guard_window_end has to undo. */
struct guard_window {
    bool replaced;
    bool opened;
};

/* For a call that starts a program or sends a signal. Several threads may be between begin and
   end: the last one puts back. */
struct guard_window guard_window_begin(void);

/* For a call that waits for a signal. A handler may jump out of it, or the thread be cancelled
   in it: then the guard stays until somebody else's end. The others do not wait for it. */
struct guard_window guard_window_begin_wait(void);

void guard_window_end(struct guard_window guard_window);

/* For a thread that may get SIGPIPE blocked: the guard stays up, since what pends would be
   discarded by SIG_IGN, and what is let in must find the guard. */
void guard_window_stays(void);

/* Whether any thread is about to start a program or to send a signal. */
bool guard_window_is_open(void);

/* For an exec, which returns only when it fails; also in a vfork child, where nothing may be
   left behind in memory. */
struct guard_window guard_window_begin_exec(void);
void guard_window_end_exec(struct guard_window guard_window);

/*
 * For who sets SIGPIPE's disposition: another thread may have been about to put the guard up or
 * SIG_IGN back, and have overwritten it. What guard_window_changes gave before it was set, and
 * the handler that the host has set, tell whether it is to be set once more.
 */
unsigned guard_window_changes(void);
bool guard_window_has_overwritten(unsigned changes, uintptr_t app_handler);

#endif
