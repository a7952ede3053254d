/* fork(3) and _Fork(3). The child has its own id, and none of its parent's pending signals. */
#include <errno.h>

#include "base/seccomp.h"
#include "interpose/fallback.h"
#include "link/next.h"
#include "report/counters.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"
#include "signal/process.h"

static pid_t fork_by(pid_t (*call)(void))
{
    const pid_t child = call ? call() : (pid_t)libc_result(-ENOSYS);
    if (child == 0) {
        hidden_mask_forked();
        counters_forked();
        process_note_fork();
        if (sandboxed)
            self_kill_expected = false;
    }
    return child;
}

EXPORT pid_t fork(void)
{
    return fork_by(NEXT(fork));
}

EXPORT pid_t _Fork(void)
{
    /* glibc before 2.34 has fork alone, which also runs the handlers of pthread_atfork(3). */
    return fork_by(NEXT(_Fork) ? next._Fork : NEXT(fork));
}
