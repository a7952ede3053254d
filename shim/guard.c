#include "guard.h"

#include <errno.h>
#include <stdatomic.h>

#include "event.h"
#include "interrupted.h"
#include "kernel_action.h"
#include "options.h"
#include "sandbox.h"
#include "self.h"
#include "sigpipe.h"

bool guard_quiet;
int guard_send_flag;
bool guard_alone;

/* The process that has sent itself a SIGPIPE by kill(2) which has not arrived yet, or 0. */
static atomic_int sent_expected;

void guard_note_blocked(void)
{
    if (guard_quiet) {
        guard_quiet = false;
        guard_send_flag = 0;
    }
}

void guard_note_choice(void)
{
    guard_note_blocked();
    if (guard_alone)
        guard_alone = false;
}

bool guard_began_blocked;

/* Whether the default stood, and the guard stands now. */
static bool replace_default(void)
{
    const struct kernel_action guard = kernel_action_for(disposition_at_start());
    struct kernel_action old;
    /* To set SIG_IGN again discards what is pending, which only a blocked signal can be. */
    if (guard_began_blocked &&
        (kernel_action_swap(SIGPIPE, NULL, &old) != 0 || old.handler != (uintptr_t)SIG_DFL))
        return false;
    if (kernel_action_swap(SIGPIPE, &guard, &old) != 0)
        return false;
    if (old.handler == (uintptr_t)SIG_DFL)
        return true;
    kernel_action_swap(SIGPIPE, &old, NULL);
    return false;
}

void guard_install(void)
{
    static atomic_bool done;
    uint64_t blocked = 0;
    if (done || options.off)
        return;
    done = true;

    RAW(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, KERNEL_SIGSET_SIZE);
    guard_began_blocked = blocked & sigpipe_bit;
    guard_alone = replace_default();
    guard_quiet = guard_alone && !guard_began_blocked;
    guard_send_flag = guard_quiet ? MSG_NOSIGNAL : 0;
}

void guard_remove(void)
{
    const struct kernel_action none = {.handler = (uintptr_t)SIG_DFL};
    if (guard_alone)
        kernel_action_swap(SIGPIPE, &none, NULL);
    guard_note_choice();
}

void guard_ignore_instead(void)
{
    const struct kernel_action ignored = kernel_action_ignored_at_start();
    if (guard_alone && !(guard_began_blocked && guard_signal_is_pending()))
        kernel_action_swap(SIGPIPE, &ignored, NULL);
}

void guard_expect_sent(void)
{
    sent_expected = self_pid();
}

void guard_forget_sent(void)
{
    if (sent_expected)
        sent_expected = 0;
}

bool guard_signal_is_pending(void)
{
    uint64_t pending = 0;
    RAW(SYS_rt_sigpending, &pending, KERNEL_SIGSET_SIZE);
    return pending & sigpipe_bit;
}

void guard_forget_consumed(void)
{
    if (sent_expected && !sandboxed && !guard_signal_is_pending())
        sent_expected = 0;
}

/* Where the host has sent itself a SIGPIPE that nobody has taken yet, it is this one or the
   next: the process is at its end either way. */
static bool was_sent(pid_t self)
{
    int expected = self;
    return atomic_compare_exchange_strong(&sent_expected, &expected, 0);
}

bool guard_is_broken_write(const siginfo_t *info)
{
    return info->si_code == SI_USER && self_is(info->si_pid) && !was_sent(info->si_pid);
}

/*
 * Whether the signal is a broken write's: si_code SI_USER and si_pid this process, as the
 * kernel fills them in for send_sig(SIGPIPE, current, 0) (fs/pipe.c, net/core/stream.c). Mostly
 * the registers say it, and no system call is needed: the call that was interrupted has just
 * answered -EPIPE. They do not after a partial write, nor in a thread that had the signal
 * blocked.
 */
