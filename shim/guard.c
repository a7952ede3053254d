#include "guard.h"

#include <errno.h>
#include <stdatomic.h>

#include "kernel_action.h"
#include "self.h"
#include "sigpipe.h"

int guard_send_flag;

/* Set from the host's kill(2) of itself until that signal arrives. */
static atomic_bool sent_expected;

void guard_take_signals(void)
{
    if (guard_send_flag)
        guard_send_flag = 0;
}

void guard_install(void)
{
    static atomic_bool done;
    if (done)
        return;
    done = true;

    const struct kernel_action guard = kernel_action_for(disposition_at_start(), 0);
    struct kernel_action old;
    if (kernel_action_swap(SIGPIPE, &guard, &old) != 0)
        return;
    if (old.handler != (uintptr_t)SIG_DFL)
        kernel_action_swap(SIGPIPE, &old, NULL);
    else
        guard_send_flag = MSG_NOSIGNAL;
}

void guard_expect_sent(void)
{
    sent_expected = true;
}

void guard_forget_sent(void)
{
    sent_expected = false;
}

void guard_forget_consumed(void)
{
    unsigned long pending = 0;
    if (!sent_expected)
        return;
    RAW(SYS_rt_sigpending, &pending, KERNEL_SIGSET_SIZE);
    if (!(pending & sigpipe_bit))
        sent_expected = false;
}

/*
 * Whether the signal is a broken write's: si_code SI_USER and si_pid this process, as the
 * kernel fills them in for send_sig(SIGPIPE, current, 0) (fs/pipe.c, net/core/stream.c). Mostly
 * the registers say it: the call that was interrupted has just answered -EPIPE. They do not
 * after a partial write, nor in a thread that had the signal blocked; what is left then to tell
 * it from is the host's kill of itself.
 */
static bool is_broken_write(const siginfo_t *info, const ucontext_t *context)
{
    if (info->si_code != SI_USER)
        return false;
    const bool behind_call = REGISTERS_BEHIND_CALL(context);
    const long status = REGISTERS_STATUS(context);
    if (behind_call && status == -EPIPE)
        return self_is_known(info->si_pid) || self_is(info->si_pid);
    if (!self_is(info->si_pid))
        return false;
    if (atomic_exchange(&sent_expected, false))
        return false;
    /* kill(2) made as a raw system call: its second argument is still there. */
    return !(behind_call && status == 0 && REGISTERS_ARGUMENT2(context) == SIGPIPE);
}

/* Does what the default action does. It comes back only where that does not end the process:
   pid 1 of a namespace, or a debugger that keeps the signal. */
static void take_default_action(void)
{
    const struct kernel_action deadly = {.handler = (uintptr_t)SIG_DFL};
    struct kernel_action guard;
    unsigned long mask;
    kernel_action_swap(SIGPIPE, &deadly, &guard);
    RAW(SYS_rt_sigprocmask, SIG_UNBLOCK, &sigpipe_bit, &mask, KERNEL_SIGSET_SIZE);
    RAW(SYS_tgkill, RAW(SYS_getpid), RAW(SYS_gettid), SIGPIPE);
    RAW(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
    kernel_action_swap(SIGPIPE, &guard, NULL);
}

void guard_signalled(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    if (!is_broken_write(info, context))
        take_default_action();
}

void guard_one_shot(uintptr_t one_shot, uintptr_t handler, int signal_number, siginfo_t *info,
                    void *context)
{
    struct kernel_action spent;
    kernel_action_swap(SIGPIPE, NULL, &spent);
    struct disposition host =
        disposition_to_host((struct disposition){spent.handler, (int)spent.flags});
    host.handler = (uintptr_t)SIG_DFL;
    const struct disposition guard = disposition_to_kernel(host);
    const struct kernel_action replacement = {guard.handler, (unsigned)guard.flags,
                                              spent.restorer, spent.mask};
    struct kernel_action replaced;
    kernel_action_swap(SIGPIPE, &replacement, &replaced);
    if (replaced.handler == one_shot) {
        ((handler_function *)handler)(signal_number, info, context);
        return;
    }
    /* Another thread spent it first, or the host has set something else since. */
    kernel_action_swap(SIGPIPE, &replaced, NULL);
    guard_signalled(signal_number, info, context);
}
