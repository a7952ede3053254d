/* Replaces what guard_window.c uses: a kernel with threads, and other parts of the shim. */
#ifndef NOSIGPIPE_UNITS_GUARD_WINDOW_H
#define NOSIGPIPE_UNITS_GUARD_WINDOW_H

#include "../../shim/signal/guard_window.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../../shim/base/kernel_sigaction.h"
#include "../../shim/base/sigset.h"
#include "../../shim/config/options.h"
#include "../../shim/signal/disposition.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"
#include "own_process.h"

struct options options;
bool sigpipe_may_be_blocked;

enum { THREAD = 101, MANY = 200 };

/* The kernel's state: SIGPIPE's disposition, the thread that runs, its mask, the threads that
   have ended, its answers, and the requests. */
static struct kernel_sigaction now;
static pid_t self;
static uint64_t mask;
static pid_t ended;
static bool pending;
static long query_result;
static long change_result;
static struct {
    unsigned questions;
    unsigned changes;
    unsigned masks;
    unsigned yields;
    unsigned others;
} requested;

/* What another thread does before the kernel answers the next call with this number: for
   rt_sigaction, the next that sets a disposition or the next that only asks. */
static struct {
    long number;
    bool sets;
    void (*run)(void);
} breaks_in;

static bool opening;
static unsigned opened;
static unsigned closed;

bool hidden_mask_open(void)
{
    opened++;
    return opening;
}

void hidden_mask_close(bool was_opened)
{
    CHECK(was_opened == opening);
    closed++;
}

/* sigpending(2) returns a signal only to a thread that has it blocked (kernel/signal.c,
   do_sigpending). */
bool sigpipe_is_pending(void)
{
    CHECK(mask & sigpipe_bit);
    return pending;
}

void guard_handler(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info, (void)context;
}

void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    (void)handler, (void)signal_number, (void)info, (void)context;
}

void resethand_handler(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
}

static inline long change_mask(int how, const uint64_t *set, uint64_t *old)
{
    requested.masks++;
    if (old)
        *old = mask;
    mask = how == SIG_BLOCK ? mask | *set : *set;
    CHECK(how == SIG_BLOCK || how == SIG_SETMASK);
    return 0;
}

static inline void let(void (*run)(void), long number, bool sets)
{
    breaks_in.number = number;
    breaks_in.sets = sets;
    breaks_in.run = run;
}

static inline void let_break_in(long number, bool sets)
{
    void (*const run)(void) = breaks_in.run;
    if (!run || number != breaks_in.number || sets != breaks_in.sets)
        return;
    breaks_in.run = NULL;
    run();
}

static inline long answer_other(long number, long a, long b, long c)
{
    requested.others++;
    switch (number) {
    case SYS_getpid:
        return vfork_child ? vfork_child : PROCESS;
    case SYS_gettid:
        return self;
    case SYS_sched_yield:
        requested.yields++;
        return 0;
    default:
        CHECK(number == SYS_tgkill && c == 0);
        CHECK(a == (vfork_child ? vfork_child : PROCESS));
        return b == ended || (b == vfork_child) != (a == vfork_child) ? -ESRCH : 0;
    }
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    let_break_in(number, number == SYS_rt_sigaction && b);
    if (number != SYS_rt_sigprocmask && number != SYS_rt_sigaction)
        return answer_other(number, a, b, c);
    CHECK(d == KERNEL_SIGSET_SIZE);
    if (number == SYS_rt_sigprocmask)
        return change_mask((int)a, (const uint64_t *)b, (uint64_t *)c);
    CHECK(a == SIGPIPE);
    if (!b) {
        requested.questions++;
        if (query_result == 0)
            *(struct kernel_sigaction *)c = now;
        return query_result;
    }
    requested.changes++;
    CHECK(mask == ~UINT64_C(0)); /* no handler may interrupt this */
    if (change_result == 0 && c)
        *(struct kernel_sigaction *)c = now;
    if (change_result == 0)
        now = *(const struct kernel_sigaction *)b;
    return change_result;
}

static inline bool is_same(const struct kernel_sigaction *a, const struct kernel_sigaction *b)
{
    return a->handler == b->handler && a->flags == b->flags && a->mask == b->mask &&
           a->restorer == b->restorer;
}

static inline bool is_guard_at_start(void)
{
    const struct disposition guard = disposition_at_start();
    const struct kernel_sigaction expected = {.handler = guard.handler,
                                              .flags = (unsigned)guard.flags |
                                                       KERNEL_SIGACTION_FLAGS,
                                              .restorer = kernel_sigaction_restorer,
                                              .mask = guard.mask};
    return is_same(&now, &expected);
}

/* As mode=ignore starts. */
static struct kernel_sigaction ignored;
static inline void begin(void)
{
    options.mode = MODE_IGNORE;
    sandboxed = pending = opening = false;
    query_result = change_result = 0;
    mask = 0;
    self = PROCESS;
    ended = 0;
    now = ignored = disposition_ignored_at_start();
    CHECK(now.handler == (uintptr_t)SIG_IGN);
    memset(&requested, 0, sizeof(requested));
}

static inline bool is_nothing_requested(void)
{
    return requested.questions + requested.changes + requested.masks + requested.others == 0;
}

/* Calls of another thread. */
static inline struct guard_window begin_as(pid_t thread)
{
    self = thread;
    return guard_window_begin();
}

static inline void end_as(pid_t thread, struct guard_window guard_window)
{
    self = thread;
    guard_window_end(guard_window);
}

#endif
