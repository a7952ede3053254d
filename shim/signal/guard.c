#include "signal/guard.h"

#include <stdatomic.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "base/sigset.h"
#include "config/options.h"
#include "report/event.h"
#include "report/interrupted_syscall.h"
#include "signal/process.h"

bool guard_quiet;
int guard_send_flag;
bool guard_alone;
bool guard_may_be_blocked;

/* Whether guard_quiet has ended, or can never begin. */
static bool quiet_is_over;

void guard_end_quiet(void)
{
    if (quiet_is_over)
        return;
    quiet_is_over = true;
    guard_quiet = false;
    guard_send_flag = 0;
}

void guard_note_blocked(void)
{
    if (!guard_may_be_blocked)
        guard_may_be_blocked = true;
    guard_end_quiet();
}

/* A handler runs with its signal blocked, and may leave it so by a jump. */
void guard_note_choice(void)
{
    guard_note_blocked();
    if (guard_alone)
        guard_alone = false;
}

/* A mask is inherited from the start of the process on, and the calls that change one are seen
   (masks.c): so one thread's says it for all. */
void guard_begin_quiet(void)
{
    uint64_t blocked = 0;
    if (quiet_is_over || guard_quiet)
        return;
    RAW(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, KERNEL_SIGSET_SIZE);
    if (blocked & sigpipe_bit)
        guard_note_blocked();
    if (!guard_alone)
        guard_end_quiet();
    if (quiet_is_over)
        return;
    guard_quiet = true;
    guard_send_flag = event_matters() ? 0 : MSG_NOSIGNAL;
}

/* Whether the default stood, and the guard stands now. The kernel is asked before: to set an
   inherited SIG_IGN again would discard a signal that is blocked and pending (kernel/signal.c,
   do_sigaction). */
static bool replace_default(void)
{
    const struct kernel_action guard = kernel_action_for(disposition_at_start());
    struct kernel_action now;
    return kernel_action_swap(SIGPIPE, NULL, &now) == 0 && now.handler == (uintptr_t)SIG_DFL &&
           kernel_action_swap(SIGPIPE, &guard, NULL) == 0;
}

void guard_install(void)
{
    static atomic_bool done;
    if (done || options.off)
        return;
    done = true;
    guard_alone = replace_default();
}

void guard_install_again(void)
{
    if (!options.off)
        replace_default();
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
    if (guard_alone && !guard_may_be_blocked)
        kernel_action_swap(SIGPIPE, &ignored, NULL);
}

bool guard_signal_is_pending(void)
{
    uint64_t pending = 0;
    RAW(SYS_rt_sigpending, &pending, KERNEL_SIGSET_SIZE);
    return pending & sigpipe_bit;
}

/* Where the host has a handler of its own, that has called the guard: it has found it in the
   kernel, past the interposers (Go's runtime), or behind them (libjsig), and takes it for what
   it is to chain to. Then the signal is the host's. */
static bool is_chained(void)
{
    struct kernel_action now;
    if (kernel_action_swap(SIGPIPE, NULL, &now) != 0)
        return false;
    const struct disposition kernel = kernel_action_disposition(&now);
    return !disposition_is_overridden(kernel) &&
           disposition_to_host(kernel).handler != (uintptr_t)SIG_DFL;
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

/* The broken write that this thread is in a handler of Go's for, or NULL; and whether there is
   such a handler at all. Thread-local storage is not for every thread to read: one that the
   host has made by clone(2) may have a thread pointer of its own. */
static __thread const ucontext_t *passing __attribute__((tls_model("initial-exec")));
static bool passes;

void guard_passing(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    const ucontext_t *const outer = passing;
    passes = true;
    passing = guard_is_broken_write_here(info, context) ? context : NULL;
    ((handler_function *)handler)(signal_number, info, context);
    passing = outer;
}

bool guard_is_passing(void)
{
    return passes && passing != NULL;
}

/* By tgkill(2), from this thread: no other would do so at that moment. */
static bool was_passed_on(const siginfo_t *info)
{
    return info->si_code == SI_TKILL && guard_is_passing() && info->si_pid == self_pid();
}

static __thread unsigned runs __attribute__((tls_model("initial-exec")));

unsigned guard_runs(void)
{
    return runs;
}

void guard_forget_runs(unsigned before)
{
    runs = before;
}

static void count_run(void)
{
    if (options.mode == MODE_IGNORE || options.mode == MODE_MASK)
        runs++;
}

static void tell(const ucontext_t *context)
{
    struct event told = {.call = "unknown", .fd = -1, .context = context};
    if (!event_matters())
        return;
    interrupted_read(&told, context);
    event(&told);
}

void guard_signalled(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    count_run();
    if (was_passed_on(info))
        tell(passing);
    else if (guard_is_broken_write_here(info, context))
        tell(context);
    else if (!is_chained())
        guard_take_default_action();
}

/* Puts the guard in the place of a one-shot handler, as the kernel would have put the default;
   false where that is no longer what stands. In mode=ignore, too: the handler may leave a
   signal pending, which SIG_IGN would discard. */
static bool spend(uintptr_t one_shot)
{
    struct kernel_action spent;
    struct kernel_action replaced;
    kernel_action_swap(SIGPIPE, NULL, &spent);
    struct disposition host = disposition_to_host(kernel_action_disposition(&spent));
    host.handler = (uintptr_t)SIG_DFL;
    const struct kernel_action replacement =
        kernel_action_in_place(disposition_guard(host), &spent);
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
    const uintptr_t entry = disposition_one_shot_entry(number);
    /* Two signals came at once, and this one, the second, would have met the default before the
       handler had run for the first (kernel/signal.c, get_signal). */
    if (REGISTERS_PC((const ucontext_t *)context) == entry) {
        if (guard_is_broken_write_here(info, context))
            tell(context);
        else
            guard_take_default_action();
        return;
    }
    /* In a sandbox the kernel may not be asked, and the slot alone tells. */
    const bool first = !atomic_exchange(&slot->spent, 1);
    if (sandboxed ? !first : !spend(entry)) {
        guard_signalled(SIGPIPE, info, context);
        return;
    }
    count_run();
    ((handler_function *)slot->handler)(SIGPIPE, info, context);
}
