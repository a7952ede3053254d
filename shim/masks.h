#ifndef NOSIGPIPE_MASKS_H
#define NOSIGPIPE_MASKS_H

#include "api.h"

/* The calling thread may be about to have these signals blocked. `mask` may be NULL. */
void note_mask(const sigset_t *mask);

/* sigprocmask(2) with the signals 1 to 31 or 63 as a word; `old` may be NULL. False, with errno
   set, where it failed. */
bool change_mask_by(int how, unsigned long signals, sigset_t *old);

#endif
