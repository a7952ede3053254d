#ifndef NOSIGPIPE_RT_SIGACTION_H
#define NOSIGPIPE_RT_SIGACTION_H

#include "base/kernel_sigaction.h"

/* rt_sigaction(2) for SIGPIPE, with the kernel's set of 8 bytes. Returns 0, or -1 with errno
   set, to EFAULT as well where the kernel would. */
long rt_sigaction_by_number(const struct kernel_sigaction *action,
                            struct kernel_sigaction *old);

/* The calls that precede rt_sigaction(2). 64-bit PowerPC has only their numbers
   (arch/powerpc/kernel/syscalls/syscall.tbl). */
#if defined(SYS_sigaction) && !defined(__powerpc64__)
#define HAS_OLD_SIGACTION
/* Makes a call that precedes rt_sigaction(2), with its arguments, and stores the result as libc
   would return it. False where the call is another, or is to be passed on. */
bool old_sigaction_by_number(long number, const long *arguments, long *result);
#endif

#endif
