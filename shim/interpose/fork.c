/* fork(3) and its kind: a child that libc has made is another process, with no signal of its
   parent's pending. */
#include <errno.h>

#include "base/seccomp.h"
#include "interpose/fallback.h"
#include "link/next.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"
#include "signal/process.h"

static pid_t fork_by(pid_t (*call)(void))
{
    const pid_t child = call ? call() : (pid_t)libc_result(-ENOSYS);
    if (child == 0) {
        hidden_mask_forked();
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
    /* Without it (glibc before 2.34), its sister, which runs the handlers of pthread_atfork. */
    return fork_by(NEXT(_Fork) ? next._Fork : NEXT(fork));
}
