#ifndef NOSIGPIPE_RT_SIGACTION_H
#define NOSIGPIPE_RT_SIGACTION_H

#include "base/kernel_sigaction.h"

/* rt_sigaction(2) for SIGPIPE, with the kernel's set of 8 bytes: 0, or -1 with errno set. What
   the host hands over is read and written as the kernel would. */
long rt_sigaction_by_number(const struct kernel_sigaction *action,
                            struct kernel_sigaction *old);

#if defined(SYS_sigaction)
/* One of the calls of the time before, with its arguments: true, and the result, where it has
   been made; false where it is none of them, or is to be passed on. */
bool old_sigaction_by_number(long number, const long *arguments, long *result);
#endif

#endif
