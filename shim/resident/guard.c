/*
 * The guard's entry where the app sees its address: no interposer hides it from a query. The
 * app may then install it again without SA_SIGINFO, by signal(2), or call it from a handler of
 * its own, with one argument.
 */
#include <errno.h>
#include <stdatomic.h>

#include "base/seccomp.h"
#include "report/interrupted_syscall.h"
#include "resident/resident.h"
#include "signal/disposition.h"
#include "signal/guard.h"
#include "signal/process.h"

/* What the kernel holds; in a sandbox, where it may not be asked, the guard. */
static struct kernel_sigaction held_by_kernel(void)
{
    struct kernel_sigaction now;
    return sandboxed || rt_sigaction(SIGPIPE, NULL, &now) != 0
               ? kernel_sigaction_for(disposition_at_start())
               : now;
}

static bool is_handler_of_app(const struct kernel_sigaction *now)
{
    const uintptr_t handler = disposition_to_app(kernel_sigaction_disposition(now)).handler;
    return handler != (uintptr_t)SIG_DFL && handler != (uintptr_t)SIG_IGN;
}

/* Sets the guard with its own flags again, and decides by the registers. */
static void fill_siginfo(siginfo_t *info, const ucontext_t *context)
{
    const struct kernel_sigaction guard = kernel_sigaction_for(disposition_at_start());
    const long status = SYSCALL_RESULT(context);
    const bool broken = (status == -EPIPE || status > 0) && follows_syscall(context);
    rt_sigaction(SIGPIPE, &guard, NULL);
    *info = (siginfo_t){.si_signo = SIGPIPE, .si_code = broken ? SI_USER : SI_TKILL};
    info->si_pid = process_id();
}

void resident_guard(uintptr_t frame, int signal_number, siginfo_t *info, void *context)
{
    siginfo_t filled;
    /* A handler of the app's has called this as the previous handler. That was the default, for
       which there is nothing to call. If the call was the last thing that it did, it may have
       been a jump, and the frame is the kernel's. */
    if (!IS_SIGNAL_FRAME(frame, info, context))
        return;
    const struct kernel_sigaction now = held_by_kernel();
    if (is_handler_of_app(&now))
        return;
    /* The kernel fills the siginfo for SA_SIGINFO alone. */
    if (!(now.flags & SA_SIGINFO)) {
        fill_siginfo(&filled, context);
        info = &filled;
    }
    if (is_broken_write_here(info, context))
        resident_state.absorbed++;
    guard_handler(signal_number, info, context);
}
