#include "signal/guard.h"

#include <stdatomic.h>

#include "base/default_action.h"
#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "report/event.h"
#include "report/interrupted_syscall.h"
#include "signal/disposition.h"
#include "signal/process.h"

bool may_suppress_signal;
int guard_send_flag;
bool app_kept_default;
bool sigpipe_may_be_blocked;

/* Whether may_suppress_signal has ended or can never begin. */
static bool suppression_is_over;

void guard_end_suppression(void)
{
    if (suppression_is_over)
        return;
    suppression_is_over = true;
    atomic_thread_fence(memory_order_seq_cst);
    may_suppress_signal = false;
    guard_send_flag = 0;
}

void guard_note_blocked(void)
{
    if (!sigpipe_may_be_blocked)
        sigpipe_may_be_blocked = true;
    guard_end_suppression();
}

/* A handler runs with its signal blocked, and a jump out of it may leave the signal blocked. */
void guard_note_choice(void)
{
    guard_note_blocked();
    if (app_kept_default)
        app_kept_default = false;
}

/* One thread's mask stands for all: threads inherit it, and the interposers see each call that
   changes one (interpose/sigmask.c). */
void guard_begin_suppression(void)
{
    if (suppression_is_over || may_suppress_signal)
        return;
    if (sigpipe_is_blocked())
        guard_note_blocked();
    if (!app_kept_default)
        guard_end_suppression();
    if (suppression_is_over)
        return;
    may_suppress_signal = true;
    guard_send_flag = event_matters() ? 0 : MSG_NOSIGNAL;
    /* Another thread or a signal handler may have ended it meanwhile, and that is for good. */
    atomic_thread_fence(memory_order_seq_cst);
    if (suppression_is_over) {
        may_suppress_signal = false;
        guard_send_flag = 0;
    }
}

/* Replaces SIG_DFL by the guard; false if the kernel did not hold SIG_DFL. Asks first: setting
   an inherited SIG_IGN again would discard a signal that is blocked and pending
   (kernel/signal.c, do_sigaction). */
static bool replace_default(void)
{
    const struct kernel_sigaction guard = kernel_sigaction_for(disposition_at_start());
    struct kernel_sigaction now;
    return rt_sigaction(SIGPIPE, NULL, &now) == 0 && now.handler == (uintptr_t)SIG_DFL &&
           rt_sigaction(SIGPIPE, &guard, NULL) == 0;
}

void guard_install(void)
{
    static atomic_bool done;
    if (done || options.off)
        return;
    done = true;
    app_kept_default = replace_default();
}

void guard_reinstall(void)
{
    if (!options.off)
        replace_default();
}

void guard_remove(void)
{
    const struct kernel_sigaction none = {.handler = (uintptr_t)SIG_DFL};
    if (app_kept_default)
        rt_sigaction(SIGPIPE, &none, NULL);
    guard_note_choice();
}

void guard_ignore_instead(void)
{
    const struct kernel_sigaction ignored = disposition_ignored_at_start();
    if (app_kept_default && !sigpipe_may_be_blocked)
        rt_sigaction(SIGPIPE, &ignored, NULL);
}

bool sigpipe_is_blocked(void)
{
    uint64_t mask = 0;
    return SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, KERNEL_SIGSET_SIZE) == 0 &&
           (mask & sigpipe_bit);
}

bool sigpipe_is_pending(void)
{
    uint64_t pending = 0;
    SYSCALL(SYS_rt_sigpending, &pending, KERNEL_SIGSET_SIZE);
    return pending & sigpipe_bit;
}

/* Whether a handler of the app's has called the guard. Such a handler has found the guard as
   the previous handler, past the interposers (Go's runtime) or behind them (libjsig), and
   chains to it. The signal is the app's then. */
static bool is_chained(void)
{
    struct kernel_sigaction now;
    if (rt_sigaction(SIGPIPE, NULL, &now) != 0)
        return false;
    const struct disposition kernel = kernel_sigaction_disposition(&now);
    return !disposition_is_overridden(kernel) &&
           disposition_to_app(kernel).handler != (uintptr_t)SIG_DFL;
}

/* The registers of the broken write for which this thread is in a handler of Go's, or NULL. Not
   read unless there is such a handler: a thread that the app has made by clone(2) may have a
   thread pointer of its own, and then has no thread-local storage. */
static THREAD_LOCAL const ucontext_t *forwarding;
static bool may_forward;

void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    if (options.handlers == HANDLERS_OVERRIDE) {
        guard_handler(signal_number, info, context);
        return;
    }
    const ucontext_t *const outer = forwarding;
    may_forward = true;
    forwarding = is_broken_write_here(info, context) ? context : NULL;
    ((handler_function *)handler)(signal_number, info, context);
    forwarding = outer;
}

