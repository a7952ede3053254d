/* mode=ignore: guard windows while other threads intervene. */
#include "guard_window.h"

/* A thread waits while another one replaces the guard or SIG_IGN, but not for ever: that thread
   may never get the CPU. */
static struct guard_window other;

static void begin_another(void)
{
    const uint64_t own = mask;
    const pid_t was = self;
    mask = 0;
    self = THREAD;
    other = guard_window_begin();
    CHECK(mask == 0);
    mask = own;
    self = was;
}

static void begin_another_after_the_end(void)
{
    ended = PROCESS;
    begin_another();
    ended = 0;
}

static void begin_where_another_gets_on(void)
{
    ended = PROCESS;
    let(begin_another, SYS_tgkill, false); /* a third thread, while the second asks */
    self = THREAD + 1;
    const uint64_t own = mask;
    mask = 0;
    guard_window_end(guard_window_begin());
    mask = own;
    self = PROCESS;
    ended = 0;
}

static void try_concurrent_windows(void)
{
    begin();
    const struct guard_window first = guard_window_begin();
    let(begin_another, SYS_rt_sigaction, true);
    guard_window_end(first);
    CHECK(!breaks_in.run && requested.yields == 1000);
    CHECK(guard_window_is_open());
    end_as(THREAD, other);
    CHECK(is_same(&now, &ignored) && !guard_window_is_open());
}

/* A thread does not wait for one that ended during its change, as after a fork. */
static void try_ended_thread(void)
{
    begin();
    const struct guard_window first = guard_window_begin();
    let(begin_another_after_the_end, SYS_rt_sigaction, true);
    guard_window_end(first);
    CHECK(!breaks_in.run && requested.yields == 0);
    end_as(THREAD, other);
    begin();
    self = PROCESS;
    const struct guard_window again = guard_window_begin();
    let(begin_where_another_gets_on, SYS_rt_sigaction, true);
    guard_window_end(again);
    CHECK(!breaks_in.run && requested.yields == 1);
    end_as(THREAD, other);
    CHECK(is_same(&now, &ignored) && !guard_window_is_open());
}

/* A vfork child, whose dispositions are its own, leaves the places of its parent's threads as
   they are: the thread in a window, and the one that makes a change. */
static void act_in_vfork_child(void)
{
    const struct kernel_sigaction of_parent = now;
    const uint64_t own = mask;
    const pid_t was = self;
    mask = 0;
    self = vfork_child = PROCESS + 7;
    guard_window_end(guard_window_begin());
    guard_window_end_exec(guard_window_begin_exec());
    vfork_child = 0;
    self = was;
    mask = own;
    now = of_parent;
}

static void try_vfork_child(void)
{
    begin();
    const struct guard_window window = begin_as(THREAD);
    act_in_vfork_child();
    self = PROCESS;
    guard_window_end(guard_window_begin());
    CHECK(is_guard_at_start() && guard_window_is_open());
    end_as(THREAD, window);
    CHECK(is_same(&now, &ignored) && !guard_window_is_open() && requested.yields == 0);
    begin();
    const struct guard_window first = guard_window_begin();
    let(act_in_vfork_child, SYS_rt_sigaction, true);
    guard_window_end(first);
    CHECK(!breaks_in.run && requested.yields == 4000); /* the changes to and fro, twice */
}

/* The app sets a handler during the change: the handler is restored, and the thread that has
   set it must check. */
static const struct kernel_sigaction of_app = {.handler = 0x5555, .mask = 9};

static void set_handler(void)
{
    now = of_app;
}

static void try_concurrent_choice(void)
{
    begin();
    let(set_handler, SYS_rt_sigaction, true);
    const struct guard_window exec = guard_window_begin_exec();
    CHECK(!exec.replaced && is_same(&now, &of_app) && requested.changes == 2);
    begin();
    const struct guard_window guard_window = guard_window_begin();
    let(set_handler, SYS_rt_sigaction, true);
    guard_window_end(guard_window);
    CHECK(is_same(&now, &of_app) && mask == 0);
}

static void try_overwritten(void)
{
    begin();
    const unsigned before = guard_window_changes();
    now = of_app;
    CHECK(!guard_window_has_overwritten(before, of_app.handler) && requested.questions == 0);
    CHECK(!guard_window_has_overwritten(before, 0x77));
    now = ignored;
    guard_window_end(guard_window_begin_wait());
    CHECK(guard_window_changes() != before);
    now = of_app;
    CHECK(!guard_window_has_overwritten(before, of_app.handler));
    CHECK(guard_window_has_overwritten(before, 0x77));
    now = ignored;
    CHECK(guard_window_has_overwritten(before, of_app.handler));
    CHECK(!guard_window_has_overwritten(before, (uintptr_t)SIG_DFL));
    query_result = -EPERM;
    CHECK(!guard_window_has_overwritten(before, of_app.handler));
}

/* A thread that has set a handler waits until the other has made its change, and then checks.
 */
static bool seen_before;

static void look(void)
{
    const uint64_t own = mask;
    self = THREAD;
    seen_before = guard_window_has_overwritten(guard_window_changes() - 1, of_app.handler);
    self = PROCESS;
    mask = own;
}

static void try_check_waits(void)
{
    begin();
    let(look, SYS_rt_sigaction, true);
    guard_window_end(guard_window_begin());
    CHECK(seen_before && requested.yields == 1000);
    CHECK(is_same(&now, &ignored));
}

int main(void)
{
    try_concurrent_windows();
    try_ended_thread();
    try_vfork_child();
    try_concurrent_choice();
    try_overwritten();
    try_check_waits();
    return 0;
}
