/*
 * SIGPIPEs that the host sends to itself. One sent by kill(2) looks like a broken write's, so
 * the guard is told before; the others have an si_code that tells them apart. And in the modes
 * that would keep the signal from the guard, the guard stands in for as long as it takes.
 */
#include <errno.h>

#include "early.h"
#include "next.h"
#include "sandbox.h"
#include "self.h"
#include "sent.h"
#include "stand_in.h"

/* Whether kill(target) may reach this process. A kill of -1 leaves the caller out; kill(2). */
static bool reaches_self(pid_t target)
{
    if (target > 0)
        return self_is(target);
    return target == 0 || (target < -1 && (sandboxed || -target == (pid_t)RAW(SYS_getpgid, 0)));
}

/* Sends by `next`, or by the system call itself, and answers as the one that was asked. */
static int send_signal(int (*call)(pid_t, int), pid_t to, pid_t target, int signal_number)
{
    if (signal_number != SIGPIPE || !reaches_self(target))
        return call ? call(to, signal_number) : (int)EARLY(SYS_kill, target, signal_number);
    const struct stand_in stand_in = stand_in_begin();
    guard_expect_sent();
    const int result = call ? call(to, signal_number) : (int)EARLY(SYS_kill, target, SIGPIPE);
    if (result != 0)
        guard_forget_sent();
    stand_in_end(stand_in);
    return result;
}

int sent_by_number(pid_t target)
{
    return send_signal(NULL, target, target, SIGPIPE);
}

EXPORT int kill(pid_t target, int signal_number)
{
    return send_signal(NEXT(kill), target, target, signal_number);
}

EXPORT int killpg(pid_t group, int signal_number)
{
    return send_signal(NEXT(killpg), group, -group, signal_number);
}

/* Calls `next` with the guard standing in, if the signal is SIGPIPE. */
#define SEND_WITH(name, arguments, early)                                                      \
    if (!NEXT(name))                                                                           \
        return (int)(early);                                                                   \
    if (signal_number != SIGPIPE)                                                              \
        return next.name arguments;                                                            \
    const struct stand_in stand_in = stand_in_begin();                                         \
    const int result = next.name arguments;                                                    \
    stand_in_end(stand_in);                                                                    \
    return result

static int early_raise(int signal_number)
{
    return (int)EARLY(SYS_tgkill, RAW(SYS_getpid), RAW(SYS_gettid), signal_number);
}

EXPORT int raise(int signal_number)
{
    SEND_WITH(raise, (signal_number), early_raise(signal_number));
}

/* raise by its old name. */
EXPORT int gsignal(int signal_number)
{
    SEND_WITH(gsignal, (signal_number), early_raise(signal_number));
}

/* These three answer with an errno value. */
EXPORT int pthread_kill(pthread_t thread, int signal_number)
{
    SEND_WITH(pthread_kill, (thread, signal_number), ENOSYS);
}

/* Says ESRCH of a thread that has ended; glibc, nptl/pthread_kill.c. */
EXPORT int old_pthread_kill(pthread_t thread, int signal_number)
{
    SEND_WITH(old_pthread_kill, (thread, signal_number), ENOSYS);
}
EXPORT_OLD(pthread_kill, OLD_PTHREAD_KILL)

EXPORT int pthread_sigqueue(pthread_t thread, int signal_number, const union sigval value)
{
    SEND_WITH(pthread_sigqueue, (thread, signal_number, value), ENOSYS);
}

EXPORT int sigqueue(pid_t target, int signal_number, const union sigval value)
{
    SEND_WITH(sigqueue, (target, signal_number, value), early_result(-ENOSYS));
}

EXPORT int tgkill(pid_t group, pid_t thread, int signal_number)
{
    SEND_WITH(tgkill, (group, thread, signal_number),
              EARLY(SYS_tgkill, group, thread, signal_number));
}
