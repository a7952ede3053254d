/* The system call that a signal has followed, read from the interrupted registers. */
#ifndef NOSIGPIPE_INTERRUPTED_SYSCALL_H
#define NOSIGPIPE_INTERRUPTED_SYSCALL_H

#include "report/event.h"

/* Whether the last instruction before the signal was a system call. */
bool follows_syscall(const ucontext_t *context);

/* The program counter behind that system call, in libc or the app: on i386 not in the kernel's
   own function for it. */
uintptr_t syscall_site(const ucontext_t *context);

/* Fills in what the registers show of the call that raised the signal; leaves all else as it
 * is. */
void interrupted_syscall_read(struct event *event, const ucontext_t *context);

#endif
