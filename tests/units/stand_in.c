/* mode=ignore: the guard in the place of SIG_IGN for a moment, with a kernel that is played
 * here. */
#include "../../shim/stand_in.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../../shim/guard.h"
#include "../../shim/kernel_action.h"
#include "../../shim/options.h"
#include "../../shim/sandbox.h"
#include "../../shim/sigpipe.h"
#include "../../shim/thread_mask.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

struct options options;
bool sandboxed;

/* The kernel's: SIGPIPE's disposition, this thread's mask, what it answers, what it was asked.
 */
static struct kernel_action now;
static uint64_t mask;
static bool pending;
static long asking;
static long setting;
static struct {
    unsigned questions;
    unsigned changes;
    unsigned masks;
    unsigned yields;
} asked;

/* Another thread's begin, at the moment in which this one puts SIG_IGN back. */
static bool breaks_in;
static struct stand_in other;

static bool opening;
static unsigned opened;
static unsigned closed;

bool thread_mask_open(void)
{
    opened++;
    return opening;
}

void thread_mask_close(bool was_opened)
{
    CHECK(was_opened == opening);
    closed++;
}

/* A signal for another thread is shown only to one that has it blocked (kernel/signal.c,
   do_sigpending). */
bool guard_signal_is_pending(void)
{
    CHECK(mask & sigpipe_bit);
    return pending;
}

void guard_signalled(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info, (void)context;
}

void guard_passing(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    (void)handler, (void)signal_number, (void)info, (void)context;
}

void guard_one_shot(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
}

static long change_mask(int how, const uint64_t *set, uint64_t *old)
{
    asked.masks++;
    if (breaks_in) {
        breaks_in = false;
        other = stand_in_begin();
    }
    if (old)
        *old = mask;
    mask = how == SIG_BLOCK ? mask | *set : *set;
    CHECK(how == SIG_BLOCK || how == SIG_SETMASK);
    return 0;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    if (number == SYS_sched_yield) {
        asked.yields++;
        return 0;
    }
    CHECK(d == KERNEL_SIGSET_SIZE);
    if (number == SYS_rt_sigprocmask)
        return change_mask((int)a, (const uint64_t *)b, (uint64_t *)c);
    CHECK(number == SYS_rt_sigaction && a == SIGPIPE);
    if (!b) {
        asked.questions++;
        if (asking == 0)
            *(struct kernel_action *)c = now;
        return asking;
    }
    asked.changes++;
    if (setting == 0)
        now = *(const struct kernel_action *)b;
    return setting;
}

static bool is_same(const struct kernel_action *a, const struct kernel_action *b)
{
    return a->handler == b->handler && a->flags == b->flags && a->mask == b->mask &&
           a->restorer == b->restorer;
}

static bool is_guard_at_start(void)
{
    const struct disposition guard = disposition_at_start();
    const struct kernel_action expected = {.handler = guard.handler,
                                           .flags = (unsigned)guard.flags | KERNEL_ACTION_FLAGS,
                                           .restorer = kernel_action_restorer,
                                           .mask = guard.mask};
    return is_same(&now, &expected);
}

/* As mode=ignore starts. */
static struct kernel_action ignored;
static void begin(void)
{
    options.mode = MODE_IGNORE;
    sandboxed = pending = opening = false;
    asking = setting = 0;
    mask = 0;
    now = ignored = kernel_action_ignored_at_start();
    CHECK(now.handler == (uintptr_t)SIG_IGN);
    memset(&asked, 0, sizeof(asked));
}

static bool is_nothing_asked(void)
{
    return asked.questions + asked.changes + asked.masks + asked.yields == 0;
}

static void elsewhere(void)
{
    static const unsigned modes[] = {MODE_CATCH, MODE_MASK, MODE_FLAGS, MODE_IGNORE};
    for (size_t i = 0; i < 4; i++) {
        begin();
        options.mode = modes[i];
        sandboxed = modes[i] == MODE_IGNORE;
        for (int side = 0; side < 2; side++) {
            opening = side;
            opened = closed = 0;
            stand_in_end(stand_in_begin());
            stand_in_end_exec(stand_in_begin_exec());
            CHECK(opened == 2 && closed == 2 && !stand_in_is_up());
        }
        CHECK(is_same(&now, &ignored) && is_nothing_asked());
    }
}

