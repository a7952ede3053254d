#include "stand_in.h"

#include <sched.h>
#include <stdatomic.h>

#include "guard.h"
#include "kernel_action.h"
#include "options.h"
#include "sandbox.h"
#include "sigpipe.h"
#include "thread_mask.h"

/* How many threads are between begin and end, and whether one is about to put SIG_IGN back. */
static atomic_uint inside;
static atomic_bool restoring;

/* The guard or what else stands for the host's default, in the place of `now`. */
static struct kernel_action standing_for(struct disposition host, bool guard_wanted,
                                         const struct kernel_action *now)
{
    if (disposition_is_at_start(host))
        return guard_wanted ? kernel_action_for(disposition_at_start())
                            : kernel_action_ignored_at_start();
    struct kernel_action wanted =
        kernel_action_for(guard_wanted ? disposition_guard(host) : disposition_to_kernel(host));
    wanted.flags =
        (wanted.flags & ~(unsigned long)KERNEL_SA_RESTORER) | (now->flags & KERNEL_SA_RESTORER);
    wanted.restorer = now->restorer;
    return wanted;
}

/* Puts the guard in the place of SIG_IGN, or the other way round, where the host has the
   default; false where there was nothing to change. The kernel's own default stands only in the
   moment in which the guard ends the process, which is not to be stopped. */
static bool exchange(bool guard_wanted)
{
    struct kernel_action now;
    if (kernel_action_swap(SIGPIPE, NULL, &now) != 0 || now.handler == (uintptr_t)SIG_DFL)
        return false;
    const struct disposition kernel = kernel_action_disposition(&now);
    const struct disposition host = disposition_to_host(kernel);
    if (host.handler != (uintptr_t)SIG_DFL ||
        disposition_is_ignored_default(kernel) != guard_wanted)
        return false;
    const struct kernel_action wanted = standing_for(host, guard_wanted, &now);
    return kernel_action_swap(SIGPIPE, &wanted, NULL) == 0;
}

/* SIG_IGN discards what is pending (kernel/signal.c, do_sigaction): then the guard stays. One
   that another thread is to get is only shown to a thread that has it blocked (do_sigpending).
 */
static void ignore_again(void)
{
    uint64_t mask = 0;
    RAW(SYS_rt_sigprocmask, SIG_BLOCK, &sigpipe_bit, &mask, KERNEL_SIGSET_SIZE);
    if (!guard_signal_is_pending())
        exchange(false);
    RAW(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
}

bool stand_in_is_up(void)
{
    return inside != 0;
}

struct stand_in stand_in_begin(void)
{
    struct stand_in stand_in = {false, thread_mask_open()};
    if (options.mode != MODE_IGNORE || sandboxed)
        return stand_in;
    inside++;
    /* Bounded, since the thread that restores may be one that a fork has left behind. */
    for (int i = 0; restoring && i < 1000; i++)
        RAW(SYS_sched_yield);
    stand_in.replaced = true;
    exchange(true);
    return stand_in;
}

void stand_in_end(struct stand_in stand_in)
{
    thread_mask_close(stand_in.opened);
    if (!stand_in.replaced)
        return;
    inside--;
    restoring = true;
    if (inside == 0)
        ignore_again();
    restoring = false;
}

struct stand_in stand_in_begin_exec(void)
{
    struct stand_in stand_in = {false, thread_mask_open()};
    if (options.mode == MODE_IGNORE && !sandboxed)
        stand_in.replaced = exchange(true);
    return stand_in;
}

void stand_in_end_exec(struct stand_in stand_in)
{
    thread_mask_close(stand_in.opened);
    if (stand_in.replaced && inside == 0)
        ignore_again();
}
