/* The system call behind which a signal has arrived, as the interrupted registers tell of it.
 */
#ifndef NOSIGPIPE_INTERRUPTED_SYSCALL_H
#define NOSIGPIPE_INTERRUPTED_SYSCALL_H

#include "report/event.h"

/* Whether a system call is what has just been executed. */
bool follows_syscall(const ucontext_t *context);

/* Where in libc, or in whatever else made it, that call was made. */
uintptr_t syscall_site(const ucontext_t *context);

/* Fills in what is known of the call that raised the signal; the rest stays as it is. */
void interrupted_syscall_read(struct event *event, const ucontext_t *context);

#endif
