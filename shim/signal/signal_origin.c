/* Whether a SIGPIPE is a broken write's or was sent by somebody. */
#include <errno.h>
#include <stdatomic.h>

#include "base/seccomp.h"
#include "base/syscall.h"
#include "link/next.h"
#include "report/interrupted_syscall.h"
#include "signal/guard.h"
#include "signal/process.h"

_Atomic(int) self_kill_expected;

/* Whether the siginfo alone shows that it was sent. */
static bool was_sent(const siginfo_t *info)
{
    return info->si_code != SI_USER || info->si_errno == SELF_KILL_MARK;
}

bool is_broken_write(const siginfo_t *info)
{
    return !was_sent(info) && info->si_pid == process_id();
}

__attribute__((noinline)) long self_kill(long number, int target, int signal_number,
                                         const siginfo_t *info, unsigned flags)
{
    return SYSCALL(number, target, signal_number, info, flags);
}

/* Whether the instruction just executed is kill(2) as a raw system call, which leaves no mark:
   the registers still hold its arguments. A call of libc's is marked or has other arguments,
   and so has one by self_kill; but in a sandbox nothing is marked. */
static bool is_raw_kill(const ucontext_t *context)
{
    enum { CODE_SIZE = 64 };
    if (SYSCALL_RESULT(context) != 0 || SYSCALL_ARG2(context) != SIGPIPE ||
        !follows_syscall(context))
        return false;
    const uintptr_t site = syscall_site(context);
    return sandboxed ||
           (site - next_own.start >= next_own.size && site - (uintptr_t)self_kill > CODE_SIZE);
}

/*
 * For send_sig(SIGPIPE, current, 0) (fs/pipe.c, net/core/stream.c) the kernel sets si_code to
 * SI_USER and si_pid to this process. If it has no memory for these, si_pid is 0
 * (kernel/signal.c, collect_signal), and in a sandbox the shim may not ask for this process's
 * id. Then the registers decide: the interrupted call has just returned -EPIPE or, in a child
 * of a sandbox, the count that went out or the success of a change of the mask.
 */
bool is_broken_write_here(const siginfo_t *info, const ucontext_t *context)
{
    const long status = SYSCALL_RESULT(context);
    if (was_sent(info))
        return false;
    if (status == -EPIPE && (sandboxed || info->si_pid == 0))
        return true;
    if (status >= 0 && sandboxed && process_id() == 0 && MAY_FOLLOW_SYSCALL(context))
        return !is_raw_kill(context);
    const bool expected = sandboxed && atomic_exchange(&self_kill_expected, 0);
    return !expected && !is_raw_kill(context) && info->si_pid == process_id();
}
