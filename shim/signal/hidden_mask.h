/*
 * mode=mask: the kernel has SIGPIPE blocked in every thread, and the host is shown the mask
 * that it would have without the shim. In the other modes all of this does nothing.
 *
 * Each thread is one of two: it hides the block, which is the shim's, or it shows the kernel's
 * mask as it is, since the host itself has blocked the signal there. Once the host has set a
 * disposition of its own all threads show theirs, for a handler must get its signals: each is
 * given its own mask back when it next comes by here.
 */
#ifndef NOSIGPIPE_HIDDEN_MASK_H
#define NOSIGPIPE_HIDDEN_MASK_H

#include "base/libc.h"

/* Blocks SIGPIPE in the first thread; the threads it makes inherit that. For the constructor.
 */
void hidden_mask_start(void);

/* Whether this is mode=mask. */
bool hidden_mask_is_on(void);

/* Whether SIGPIPE is blocked in this thread and the host does not know. */
bool hidden_mask_hides(void);

/*
 * Takes what a broken write has left pending in this thread; true if there was such. A SIGPIPE
 * that somebody sent does then what it would have done. errno is kept.
 */
bool hidden_mask_drain(void);

/* The same for what writes that no interposer saw have left, before something can meet it.
   Tells of the event. */
void hidden_mask_drain_unseen(void);

/* Gives this thread its own mask back, where the host has set a disposition of its own. */
void hidden_mask_leave(void);

/* Opens this thread to SIGPIPE for what is done next, and closes it again. What opening returns
   tells whether there is something to close. */
bool hidden_mask_open(void);
void hidden_mask_close(bool opened);

/*
 * A change of this thread's mask that the host asks for, as sigprocmask(2) has it. It is made
 * as it was asked for, since what the host hands over can only be read once the kernel has done
 * so: `before` and, where it succeeded, `after` see to it that the thread hides or shows from
 * then on, and that `old` (or NULL) is the host's mask.
 */
struct mask_change {
    bool hid;
};
void hidden_mask_before(struct mask_change *change, int how);
void hidden_mask_after(const struct mask_change *change, int how, const sigset_t *set,
                       sigset_t *old);

/* This thread is one that libc's fork has made: its mask is that of the thread that called it,
   which may be a child past libc itself. */
void hidden_mask_forked(void);

/* Has this thread show its mask, from its first instruction on. */
void hidden_mask_show(void);

#endif
