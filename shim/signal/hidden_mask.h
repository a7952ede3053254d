/*
 * mode=mask: the kernel has SIGPIPE blocked in every thread, and the app is shown the mask that
 * it would have without the shim. In the other modes these functions do nothing.
 *
 * A thread hides or shows its mask. It hides the block if that is the shim's; it shows the
 * kernel's mask as it is if the app itself has blocked the signal there. Once the app has set a
 * disposition of its own, every thread shows its mask, because a handler must get its signals:
 * each thread gets its own mask back at its next call of hidden_mask_leave.
 */
#ifndef NOSIGPIPE_HIDDEN_MASK_H
#define NOSIGPIPE_HIDDEN_MASK_H

#include "base/libc.h"

/* Blocks SIGPIPE in the first thread, for the constructor; its threads inherit the mask. */
void hidden_mask_start(void);

/* Whether this is mode=mask. */
bool hidden_mask_is_on(void);

/* Whether this thread hides that SIGPIPE is blocked. */
bool hidden_mask_hides(void);

/*
 * Takes the signal that a broken write has left pending in this thread; false if there was
 * none. A SIGPIPE that somebody sent takes the default action. Keeps errno.
 */
bool hidden_mask_drain(void);

/* The same for writes that no interposer saw, before their signal can meet anything. Reports
   the event. */
void hidden_mask_drain_unseen(void);

/* Gives this thread its own mask back, if the app has set a disposition of its own. */
void hidden_mask_leave(void);

/* Unblocks SIGPIPE in this thread for what is done next, and blocks it again. Pass the result
   of the one to the other. */
bool hidden_mask_open(void);
void hidden_mask_close(bool opened);

/*
 * Call these around a change of this thread's mask that the app asks for (sigprocmask(2)), and
 * the second only if the change succeeds. The change itself is made as the app asked, since its
 * memory can be read safely only after the kernel has read it. From then on the thread hides or
 * shows as it should, and `old` (or NULL) is the app's mask.
 */
struct mask_change {
    bool hid;
};
void hidden_mask_before(struct mask_change *change, int how);
void hidden_mask_after(const struct mask_change *change, int how, const sigset_t *set,
                       sigset_t *old);

/* Call this in a child of libc's fork. Its mask is that of the thread that called fork, which
   may itself be a child that libc did not make. */
void hidden_mask_forked(void);

/* Makes a new thread show its mask, from its first instruction on. */
void hidden_mask_show(void);

#endif
