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

/* What stand_in_end has to undo. */
struct stand_in {
    bool replaced;
    bool opened;
};

/* For a call that starts a program or sends a signal. Several threads may be between begin and
   end: the last one puts back. */
struct stand_in stand_in_begin(void);

/* For a call that waits for a signal. A handler may jump out of it, or the thread be cancelled
   in it: then the guard stays until somebody else's end. The others do not wait for it. */
struct stand_in stand_in_begin_wait(void);

void stand_in_end(struct stand_in stand_in);

/* For a thread that may get SIGPIPE blocked: the guard stays up, since what pends would be
   discarded by SIG_IGN, and what is let in must find the guard. */
void stand_in_for_good(void);

/* Whether any thread is about to start a program or to send a signal. */
bool stand_in_is_up(void);

/* For an exec, which returns only when it fails; also in a vfork child, where nothing may be
   left behind in memory. */
struct stand_in stand_in_begin_exec(void);
void stand_in_end_exec(struct stand_in stand_in);

/*
 * For who sets SIGPIPE's disposition: another thread may have been about to put the guard up or
 * SIG_IGN back, and have overwritten it. What stand_in_changes gave before it was set, and the
 * handler that the host has set, tell whether it is to be set once more.
 */
unsigned stand_in_changes(void);
bool stand_in_has_overwritten(unsigned changes, uintptr_t host_handler);

#endif
