/* Replaces the parts of the shim that observed_writes.c uses. */
#ifndef NOSIGPIPE_UNITS_OBSERVED_WRITES_H
#define NOSIGPIPE_UNITS_OBSERVED_WRITES_H

#include "../../shim/base/kernel_sigaction.h"
#include "../../shim/base/sigset.h"
#include "../../shim/config/options.h"
#include "../../shim/interpose/observed_writes.h"
#include "../../shim/interpose/rwf_nosignal.h"
#include "../../shim/report/current_call.h"
#include "../../shim/report/event.h"
#include "../../shim/report/fd_info.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/kernel.h"
#include "apart.h"
#include "family.h"

struct next next;
struct options options;
__thread unsigned dispositions_set;
int guard_send_flag;

/* What the replaced parts return, and what has been called since. */
static struct {
    bool matters;
    bool signalled;     /* the guard handles a SIGPIPE during the call */
    bool sets;          /* a handler of the app's sets a disposition during the call */
    int type;           /* of the socket, or a negated errno value */
    bool drained;       /* a signal was pending */
    bool breaks_in;     /* a signal handler drains it first */
    bool hides;         /* SIGPIPE is blocked, and the app does not know */
    uintptr_t app;      /* the app's handler */
    long action_result; /* of the query for the handler */
    long mask_result;   /* of the query for the mask */
    uint64_t mask;
} now;
static struct {
    unsigned events;
    unsigned drains;
    unsigned forgotten; /* calls of guard_forget_runs() */
    unsigned choices;   /* calls of rwf_nosignal_install() */
    unsigned notes;     /* calls of noted_writes_install() */
    struct event event;
} done;

bool event_matters(void)
{
    return now.matters;
}

void report_event(const struct event *event)
{
    done.events++;
    done.event = *event;
}

/* Called before the definition and after it. */
unsigned guard_runs(void)
{
    dispositions_set += now.sets && seen.calls;
    return now.signalled && seen.calls ? 7 : 6;
}

/* Called after each failed write. */
void guard_forget_runs(unsigned before)
{
    CHECK(before == 6 || now.signalled);
    done.forgotten++;
}

int fd_socket_option(int fd, int option)
{
    CHECK(fd == FD && option == SO_TYPE);
    return now.type;
}

/* A signal handler that interrupts this makes a write of its own, which drains the signal. */
bool hidden_mask_drain(void)
{
    bool drained = now.drained;
    done.drains++;
    if (now.breaks_in) {
        now.breaks_in = false;
        next.write(FD, bytes, SIZE);
        drained = false;
    }
    return drained;
}

bool hidden_mask_hides(void)
{
    return now.hides;
}

void rwf_nosignal_install(void)
{
    done.choices++;
}

void noted_writes_install(void)
{
    done.notes++;
}

long rt_sigaction(int signal_number, const struct kernel_sigaction *set,
                  struct kernel_sigaction *old)
{
    CHECK(signal_number == SIGPIPE && !set);
    *old = (struct kernel_sigaction){.handler = now.app};
    return now.action_result;
}

struct disposition disposition_to_app(struct disposition kernel)
{
    return kernel;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    CHECK(number == SYS_rt_sigprocmask && a == SIG_BLOCK && b == 0 && d == KERNEL_SIGSET_SIZE);
    *(uint64_t *)c = now.mask;
    return now.mask_result;
}

#endif
