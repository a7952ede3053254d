/* Which signals the guard takes for a broken write's if the siginfo does not show it: in a
   sandbox, where the shim may not ask the kernel either, and if the kernel had no memory for a
   siginfo. */
#include "signal_parts.h"

#if defined(__x86_64__)
static bool dies_behind(long status, long argument2, siginfo_t info)
{
    interrupt(true, status, argument2);
    queue_signal(0, info);
    return died();
}

static bool dies_of(bool behind_call, long status, siginfo_t info)
{
    interrupt(behind_call, status, 0);
    queue_signal(0, info);
    return died();
}

/* If the kernel had no memory for a siginfo, its si_pid is 0. */
static void try_without_memory(void)
{
    const siginfo_t nobody = info_of(SI_USER, 0, 0);
    install();
    CHECK(!dies_of(true, -EPIPE, nobody));
    CHECK(dies_of(true, -EAGAIN, nobody) && dies_of(true, 5, nobody));
    CHECK(dies_of(true, 0, nobody));
}

/* In a sandbox the process id is the one noted before, if any. */
static void try_sandbox(void)
{
    const siginfo_t own = info_of(SI_USER, 0, PROCESS);
    const siginfo_t sent = info_of(SI_TKILL, 0, PROCESS);
    install();
    sandboxed = true;
    CHECK(!dies_of(true, -EPIPE, own) && !dies_of(true, 5, own) && !dies_of(false, 5, own));
    is_nobody = true;
    CHECK(!dies_of(true, -EPIPE, own) && !dies_of(false, -EPIPE, own));
    CHECK(!dies_of(true, 5, own) && !dies_of(true, 1, own));
    CHECK(dies_of(false, 5, own)); /* a number left by a computation */
    CHECK(!dies_of(true, 0, own)); /* a change of the mask */
    CHECK(dies_behind(0, SIGPIPE, own) && !dies_behind(1, SIGPIPE, own)); /* kill(2) */
    CHECK(dies_of(false, 0, own) && dies_of(true, -EAGAIN, own));
    CHECK(dies_of(true, -EPIPE, sent) && dies_of(true, 5, sent));
    sandboxed = false;
    CHECK(dies_of(true, -EPIPE, own) && dies_of(true, 5, own));
}

/* A count or a success decides only if the process id is unknown. */
static void try_count_in_sandbox(void)
{
    const siginfo_t other = info_of(SI_USER, 0, OTHER);
    install();
    CHECK(dies_of(true, 5, other) && dies_of(true, 0, other));
    sandboxed = true;
    CHECK(dies_of(true, 5, other) && dies_of(true, 0, other));
    is_nobody = true;
    CHECK(!dies_of(true, 5, other) && !dies_of(true, 0, other));
}

/* A signal that the app has sent itself is expected once, and does not hide a broken write. */
static void try_expected(void)
{
    const siginfo_t own = info_of(SI_USER, 0, PROCESS);
    install();
    self_kill_expected = true;
    CHECK(!dies_of(true, 0, own) && self_kill_expected);
    sandboxed = true;
    CHECK(!dies_of(true, -EPIPE, own) && self_kill_expected);
    CHECK(dies_of(true, 0, own) && !self_kill_expected && !dies_of(true, 0, own));
    self_kill_expected = true;
    CHECK(dies_of(false, 5, own) && !dies_of(false, 5, own));
}
#else
static void try_without_memory(void)
{
}

static void try_sandbox(void)
{
}

static void try_count_in_sandbox(void)
{
}

static void try_expected(void)
{
}
#endif

int main(void)
{
    in_child(try_without_memory);
    in_child(try_sandbox);
    in_child(try_count_in_sandbox);
    in_child(try_expected);
    return 0;
}
