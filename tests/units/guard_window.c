/* mode=ignore: guard windows, in which the guard replaces SIG_IGN. */
#include "guard_window.h"

static void try_other_modes(void)
{
    static const unsigned modes[] = {MODE_CATCH, MODE_MASK, MODE_FLAGS, MODE_IGNORE};
    for (size_t i = 0; i < 4; i++) {
        begin();
        options.mode = modes[i];
        sandboxed = modes[i] == MODE_IGNORE;
        for (int side = 0; side < 2; side++) {
            opening = side;
            opened = closed = 0;
            guard_window_end(guard_window_begin());
            guard_window_end(guard_window_begin_wait());
            guard_window_end_exec(guard_window_begin_exec());
            CHECK(opened == 3 && closed == 3 && !guard_window_is_open());
        }
        CHECK(modes[i] == MODE_IGNORE || !guard_window_has_overwritten(7, 9));
        CHECK(is_same(&now, &ignored) && is_nothing_requested());
    }
}

static void try_window(void)
{
    begin();
    mask = UINT64_C(1) << (SIGUSR1 - 1);
    const struct guard_window guard_window = begin_as(PROCESS);
    CHECK(is_guard_at_start() && guard_window_is_open() && requested.changes == 1);
    const struct guard_window second = begin_as(THREAD);
    CHECK(is_guard_at_start() && requested.changes == 1); /* the guard was there already */
    end_as(PROCESS, guard_window);
    CHECK(is_guard_at_start() && guard_window_is_open());
    end_as(THREAD, second);
    CHECK(is_same(&now, &ignored) && !guard_window_is_open() && requested.yields == 0);
    CHECK(mask == UINT64_C(1) << (SIGUSR1 - 1));
}

/* No thread waits for a wait to end, since it may never end. */
static void try_wait(void)
{
    begin();
    const struct guard_window wait = guard_window_begin_wait();
    CHECK(is_guard_at_start() && !guard_window_is_open());
    const struct guard_window second = begin_as(THREAD);
    self = PROCESS;
    guard_window_end(wait);
    CHECK(is_guard_at_start() && guard_window_is_open());
    end_as(THREAD, second);
    CHECK(is_same(&now, &ignored));
    guard_window_begin_wait();
    end_as(THREAD, begin_as(THREAD));
    CHECK(is_same(&now, &ignored));
}

/* A thread that was cancelled in a window no longer counts, nor does one that jumped out of it,
   once it has left another. */
static void try_ended_threads(void)
{
    begin();
    begin_as(THREAD);
    CHECK(guard_window_is_open());
    ended = THREAD;
    CHECK(!guard_window_is_open());
    ended = 0;
    CHECK(!guard_window_is_open());
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(is_same(&now, &ignored));
    begin_as(PROCESS);
    begin_as(PROCESS);
    CHECK(guard_window_is_open());
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(!guard_window_is_open() && is_same(&now, &ignored));
}

/* More threads than places: the last one is not recorded. */
static void try_many_threads(void)
{
    struct guard_window windows[17];
    begin();
    for (int i = 0; i < 17; i++)
        windows[i] = begin_as(MANY + i);
    for (int i = 0; i < 16; i++) {
        CHECK(is_guard_at_start() && guard_window_is_open());
        end_as(MANY + i, windows[i]);
    }
    CHECK(is_same(&now, &ignored) && !guard_window_is_open());
    end_as(MANY + 16, windows[16]);
    CHECK(is_same(&now, &ignored) && !guard_window_is_open());
}

static void try_pending(void)
{
    begin();
    pending = true;
    guard_window_end(guard_window_begin());
    CHECK(is_guard_at_start() && !guard_window_is_open() && mask == 0);
    guard_window_end_exec(guard_window_begin_exec()); /* nothing has been replaced */
    pending = false;
    CHECK(is_guard_at_start());
    guard_window_end(guard_window_begin());
    CHECK(is_same(&now, &ignored));
}

static void try_exec(void)
{
    begin();
    const struct guard_window guard_window = guard_window_begin_exec();
    CHECK(is_guard_at_start() && !guard_window_is_open());
    guard_window_end_exec(guard_window);
    CHECK(is_same(&now, &ignored) && requested.changes == 2);
    /* If another thread is in a window, that thread removes the guard. */
    const struct guard_window thread = begin_as(THREAD);
    self = PROCESS;
    const struct guard_window none = guard_window_begin_exec();
    CHECK(!none.replaced);
    now = ignored;
    const struct guard_window exec = guard_window_begin_exec();
    guard_window_end_exec(exec);
    CHECK(exec.replaced && is_guard_at_start());
    end_as(THREAD, thread);
    CHECK(is_same(&now, &ignored));
}

