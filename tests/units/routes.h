/* What stands around routes.c, as a unit has it. */
#ifndef NOSIGPIPE_UNITS_ROUTES_H
#define NOSIGPIPE_UNITS_ROUTES_H

#include "../../shim/event.h"
#include "../../shim/guard.h"
#include "../../shim/kernel_action.h"
#include "../../shim/options.h"
#include "../../shim/quiet_writes.h"
#include "../../shim/routes.h"
#include "../../shim/sigpipe.h"
#include "../../shim/thread_mask.h"
#include "../fuzz/kernel.h"
#include "apart.h"
#include "family.h"

struct next next;
struct options options;
bool guard_quiet;
int guard_send_flag;

/* How things stand, and what has been done since. */
static struct {
    bool matters;
    bool signalled;   /* the guard has had a SIGPIPE meanwhile */
    bool drained;     /* there was one to take */
    bool breaks_in;   /* a handler will, before that */
    bool hides;       /* SIGPIPE is blocked, and the host does not know */
    uintptr_t host;   /* the handler that the host has */
    long asking;      /* the kernel's answer where it is asked for the handler */
    long asking_mask; /* or for the mask */
    uint64_t mask;
} now;
static struct {
    unsigned events;
    unsigned drains;
    unsigned choices;
    struct event event;
} done;

/* The calls that the thread is inside of. */
static struct inside outermost;
static struct inside innermost;

/* The routed call that is made next, or 0 where that does not matter. */
static uintptr_t routed;

bool event_matters(void)
{
    return now.matters;
}

void event(const struct event *event)
{
    done.events++;
    done.event = *event;
    CHECK(innermost.call == outermost.call); /* the call is over */
}

void inside_enter(const struct inside *inner, struct inside *outer)
{
    *outer = innermost;
    innermost = *inner;
    CHECK(!routed || inner->code - routed < 512);
    CHECK(!inner->signalled && inner->code && inner->frame && inner->stack <= inner->frame);
}

void inside_leave(const struct inside *outer)
{
    innermost = *outer;
}

bool inside_signalled(void)
{
    CHECK(innermost.call != outermost.call);
    return now.signalled;
}

/* A handler that breaks in before makes a call of its own, and takes what there is to take. */
bool thread_mask_drain(void)
{
    const struct inside around = outermost;
    bool drained = now.drained;
    done.drains++;
    if (now.breaks_in) {
        now.breaks_in = false;
        outermost = innermost;
        next.write(FD, bytes, SIZE);
        outermost = around;
        drained = false;
    }
    return drained;
}

bool thread_mask_hides(void)
{
    return now.hides;
}

void quiet_writes_choose(void)
{
    done.choices++;
}

long kernel_action_swap(int signal_number, const struct kernel_action *set,
                        struct kernel_action *old)
{
    CHECK(signal_number == SIGPIPE && !set);
    *old = (struct kernel_action){.handler = now.host};
    return now.asking;
}

struct disposition disposition_to_host(struct disposition kernel)
{
    return kernel;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    CHECK(number == SYS_rt_sigprocmask && a == SIG_BLOCK && b == 0 && d == KERNEL_SIGSET_SIZE);
    CHECK(!guard_quiet); /* then nothing is asked for */
    *(uint64_t *)c = now.mask;
    return now.asking_mask;
}

#endif
