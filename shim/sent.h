#ifndef NOSIGPIPE_SENT_H
#define NOSIGPIPE_SENT_H

#include <sys/types.h>

/* kill(2) with SIGPIPE, by the system call itself: 0, or -1 with errno set. The guard is told
   before that the signal is no broken write's. */
int sent_by_number(pid_t target);

#endif
