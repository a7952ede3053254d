/* Replaces the parts of the shim that observed_writes.c uses. */
#ifndef NOSIGPIPE_UNITS_OBSERVED_WRITES_H
#define NOSIGPIPE_UNITS_OBSERVED_WRITES_H

#include "../../shim/base/kernel_sigaction.h"
#include "../../shim/base/seccomp.h"
#include "../../shim/base/sigset.h"
#include "../../shim/config/options.h"
#include "../../shim/interpose/observed_writes.h"
#include "../../shim/interpose/rwf_nosignal.h"
#include "../../shim/report/current_call.h"
#include "../../shim/report/event.h"
#include "../../shim/report/fd_info.h"
#include "../../shim/report/usdt.h"
#include "../../shim/signal/disposition.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/kernel.h"
#include "apart.h"
#include "family.h"

struct next next;
struct options options;
__thread struct sigpipe_counts sigpipe_counts;
int guard_send_flag;
bool sandboxed;
bool app_kept_default;
#ifdef PROBES
unsigned short nosigpipe_event_semaphore;
#endif

/* What the replaced parts return, and what has been called since. */
static struct {
    bool matters;
    bool signalled;     /* the guard or a one-shot handler gets a SIGPIPE during the call */
    bool one_shot;      /* it was a one-shot handler */
    bool overridden;    /* the app's handler is not installed */
    bool sets;          /* a handler of the app's sets a disposition during the call */
    bool other;         /* the descriptor is of another kind */
    bool drained;       /* a signal was pending */
    bool breaks_in;     /* a signal handler drains it first */
    bool hides;         /* SIGPIPE is blocked, and the app does not know */
    uintptr_t app;      /* the app's handler */
    long action_result; /* of the query for the handler */
    bool blocked;       /* SIGPIPE, as the kernel has it */
} now;
static struct {
    unsigned events;
    unsigned drains;
    unsigned choices; /* calls of rwf_nosignal_install() */
    unsigned notes;   /* calls of noted_writes_install() */
    struct event event;
} done;

bool event_matters(void)
{
    return now.matters;
}

void report_undisturbed(const struct event *event)
{
    done.events++;
    done.event = *event;
}

static inline void during_the_call(void)
{
    sigpipe_counts.runs += now.signalled;
    sigpipe_counts.one_shots += now.one_shot;
    sigpipe_counts.sets += now.sets;
}

bool fd_epipe_signals(int fd)
{
    CHECK(fd == FD);
    return !now.other;
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

bool disposition_is_overridden(struct disposition kernel)
{
    CHECK(kernel.handler == now.app);
    return now.overridden;
}

bool sigpipe_is_blocked(void)
{
    return now.blocked;
}

struct disposition disposition_to_app(struct disposition kernel)
{
    return kernel;
}

/* What is observed makes no system call of its own. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    CHECK(number < 0);
    return 0;
}

#endif