static bool is_broken_write_here(const siginfo_t *info, const ucontext_t *context)
{
    if (info->si_code != SI_USER)
        return false;
    if (REGISTERS_BEHIND_CALL(context)) {
        if (REGISTERS_STATUS(context) == -EPIPE && self_is_known(info->si_pid))
            return !was_sent(info->si_pid);
        /* kill(2) made as a raw system call: its second argument is still there. */
        if (REGISTERS_STATUS(context) == 0 && REGISTERS_ARGUMENT2(context) == SIGPIPE) {
            guard_forget_sent();
            return false;
        }
    }
    return guard_is_broken_write(info);
}

void guard_take_default_action(void)
{
    const struct kernel_action deadly = {.handler = (uintptr_t)SIG_DFL};
    struct kernel_action guard;
    struct kernel_action replaced;
    uint64_t mask;
    kernel_action_swap(SIGPIPE, NULL, &guard);
    do {
        kernel_action_swap(SIGPIPE, &deadly, NULL);
        RAW(SYS_rt_sigprocmask, SIG_UNBLOCK, &sigpipe_bit, &mask, KERNEL_SIGSET_SIZE);
        RAW(SYS_tgkill, RAW(SYS_getpid), RAW(SYS_gettid), SIGPIPE);
        RAW(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
        kernel_action_swap(SIGPIPE, &guard, &replaced);
        /* Else another thread has set something in between, and the signal met that. */
    } while (replaced.handler != (uintptr_t)SIG_DFL);
}

/* The interposer that the thread is inside of knows more than the registers. */
static void tell(const ucontext_t *context)
{
    struct event told = {.call = "unknown", .fd = -1, .context = context};
    const struct inside inside = inside_now(REGISTERS_STACK(context));
    interrupted_read(&told, context);
    inside_note_signal();
    if (inside.call) {
        told.call = inside.call;
        told.fd = inside.fd;
        told.asked = inside.asked;
        told.written = interrupted_written(context);
    }
    event(&told);
}

/* The broken write that this thread is in a handler of Go's for, or NULL. */
static __thread const ucontext_t *passing __attribute__((tls_model("initial-exec")));

void guard_passing(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    const ucontext_t *const outer = passing;
    passing = is_broken_write_here(info, context) ? context : NULL;
    ((handler_function *)handler)(signal_number, info, context);
    passing = outer;
}

bool guard_is_passing(void)
{
    return passing != NULL;
}

/* By tgkill(2), from this thread: no other would do so at that moment. */
static bool was_passed_on(const siginfo_t *info)
{
    return passing && info->si_code == SI_TKILL && self_is(info->si_pid);
}

void guard_signalled(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    if (was_passed_on(info))
        context = (void *)passing;
    else if (!is_broken_write_here(info, context)) {
        guard_take_default_action();
        return;
    }
    if (event_matters())
        tell(context);
}

/* Puts the guard in the place of a one-shot handler, as the kernel would have put the default;
   false where that is no longer what stands. */
static bool spend(uintptr_t one_shot)
{
    struct kernel_action spent;
    struct kernel_action replaced;
    kernel_action_swap(SIGPIPE, NULL, &spent);
    struct disposition host = disposition_to_host(kernel_action_disposition(&spent));
    host.handler = (uintptr_t)SIG_DFL;
    struct kernel_action replacement = kernel_action_for(disposition_to_kernel(host));
    replacement.restorer = spent.restorer;
    kernel_action_swap(SIGPIPE, &replacement, &replaced);
    if (replaced.handler == one_shot)
        return true;
    /* Another thread spent it first, or the host has set something else since. */
    kernel_action_swap(SIGPIPE, &replaced, NULL);
    return false;
}

void guard_one_shot(int number, siginfo_t *info, void *context)
{
    struct one_shot *const slot = disposition_one_shot(number);
    /* In a sandbox the kernel may not be asked, and the slot alone tells. */
    const bool first = !atomic_exchange(&slot->spent, 1);
    if (sandboxed ? !first : !spend(disposition_one_shot_entry(number))) {
        guard_signalled(SIGPIPE, info, context);
        return;
    }
    if (info->si_code == SI_USER)
        guard_forget_sent();
    inside_note_signal();
    ((handler_function *)slot->handler)(SIGPIPE, info, context);
}
