/*
 * mode=ignore and mode=mask keep something else in the kernel than the guard and the app's own
 * mask: SIG_IGN, and SIGPIPE blocked. A guard window undoes this while the app does what would
 * show the difference: it starts a program, which inherits both, or sends itself a SIGPIPE. In
 * the other modes these functions do nothing.
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

/* For a call that starts a program or sends a signal. Several threads may be in a window: the
   last to leave sets SIG_IGN again. */
struct guard_window guard_window_begin(void);

/* For a call that waits for a signal. No other thread waits for this one to leave, since a
   handler may jump out of the call, or the thread may be cancelled in it: then the guard stays
   until another thread leaves a window. */
struct guard_window guard_window_begin_wait(void);

void guard_window_end(struct guard_window window);

/* For an exec, which returns only if it fails. Leaves nothing in memory, since a vfork child
   may call it. */
struct guard_window guard_window_begin_exec(void);
void guard_window_end_exec(struct guard_window window);

/* Installs the guard for good, for a thread that may block SIGPIPE: SIG_IGN would discard what
   is pending, and what is unblocked later must meet the guard. */
void guard_window_stays(void);

/* Whether any thread is about to start a program or to send a signal. */
bool guard_window_is_open(void);

/*
 * For a caller that sets SIGPIPE's disposition, while another thread may have asked the kernel
 * and then overwritten what was set. Pass the value of guard_window_changes from before, and
 * the handler that the app has set. True if the caller must set it again.
 */
unsigned guard_window_changes(void);
bool guard_window_has_overwritten(unsigned changes, uintptr_t app_handler);

#endif