bool go_is_forwarding(void)
{
    return may_forward && forwarding != NULL;
}

/* Whether Go's handler has sent this by tgkill(2): no other thread would at that moment. */
static bool was_rethrown(const siginfo_t *info)
{
    return info->si_code == SI_TKILL && go_is_forwarding() && info->si_pid == process_id();
}

THREAD_LOCAL struct sigpipe_counts sigpipe_counts;

static void count_run(void)
{
    if (options.mode == MODE_IGNORE || options.mode == MODE_MASK)
        sigpipe_counts.runs++;
}

/* Reports the broken write that was interrupted with these registers. */
static void report_interrupted(const ucontext_t *context)
{
    struct event event = {.call = "unknown", .fd = -1, .context = context};
    if (!event_matters())
        return;
    interrupted_syscall_read(&event, context);
    report_event(&event);
}

/* Block the signals that are blocked while the guard runs, and undo it: a handler of the app's
   that jumps out of a report, or a cancellation, would leave the log open. */
static bool begin_guard_mask(uint64_t *mask)
{
    return options.log != LOG_OFF &&
           SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &guard_mask, mask, KERNEL_SIGSET_SIZE) == 0;
}

static void end_guard_mask(bool begun, const uint64_t *mask)
{
    if (begun)
        SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, mask, NULL, KERNEL_SIGSET_SIZE);
}

void report_undisturbed(const struct event *event)
{
    uint64_t mask;
    const bool begun = begin_guard_mask(&mask);
    report_event(event);
    end_guard_mask(begun, &mask);
}

void guard_handler(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    count_run();
    if (was_rethrown(info))
        report_interrupted(forwarding);
    else if (is_broken_write_here(info, context))
        report_interrupted(context);
    else if (!is_chained())
        take_default_action();
}

/* Sets an action again that was replaced by one with the handler `ours`. What the app sets
   meanwhile is newer, and stays. */
static void put_back(struct kernel_sigaction theirs, uintptr_t ours)
{
    struct kernel_sigaction replaced;
    rt_sigaction(SIGPIPE, &theirs, &replaced);
    while (replaced.handler != ours) {
        ours = theirs.handler;
        theirs = replaced;
        rt_sigaction(SIGPIPE, &theirs, &replaced);
    }
}

/* Replaces a one-shot handler by the guard, as the kernel would have set SIG_DFL; false if the
   kernel no longer held this stub. Installs the guard in mode=ignore too: the handler may leave
   a signal pending, which SIG_IGN would discard. */
static bool rearm_guard(uintptr_t stub)
{
    struct kernel_sigaction spent;
    struct kernel_sigaction replaced;
    rt_sigaction(SIGPIPE, NULL, &spent);
    struct disposition app = disposition_to_app(kernel_sigaction_disposition(&spent));
    app.handler = (uintptr_t)SIG_DFL;
    const struct kernel_sigaction replacement =
        kernel_sigaction_in_place(disposition_guard(app), &spent);
    rt_sigaction(SIGPIPE, &replacement, &replaced);
    if (replaced.handler == stub)
        return true;
    /* Another thread was first, or the app has set another disposition since. */
    put_back(replaced, replacement.handler);
    return false;
}

/* Whether the handler is to run: for the first signal. In a sandbox the shim may not ask the
   kernel. */
static bool is_first(struct handler_slot *slot, uintptr_t stub)
{
    const bool first = !atomic_exchange(&slot->spent, 1);
    return sandboxed ? first : rearm_guard(stub);
}

void resethand_handler(int number, siginfo_t *info, void *context)
{
    struct handler_slot *const slot = handler_slot(number);
    if (options.handlers == HANDLERS_OVERRIDE) {
        guard_handler(SIGPIPE, info, context);
        return;
    }
    const uintptr_t stub = handler_stub(RESETHAND_STUBS + number);
    /* This signal has interrupted the stub before its first instruction: two signals came at
       once, and without the shim the second would have met SIG_DFL before the handler ran for
       the first (kernel/signal.c, get_signal). */
    const bool is_second = UC_PC((const ucontext_t *)context) == code_address(stub);
    if (!is_second && is_first(slot, stub)) {
        count_run();
        if (writes_are_observed())
            sigpipe_counts.one_shots++;
        ((handler_function *)slot->handler)(SIGPIPE, info, context);
        return;
    }
    /* The kernel has blocked what the app's handler is to have blocked. */
    uint64_t mask;
    const bool begun = begin_guard_mask(&mask);
    if (!is_second)
        guard_handler(SIGPIPE, info, context);
    else if (is_broken_write_here(info, context))
        report_interrupted(context);
    else
        take_default_action();
    end_guard_mask(begun, &mask);
}