/* Dispositions other than SIG_DFL, and a kernel that refuses to return or to change one. */
static void check_unchanged(const struct kernel_sigaction *there)
{
    now = *there;
    const struct guard_window guard_window = guard_window_begin_exec();
    CHECK(!guard_window.replaced && is_same(&now, there));
    guard_window_end_exec(guard_window);
    CHECK(requested.masks == 2 && mask == 0);
    guard_window_end(guard_window_begin());
    CHECK(is_same(&now, there));
}

static void try_unchanged(void)
{
    begin();
    check_unchanged(&(struct kernel_sigaction){.handler = (uintptr_t)SIG_IGN});
    begin();
    check_unchanged(&(struct kernel_sigaction){.handler = (uintptr_t)SIG_DFL});
    begin();
    check_unchanged(&(struct kernel_sigaction){.handler = (uintptr_t)check_unchanged,
                                               .mask = ignored.mask});
    CHECK(requested.changes == 0);
    begin();
    query_result = -EPERM;
    check_unchanged(&ignored);
    CHECK(requested.changes == 0);
    begin();
    change_result = -EPERM;
    check_unchanged(&ignored);
}

/* A SIG_DFL that the app has set, with its flags and mask. */
static void check_flags(unsigned long restorer_flag, void (*restorer)(void))
{
    static const int flags[] = {SA_RESTART, SA_ONSTACK, SA_NODEFER, SA_SIGINFO | SA_RESTART};
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        const struct disposition app = {(uintptr_t)SIG_DFL, flags[i], 1};
        begin();
        now = kernel_sigaction_for(disposition_to_kernel(app));
        now.flags = (now.flags & ~(unsigned long)KERNEL_SA_RESTORER) | restorer_flag;
        now.restorer = restorer;
        const struct kernel_sigaction before = now;
        const struct guard_window guard_window = guard_window_begin();
        const struct disposition shown = disposition_to_app(kernel_sigaction_disposition(&now));
        CHECK(now.handler != (uintptr_t)SIG_IGN && shown.handler == app.handler);
        CHECK((unsigned)shown.flags == ((unsigned)flags[i] | restorer_flag));
        CHECK(shown.mask == app.mask && now.restorer == restorer);
        guard_window_end(guard_window);
        CHECK(is_same(&now, &before));
    }
}

/* Another thread blocks the signal as well before this one has made its change: it must not go
   on before the guard stands. */
static bool stood_for_another;

static void look_at_another(void)
{
    const uint64_t own = mask;
    mask = 0;
    self = THREAD;
    guard_window_stays();
    stood_for_another = is_guard_at_start();
    self = PROCESS;
    mask = own;
}

/* The guard stays once the signal may be blocked; a vfork child, which blocks it in its own
   process, has no effect on its parent. */
static void try_stays(void)
{
    begin();
    sandboxed = true;
    guard_window_stays();
    sandboxed = false;
    options.mode = MODE_CATCH;
    guard_window_stays();
    CHECK(is_same(&now, &ignored) && is_nothing_requested());
    options.mode = MODE_IGNORE;
    vfork_child = THREAD;
    guard_window_stays();
    CHECK(is_guard_at_start());
    begin();
    vfork_child = 0;
    let(look_at_another, SYS_rt_sigaction, true);
    guard_window_stays();
    CHECK(is_guard_at_start() && stood_for_another);
    sigpipe_may_be_blocked = true;
    end_as(PROCESS, begin_as(PROCESS));
    CHECK(is_guard_at_start());
    const unsigned changes = requested.changes;
    guard_window_stays();
    CHECK(requested.changes == changes);
}

int main(void)
{
    try_other_modes();
    try_window();
    try_wait();
    try_ended_threads();
    try_many_threads();
    try_pending();
    try_exec();
    try_unchanged();
    check_flags(0, NULL);
    check_flags(KERNEL_SA_RESTORER, kernel_sigaction_restorer);
    try_stays();
    return 0;
}
