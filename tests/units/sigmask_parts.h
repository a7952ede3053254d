/* Checks of a process's mask, in each mode. */
#ifndef SIGMASK_PARTS_H
#define SIGMASK_PARTS_H

#include "../../shim/interpose/sigmask.h"
#include "call_parts.h"

static inline bool shows_pending(void)
{
    sigset_t set;
    set_first_signals(&set, 0);
    CHECK(sigpending(&set) == 0);
    return has_sigpipe(&set);
}

static inline void change(int how, uint64_t signals, uint64_t *app)
{
    sigset_t set;
    sigset_t old;
    set_first_signals(&set, signals);
    set_first_signals(&old, ~UINT64_C(0));
    CHECK(sigprocmask(how, &set, &old) == 0 && first_signals(&old) == *app);
    *app = changed_mask(*app, how, signals);
    CHECK(pthread_sigmask(77, NULL, &old) == 0 && first_signals(&old) == *app);
    CHECK(sigprocmask(77, &set, &old) == -1 && errno == EINVAL);
    CHECK(pthread_sigmask(77, &set, NULL) == EINVAL);
}

#endif
