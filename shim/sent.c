/*
 * SIGPIPEs that the host sends to itself by kill(2). They look like a broken write's, so the
 * guard is told before one is sent (raise(3), pthread_kill(3), sigqueue(3) and timers have an
 * si_code that tells them apart).
 */
#include "early.h"
#include "next.h"
#include "self.h"

/* Whether kill(target) may reach this process. A kill of -1 leaves the caller out; kill(2). */
static bool reaches_self(pid_t target)
{
    if (target > 0)
        return self_is(target);
    return target == 0 || (target < -1 && -target == (pid_t)RAW(SYS_getpgid, 0));
}

static bool announce(pid_t target, int signal_number)
{
    const bool own = signal_number == SIGPIPE && reaches_self(target);
    if (own)
        guard_expect_sent();
    return own;
}

static int settle(bool announced, int result)
{
    if (announced && result != 0)
        guard_forget_sent();
    return result;
}

EXPORT int kill(pid_t target, int signal_number)
{
    const bool announced = announce(target, signal_number);
    if (!next.kill)
        return settle(announced, (int)EARLY(SYS_kill, target, signal_number));
    return settle(announced, next.kill(target, signal_number));
}

EXPORT int killpg(pid_t group, int signal_number)
{
    const bool announced = announce(-group, signal_number);
    if (!next.killpg)
        return settle(announced, (int)EARLY(SYS_kill, -group, signal_number));
    return settle(announced, next.killpg(group, signal_number));
}
