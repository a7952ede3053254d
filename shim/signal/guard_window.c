#include "signal/guard_window.h"

#include <sched.h>
#include <stdatomic.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "base/sigset.h"
#include "config/options.h"
#include "signal/disposition.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"
#include "signal/process.h"

/* The ids of the threads in a window. A thread may have been cancelled there, or be in the
   process that this one was forked from, so an id counts only while the thread lives. If all
   places are taken, the guard may be removed too early for a child that is being started. */
enum { PLACES = 16 };
static _Atomic(pid_t) inside[PLACES];

/* The thread that is in exchange(), and how often any thread has been. */
static _Atomic(pid_t) exchanging;
static atomic_uint changes;

static bool ignores(void)
{
    return options.mode == MODE_IGNORE && !sandboxed;
}

static pid_t this_thread(void)
{
    return (pid_t)SYSCALL(SYS_gettid);
}

/* A vfork child, which shares this memory but is another process, finds none of its parent's
   threads: there each counts as alive. */
static bool is_alive(pid_t thread)
{
    return SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), thread, 0) == 0 || vfork_child_id();
}

static bool swap(_Atomic(pid_t) *place, pid_t from, pid_t to)
{
    return atomic_compare_exchange_strong(place, &from, to);
}

static void enter(pid_t self)
{
    for (int i = 0; i < PLACES; i++) {
        if (swap(&inside[i], 0, self) || inside[i] == self)
            return;
    }
}

static void leave(pid_t self)
{
    for (int i = 0; i < PLACES; i++)
        swap(&inside[i], self, 0);
}

bool guard_window_is_open(void)
{
    for (int i = 0; i < PLACES; i++) {
        const pid_t there = inside[i];
        if (there && is_alive(there))
            return true;
        if (there)
            swap(&inside[i], there, 0);
    }
    return false;
}

/* Waits until no thread is in exchange(), and records `self` there (0: no thread). Bounded,
   since this thread may keep the CPU from the one that it waits for, if it has the higher
   priority. */
static void settle(pid_t self)
{
    for (int i = 0; i < 1000; i++) {
        const pid_t there = exchanging;
        if ((!there || !is_alive(there)) && swap(&exchanging, there, self))
            return;
        SYSCALL(SYS_sched_yield);
    }
}

/* The guard, or what mode=ignore holds instead of it, in place of `now`. */
static struct kernel_sigaction replacement(const struct kernel_sigaction *now,
                                           bool guard_wanted)
{
    const struct disposition app = disposition_to_app(kernel_sigaction_disposition(now));
    if (disposition_is_at_start(app))
        return guard_wanted ? kernel_sigaction_for(disposition_at_start())
                            : disposition_ignored_at_start();
    return kernel_sigaction_in_place(
        guard_wanted ? disposition_guard(app) : disposition_to_kernel(app), now);
}

/*
 * Whether `now` stands for the app's SIG_DFL and is to be replaced. The kernel holds SIG_DFL
 * itself only at the moment in which the guard ends the process, which nothing may stop.
 * SIG_IGN would discard what is pending, in other threads too (kernel/signal.c, do_sigaction):
 * then the guard stays. The kernel is asked as well, since setcontext(3) may have blocked the
 * signal past the interposers.
 */
static bool is_to_be_replaced(const struct kernel_sigaction *now, bool guard_wanted)
{
    const struct disposition kernel = kernel_sigaction_disposition(now);
    return now->handler != (uintptr_t)SIG_DFL &&
           disposition_to_app(kernel).handler == (uintptr_t)SIG_DFL &&
           disposition_is_ignored_default(kernel) == guard_wanted &&
           (guard_wanted || !(sigpipe_may_be_blocked || sigpipe_is_pending()));
}

/*
 * Replaces SIG_IGN by the guard, or the guard by SIG_IGN, if the app has SIG_DFL; false if
 * nothing was replaced. The kernel cannot compare and set in one call: what another thread sets
 * in between is set again, and that thread checks too (guard_window_has_overwritten). All
 * signals are blocked, since a handler that interrupted this would wait for its own thread.
 */
static bool exchange(bool guard_wanted)
{
    static const uint64_t all = ~UINT64_C(0);
    const pid_t self = this_thread();
    struct kernel_sigaction now;
    struct kernel_sigaction replaced;
    uint64_t mask = 0;
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, KERNEL_SIGSET_SIZE);
    settle(self);
    changes++;
    bool done = rt_sigaction(SIGPIPE, NULL, &now) == 0 && is_to_be_replaced(&now, guard_wanted);
    if (done) {
        const struct kernel_sigaction wanted = replacement(&now, guard_wanted);
        done = rt_sigaction(SIGPIPE, &wanted, &replaced) == 0;
        if (done && replaced.handler != now.handler) {
            rt_sigaction(SIGPIPE, &replaced, NULL);
            done = false;
        }
    }
    swap(&exchanging, self, 0);
    SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
    return done;
}

unsigned guard_window_changes(void)
{
    return changes;
}

bool guard_window_has_overwritten(unsigned before, uintptr_t app_handler)
{
    struct kernel_sigaction now;
    if (options.mode != MODE_IGNORE)
        return false;
    settle(0);
    return changes != before && rt_sigaction(SIGPIPE, NULL, &now) == 0 &&
           disposition_to_app(kernel_sigaction_disposition(&now)).handler != app_handler;
}

void guard_window_stays(void)
{
    static atomic_bool stays;
    if (!ignores() || stays)
        return;
    exchange(true);
    stays = !vfork_child_id(); /* a vfork child has dispositions of its own */
}

struct guard_window guard_window_begin_wait(void)
{
    const struct guard_window window = {.replaced = ignores(), .opened = hidden_mask_open()};
    if (window.replaced)
        exchange(true);
    return window;
}

struct guard_window guard_window_begin(void)
{
    if (ignores())
        enter(this_thread());
    return guard_window_begin_wait();
}

void guard_window_end(struct guard_window window)
{
    if (window.replaced)
        leave(this_thread());
    guard_window_end_exec(window);
}

struct guard_window guard_window_begin_exec(void)
{
    return (struct guard_window){.replaced = ignores() && exchange(true),
                                 .opened = hidden_mask_open()};
}

void guard_window_end_exec(struct guard_window window)
{
    hidden_mask_close(window.opened);
    if (window.replaced && !guard_window_is_open())
        exchange(false);
}
