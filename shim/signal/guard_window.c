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

/* The threads between begin and end, by their ids. One may have been cancelled there, or be in
   the process that this one was forked from: it counts while it lives. Where all places are
   taken, the guard is taken down too early for a child that is just being started. */
enum { PLACES = 16 };
static _Atomic(pid_t) inside[PLACES];

/* The thread that is in exchange(), and how often one has been. */
static _Atomic(pid_t) exchanging;
static atomic_uint changes;

static bool is_alive(pid_t thread)
{
    return SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), thread, 0) == 0;
}

static void enter(pid_t self)
{
    for (int i = 0; i < PLACES; i++) {
        pid_t there = 0;
        if (atomic_compare_exchange_strong(&inside[i], &there, self) || there == self)
            return;
    }
}

static void leave(pid_t self)
{
    for (int i = 0; i < PLACES; i++) {
        pid_t there = self;
        atomic_compare_exchange_strong(&inside[i], &there, 0);
    }
}

bool guard_window_is_open(void)
{
    for (int i = 0; i < PLACES; i++) {
        pid_t there = inside[i];
        if (there && !is_alive(there))
            atomic_compare_exchange_strong(&inside[i], &there, 0);
        else if (there)
            return true;
    }
    return false;
}

/* Waits until `exchanging` is nobody or, to make it `wanted`, was. Bounded: the thread that is
   may not get on while the one that waits has the CPU. */
static void settle(pid_t wanted)
{
    for (int i = 0; i < 1000; i++) {
        pid_t there = 0;
        if (atomic_compare_exchange_strong(&exchanging, &there, wanted))
            return;
        if (!is_alive(there) && atomic_compare_exchange_strong(&exchanging, &there, wanted))
            return;
        SYSCALL(SYS_sched_yield);
    }
}

/* The guard or what else stands for the host's default, in the place of `now`. */
static struct kernel_sigaction standing_for(struct disposition app, bool guard_wanted,
                                            const struct kernel_sigaction *now)
{
    if (disposition_is_at_start(app))
        return guard_wanted ? kernel_sigaction_for(disposition_at_start())
                            : disposition_ignored_at_start();
    return kernel_sigaction_in_place(
        guard_wanted ? disposition_guard(app) : disposition_to_kernel(app), now);
}

/* Whether `now` is what stands for the host's default, and the other one is wanted. The
   kernel's own default stands only in the moment in which the guard ends the process, which is
   not to be stopped. SIG_IGN would discard what is pending, also in other threads
   (kernel/signal.c, do_sigaction): then the guard stays. A context may have blocked the signal
   unseen. */
static bool is_other_one(const struct kernel_sigaction *now, bool guard_wanted)
{
    const struct disposition kernel = kernel_sigaction_disposition(now);
    return now->handler != (uintptr_t)SIG_DFL &&
           disposition_to_app(kernel).handler == (uintptr_t)SIG_DFL &&
           disposition_is_ignored_default(kernel) == guard_wanted &&
           (guard_wanted || !(sigpipe_may_be_blocked || sigpipe_is_pending()));
}

/* Puts the guard in the place of SIG_IGN, or the other way round, where the host has the
   default; false where there was nothing to change. The kernel can not be asked and told in one
   call: what another thread sets in between is put back, and that thread looks once more
   (guard_window_has_overwritten). No handler may break in and wait for this very thread. */
static bool exchange(bool guard_wanted)
{
    static const uint64_t all = ~UINT64_C(0);
    const pid_t self = (pid_t)SYSCALL(SYS_gettid);
    struct kernel_sigaction now;
    struct kernel_sigaction replaced;
    uint64_t mask = 0;
    SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, KERNEL_SIGSET_SIZE);
    settle(self);
    changes++;
    bool done = rt_sigaction(SIGPIPE, NULL, &now) == 0 && is_other_one(&now, guard_wanted);
    if (done) {
        const struct kernel_sigaction wanted = standing_for(
            disposition_to_app(kernel_sigaction_disposition(&now)), guard_wanted, &now);
        done = rt_sigaction(SIGPIPE, &wanted, &replaced) == 0;
        if (done && replaced.handler != now.handler) {
            rt_sigaction(SIGPIPE, &replaced, NULL);
            done = false;
        }
    }
    pid_t there = self;
    atomic_compare_exchange_strong(&exchanging, &there, 0);
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
    if (options.mode != MODE_IGNORE || sandboxed || stays)
        return;
    stays = !vfork_child_id(); /* which has a disposition of its own */
    exchange(true);
}

struct guard_window guard_window_begin_wait(void)
{
    struct guard_window guard_window = {false, hidden_mask_open()};
    guard_window.replaced = options.mode == MODE_IGNORE && !sandboxed;
    if (guard_window.replaced)
        exchange(true);
    return guard_window;
}

struct guard_window guard_window_begin(void)
{
    if (options.mode == MODE_IGNORE && !sandboxed)
        enter((pid_t)SYSCALL(SYS_gettid));
    return guard_window_begin_wait();
}

void guard_window_end(struct guard_window guard_window)
{
    hidden_mask_close(guard_window.opened);
    if (!guard_window.replaced)
        return;
    leave((pid_t)SYSCALL(SYS_gettid));
    if (!guard_window_is_open())
        exchange(false);
}

struct guard_window guard_window_begin_exec(void)
{
    struct guard_window guard_window = {false, hidden_mask_open()};
    if (options.mode == MODE_IGNORE && !sandboxed)
        guard_window.replaced = exchange(true);
    return guard_window;
}

void guard_window_end_exec(struct guard_window guard_window)
{
    hidden_mask_close(guard_window.opened);
    if (guard_window.replaced && !guard_window_is_open())
        exchange(false);
}