static void for_a_moment(void)
{
    begin();
    mask = UINT64_C(1) << (SIGUSR1 - 1);
    const struct stand_in stand_in = stand_in_begin();
    CHECK(is_guard_at_start() && stand_in_is_up() && asked.masks == 0);
    const struct stand_in second = stand_in_begin();
    CHECK(asked.changes == 1); /* it was there already */
    stand_in_end(stand_in);
    CHECK(is_guard_at_start() && stand_in_is_up() && asked.masks == 0);
    stand_in_end(second);
    CHECK(is_same(&now, &ignored) && !stand_in_is_up() && asked.yields == 0);
    CHECK(mask == UINT64_C(1) << (SIGUSR1 - 1));
}

static void while_one_is_pending(void)
{
    begin();
    pending = true;
    stand_in_end(stand_in_begin());
    CHECK(is_guard_at_start() && !stand_in_is_up() && mask == 0);
    stand_in_end_exec(stand_in_begin_exec()); /* nothing has been replaced */
    pending = false;
    CHECK(is_guard_at_start());
    stand_in_end(stand_in_begin());
    CHECK(is_same(&now, &ignored));
}

static void around_an_exec(void)
{
    begin();
    const struct stand_in stand_in = stand_in_begin_exec();
    CHECK(is_guard_at_start() && !stand_in_is_up());
    stand_in_end_exec(stand_in);
    CHECK(is_same(&now, &ignored) && asked.masks == 2);
    /* Where a thread is in between, the guard is left to it. */
    const struct stand_in thread = stand_in_begin();
    const struct stand_in none = stand_in_begin_exec();
    CHECK(!none.replaced);
    now = ignored;
    const struct stand_in exec = stand_in_begin_exec();
    stand_in_end_exec(exec);
    CHECK(exec.replaced && is_guard_at_start());
    stand_in_end(thread);
    CHECK(is_same(&now, &ignored));
}

/* What is not the default, or cannot be asked or changed. */
static void unchanged(const struct kernel_action *there)
{
    now = *there;
    const struct stand_in stand_in = stand_in_begin_exec();
    CHECK(!stand_in.replaced && is_same(&now, there));
    stand_in_end_exec(stand_in);
    CHECK(asked.masks == 0);
    stand_in_end(stand_in_begin());
    CHECK(is_same(&now, there));
}

static void what_is_left_alone(void)
{
    begin();
    unchanged(&(struct kernel_action){.handler = (uintptr_t)SIG_IGN});
    begin();
    unchanged(&(struct kernel_action){.handler = (uintptr_t)SIG_DFL});
    begin();
    unchanged(&(struct kernel_action){.handler = (uintptr_t)unchanged, .mask = ignored.mask});
    CHECK(asked.changes == 0);
    begin();
    asking = -EPERM;
    unchanged(&ignored);
    CHECK(asked.changes == 0);
    begin();
    setting = -EPERM;
    unchanged(&ignored);
}

/* A default that the host has set, with all that it has set beside it. */
static void with_flags(unsigned long restorer_flag, void (*restorer)(void))
{
    static const int flags[] = {SA_RESTART, SA_ONSTACK, SA_NODEFER, SA_SIGINFO | SA_RESTART};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        const struct disposition host = {(uintptr_t)SIG_DFL, flags[i], 1};
        begin();
        now = kernel_action_for(disposition_to_kernel(host));
        now.flags = (now.flags & ~(unsigned long)KERNEL_SA_RESTORER) | restorer_flag;
        now.restorer = restorer;
        const struct kernel_action before = now;
        const struct stand_in stand_in = stand_in_begin();
        const struct disposition shown = disposition_to_host(kernel_action_disposition(&now));
        CHECK(now.handler != (uintptr_t)SIG_IGN && shown.handler == host.handler);
        CHECK((unsigned)shown.flags == ((unsigned)flags[i] | restorer_flag));
        CHECK(shown.mask == host.mask && now.restorer == restorer);
        stand_in_end(stand_in);
        CHECK(is_same(&now, &before));
    }
}

/* One that comes while SIG_IGN is put back waits, but not for ever: the thread that does so may
   be one that a fork has left behind. */
static void while_another_restores(void)
{
    begin();
    breaks_in = true;
    stand_in_end(stand_in_begin());
    CHECK(asked.yields == 1000 && stand_in_is_up());
    stand_in_end(other);
    CHECK(is_same(&now, &ignored) && !stand_in_is_up());
}

int main(void)
{
    elsewhere();
    for_a_moment();
    while_one_is_pending();
    around_an_exec();
    what_is_left_alone();
    with_flags(0, NULL);
    with_flags(KERNEL_SA_RESTORER, kernel_action_restorer);
    while_another_restores();
    return 0;
}
