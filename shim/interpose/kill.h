#ifndef NOSIGPIPE_KILL_H
#define NOSIGPIPE_KILL_H

#include <sys/types.h>

/* kill(2) with SIGPIPE, by the system call itself: 0, or -1 with errno set. What reaches this
   process is marked as no broken write's (guard.h). */
int kill_by_number(pid_t target);

/* pidfd_send_signal(2) with SIGPIPE, likewise. `info` is the host's, and is not read. */
int pidfd_kill_by_number(int pidfd, const void *info, unsigned flags);

#endif
