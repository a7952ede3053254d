/* Who this process is, as far as possible without a system call that a sandbox may forbid. */
#ifndef NOSIGPIPE_SELF_H
#define NOSIGPIPE_SELF_H

#include <stdbool.h>
#include <sys/types.h>

/* Remembers this process's id where libc already knows it. For the constructor. */
void self_remember(void);

/* Whether `pid` is this process, for sure or not at all: true is certain, false may only mean
   that it cannot be told without a system call. */
bool self_is_known(pid_t pid);

/* Whether `pid` is this process. Asks the kernel: getpid(2). */
bool self_is(pid_t pid);

#endif
