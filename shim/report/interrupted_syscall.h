/* The system call behind which a signal has arrived, as the interrupted registers tell of it.
 */
#ifndef NOSIGPIPE_INTERRUPTED_SYSCALL_H
#define NOSIGPIPE_INTERRUPTED_SYSCALL_H

#include "report/event.h"

/* Whether a system call is what has just been executed. */
bool interrupted_is_behind_call(const ucontext_t *context);

/* Where in libc, or in whatever else made it, that call was made. */
uintptr_t interrupted_call_site(const ucontext_t *context);

/* Fills in what is known of the call that raised the signal; the rest stays as it is. */
void interrupted_read(struct event *told, const ucontext_t *context);

#endif
