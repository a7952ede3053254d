#ifndef NOSIGPIPE_SIGACTION_H
#define NOSIGPIPE_SIGACTION_H

#include "base/libc.h"

/* How often this thread has set SIGPIPE's disposition in mode=ignore. */
extern __thread unsigned dispositions_set __attribute__((tls_model("initial-exec")));

typedef int sigaction_call(int, const struct sigaction *, struct sigaction *);

/* sigaction(2) by way of `call` (or the system call itself, where that is NULL), with SIGPIPE's
   disposition translated both ways. 0, or -1 with errno set as by sigaction(2). */
int sigaction_through(sigaction_call *call, int signal_number, const struct sigaction *action,
                      struct sigaction *old);

#endif
