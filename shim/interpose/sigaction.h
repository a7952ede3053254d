#ifndef NOSIGPIPE_SIGACTION_H
#define NOSIGPIPE_SIGACTION_H

#include "base/libc.h"

typedef int sigaction_call(int, const struct sigaction *, struct sigaction *);

/* sigaction(2) by `call`, or by the system call where that is NULL, with SIGPIPE's disposition
   translated both ways. Returns 0, or -1 with errno set; sigaction(2). */
int sigaction_through(sigaction_call *call, int signal_number, const struct sigaction *action,
                      struct sigaction *old);

#endif
