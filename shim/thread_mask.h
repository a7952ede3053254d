/*
 * mode=mask: the kernel has SIGPIPE blocked in every thread, and the host is shown the mask
 * that it would have without the shim. Whether the host itself has the signal blocked is kept
 * for each thread. In the other modes all of this does nothing.
 *
 * It lasts until the host sets a disposition of its own: a handler must get its signals, so
 * from then on each thread is given its own mask back when it next comes by here.
 */
#ifndef NOSIGPIPE_THREAD_MASK_H
#define NOSIGPIPE_THREAD_MASK_H

#include "api.h"

/* Blocks SIGPIPE in the first thread; the threads it makes inherit that. For the constructor.
 */
void thread_mask_start(void);

/*
 * Takes what a broken write has left pending in this thread; true if there was such. A SIGPIPE
 * that somebody sent does then what it would have done. errno is kept.
 */
bool thread_mask_drain(void);

/* The host is about to restrict its own system calls. */
void thread_mask_note_sandbox(void);

/* Gives this thread its own mask back, where the host has set a disposition of its own. */
void thread_mask_leave(void);

/* Whether the kernel may have SIGPIPE blocked in this thread without the host's knowledge. */
bool thread_mask_hides(void);

/* Opens this thread to SIGPIPE for what is done next, and closes it again. Open tells whether
   there is something to close. */
bool thread_mask_open(void);
void thread_mask_close(bool opened);

/*
 * A change of this thread's mask that the host asks for, as sigprocmask(2) has it: `before`
 * gives the set to hand to the kernel in `set`'s place (in `space`) and remembers in `change`;
 * `after` corrects what the kernel gave as the old mask (or NULL) and lets a signal through
 * that the host has just unblocked.
 */
struct mask_change {
    bool was;
    bool is;
};
const sigset_t *thread_mask_before(struct mask_change *change, int how, const sigset_t *set,
                                   sigset_t *space);
void thread_mask_after(const struct mask_change *change, bool succeeded, sigset_t *old);

/* Whether this is mode=mask. */
bool thread_mask_is_on(void);

/* Whether the host has SIGPIPE blocked in this thread, and the same said for a new one. */
bool thread_mask_host_blocks(void);
void thread_mask_inherit_blocked(void);

#endif
