#ifndef NOSIGPIPE_KILL_H
#define NOSIGPIPE_KILL_H

#include <sys/types.h>

/* kill(2) with SIGPIPE, by the system call: returns 0, or -1 with errno set. A signal to this
   process gets the mark (guard.h, SELF_KILL_MARK). */
int kill_by_number(pid_t target);

/* pidfd_send_signal(2) with SIGPIPE, likewise. `info` is the app's, and is not read. */
int pidfd_kill_by_number(int pidfd, const void *info, unsigned flags);

#endif
