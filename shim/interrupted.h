/* The system call behind which a signal has arrived, as the interrupted registers tell of it.
 */
#ifndef NOSIGPIPE_INTERRUPTED_H
#define NOSIGPIPE_INTERRUPTED_H

#include "event.h"

/* Fills in what is known of the call that raised the signal; the rest stays as it is. */
void interrupted_read(struct event *told, const ucontext_t *context);

/* The bytes that had gone out when the call was broken, or messages, or 0. */
long interrupted_written(const ucontext_t *context);

#endif
