#ifndef NOSIGPIPE_MASKS_H
#define NOSIGPIPE_MASKS_H

#include "api.h"

/* The calling thread may be about to have these signals blocked. `mask` may be NULL. */
void note_mask(const sigset_t *mask);

#endif
