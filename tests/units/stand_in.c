/* mode=ignore: the guard in the place of SIG_IGN for a moment. */
#include "stand_in.h"

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
            stand_in_end(stand_in_begin_wait());
            stand_in_end_exec(stand_in_begin_exec());
            CHECK(opened == 3 && closed == 3 && !stand_in_is_up());
        }
        CHECK(modes[i] == MODE_IGNORE || !stand_in_has_overwritten(7, 9));
        CHECK(is_same(&now, &ignored) && is_nothing_asked());
    }
}

static void for_a_moment(void)
{
    begin();
    mask = UINT64_C(1) << (SIGUSR1 - 1);
    const struct stand_in stand_in = begin_as(PROCESS);
    CHECK(is_guard_at_start() && stand_in_is_up() && asked.changes == 1);
    const struct stand_in second = begin_as(THREAD);
    CHECK(is_guard_at_start() && asked.changes == 1); /* it was there already */
    end_as(PROCESS, stand_in);
    CHECK(is_guard_at_start() && stand_in_is_up());
    end_as(THREAD, second);
    CHECK(is_same(&now, &ignored) && !stand_in_is_up() && asked.yields == 0);
    CHECK(mask == UINT64_C(1) << (SIGUSR1 - 1));
}

/* A wait is not waited for: it may never come to its end. */
static void for_a_wait(void)
{
    begin();
    const struct stand_in wait = stand_in_begin_wait();
    CHECK(is_guard_at_start() && !stand_in_is_up());
    const struct stand_in second = begin_as(THREAD);
    self = PROCESS;
    stand_in_end(wait);
    CHECK(is_guard_at_start() && stand_in_is_up());
    end_as(THREAD, second);
    CHECK(is_same(&now, &ignored));
    stand_in_begin_wait();
    end_as(THREAD, begin_as(THREAD));
    CHECK(is_same(&now, &ignored));
}

/* One that was cancelled in between is none any more, nor is one that is left by a jump once it
   has come by again. */
static void for_one_that_has_ended(void)
{
    begin();
    begin_as(THREAD);
    CHECK(stand_in_is_up());
    ended = THREAD;
    CHECK(!stand_in_is_up());
    ended = 0;
    CHECK(!stand_in_is_up());
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(is_same(&now, &ignored));
    begin_as(PROCESS);
    begin_as(PROCESS);
    CHECK(stand_in_is_up());
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(!stand_in_is_up() && is_same(&now, &ignored));
}

/* More than there are places for: the last one to come is not known of. */
static void for_many(void)
{
    struct stand_in stand_ins[17];
    begin();
    for (int i = 0; i < 17; i++)
        stand_ins[i] = begin_as(MANY + i);
    for (int i = 0; i < 16; i++) {
        CHECK(is_guard_at_start() && stand_in_is_up());
        end_as(MANY + i, stand_ins[i]);
    }
    CHECK(is_same(&now, &ignored) && !stand_in_is_up());
    end_as(MANY + 16, stand_ins[16]);
    CHECK(is_same(&now, &ignored) && !stand_in_is_up());
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
    CHECK(is_same(&now, &ignored) && asked.changes == 2);
    /* Where a thread is in between, the guard is left to it. */
    const struct stand_in thread = begin_as(THREAD);
    self = PROCESS;
    const struct stand_in none = stand_in_begin_exec();
    CHECK(!none.replaced);
    now = ignored;
    const struct stand_in exec = stand_in_begin_exec();
    stand_in_end_exec(exec);
    CHECK(exec.replaced && is_guard_at_start());
    end_as(THREAD, thread);
    CHECK(is_same(&now, &ignored));
}

/* What is not the default, or cannot be asked or changed. */
static void unchanged(const struct kernel_action *there)
{
    now = *there;
    const struct stand_in stand_in = stand_in_begin_exec();
    CHECK(!stand_in.replaced && is_same(&now, there));
    stand_in_end_exec(stand_in);
    CHECK(asked.masks == 2 && mask == 0);
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

/* Once the signal may be blocked; a vfork child, which does it in its own process, does not
   answer for its parent. */
static void for_good(void)
{
    begin();
    sandboxed = true;
    stand_in_for_good();
    sandboxed = false;
    options.mode = MODE_CATCH;
    stand_in_for_good();
    CHECK(is_same(&now, &ignored) && is_nothing_asked());
    options.mode = MODE_IGNORE;
    vfork_child = THREAD;
    stand_in_for_good();
    CHECK(is_guard_at_start());
    begin();
    vfork_child = 0;
    stand_in_for_good();
    CHECK(is_guard_at_start());
    guard_may_be_blocked = true;
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(is_guard_at_start());
    const unsigned changes = asked.changes;
    stand_in_for_good();
    CHECK(asked.changes == changes);
}

int main(void)
{
    elsewhere();
    for_a_moment();
    for_a_wait();
    for_one_that_has_ended();
    for_many();
    while_one_is_pending();
    around_an_exec();
    what_is_left_alone();
    with_flags(0, NULL);
    with_flags(KERNEL_SA_RESTORER, kernel_action_restorer);
    for_good();
    return 0;
}
