#ifndef NOSIGPIPE_SIGACTION_H
#define NOSIGPIPE_SIGACTION_H

#include "base/libc.h"

/* How often this thread has set SIGPIPE's disposition. Counted in mode=ignore only. */
extern __thread unsigned dispositions_set __attribute__((tls_model("initial-exec")));

typedef int sigaction_call(int, const struct sigaction *, struct sigaction *);

/* sigaction(2) by `call`, or by the system call where that is NULL, with SIGPIPE's disposition
   translated both ways. Returns 0, or -1 with errno set; sigaction(2). */
int sigaction_through(sigaction_call *call, int signal_number, const struct sigaction *action,
                      struct sigaction *old);

#endif
