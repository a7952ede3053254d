/* What stands around routes.c, as a unit has it. */
#ifndef NOSIGPIPE_UNITS_ROUTES_H
#define NOSIGPIPE_UNITS_ROUTES_H

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

/* How things stand, and what has been done since. */
static struct {
    bool matters;
    bool signalled;   /* the guard has had a SIGPIPE meanwhile */
    bool sets;        /* a handler of the host's, which has set a disposition meanwhile */
    int type;         /* of the socket, or a negated errno value */
    bool drained;     /* there was one to take */
    bool breaks_in;   /* a handler will, before that */
    bool hides;       /* SIGPIPE is blocked, and the host does not know */
    uintptr_t app;    /* the handler that the host has */
    long asking;      /* the kernel's answer where it is asked for the handler */
    long asking_mask; /* or for the mask */
    uint64_t mask;
} now;
static struct {
    unsigned events;
    unsigned drains;
    unsigned forgotten; /* runs of the guard */
    unsigned choices;   /* of writes that are quiet */
    unsigned notes;     /* and of such as note their descriptor */
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

/* Asked before the call, and after it: the definition has been called in between. */
unsigned guard_runs(void)
{
    dispositions_set += now.sets && seen.calls;
    return now.signalled && seen.calls ? 7 : 6;
}

/* Behind each look at a failure. */
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

/* A handler that breaks in before makes a call of its own, and takes what there is to take. */
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
    return now.asking;
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
    return now.asking_mask;
}

#endif
