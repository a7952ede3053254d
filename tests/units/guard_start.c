/* When the guard is installed, also if the kernel refuses, and when it is removed. */
#include "signal_parts.h"

static void try_start(void)
{
    install();
    CHECK((kernel.action.flags & KERNEL_SA_RESTORER) == KERNEL_SA_RESTORER);
    CHECK(kernel.action.restorer == kernel_sigaction_restorer);
#if defined(__x86_64__)
    /* arch/x86/include/uapi/asm/signal.h: 0x04000000 */
    CHECK(kernel.action.flags == (SA_SIGINFO | SA_ONSTACK | SA_RESTART | 0x04000000));
#endif
    kernel.action.handler = (uintptr_t)SIG_DFL;
    guard_install();
    CHECK(kernel.calls == 2 && !guard_stands());
}

static void try_start_ignored(void)
{
    start_process();
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)SIG_IGN, .mask = 5};
    guard_install();
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && kernel.action.mask == 5);
    CHECK(kernel.calls == 1 && !app_kept_default && !may_suppress_signal &&
          guard_send_flag == 0);
    guard_remove();
    guard_ignore_instead();
    CHECK(kernel.calls == 1 && kernel.action.mask == 5);
    guard_begin_suppression();
    CHECK(!may_suppress_signal && guard_send_flag == 0);
}

static void try_start_blocked(void)
{
    options.mode = MODE_IGNORE;
    start_process();
    kernel.mask = sigpipe_bit;
    guard_install();
    CHECK(guard_stands() && app_kept_default && !sigpipe_may_be_blocked);
    guard_begin_suppression(); /* the first query of the mask */
    CHECK(!may_suppress_signal && guard_send_flag == 0 && kernel.mask == sigpipe_bit);
    CHECK(sigpipe_may_be_blocked && app_kept_default);
    break_write();
    guard_ignore_instead();
    CHECK(guard_stands() && pends_in(0));
}

static void try_start_blocked_and_ignored(void)
{
    start_process();
    kernel.mask = sigpipe_bit;
    kernel.action.handler = (uintptr_t)SIG_IGN;
    break_write();
    CHECK(pends_in(0));
    guard_install();
    CHECK(pends_in(0) && kernel.action.handler == (uintptr_t)SIG_IGN && !app_kept_default);
}

static bool refuse_actions(long number, const long *arguments, long *answer)
{
    (void)arguments;
    *answer = -EPERM;
    return number == SYS_rt_sigaction;
}

static void try_start_refused(void)
{
    start_process();
    kernel.instead = refuse_actions;
    guard_install();
    CHECK(!app_kept_default && kernel.action.handler == (uintptr_t)SIG_DFL &&
          kernel.calls == 1);
    guard_begin_suppression();
    CHECK(!may_suppress_signal);
}

static bool refuse_to_set(long number, const long *arguments, long *answer)
{
    *answer = -EPERM;
    return number == SYS_rt_sigaction && arguments[1];
}

static void try_start_half_refused(void)
{
    start_process();
    kernel.instead = refuse_to_set;
    guard_install();
    CHECK(!app_kept_default && kernel.action.handler == (uintptr_t)SIG_DFL &&
          kernel.calls == 2);
}

/* A seccomp filter may return 0 without making the call (seccomp(2), SECCOMP_RET_ERRNO). */
static bool answer_nothing(long number, const long *arguments, long *answer)
{
    (void)number, (void)arguments;
    *answer = 0;
    return true;
}

static void try_start_answered_for(void)
{
    struct kernel_sigaction old;
    start_process();
    kernel.instead = answer_nothing;
    memset(&old, 0x55, sizeof(old));
    CHECK(rt_sigaction(SIGPIPE, NULL, &old) == 0);
    CHECK(old.handler == 0 && old.flags == 0 && !old.restorer && old.mask == 0);
}

static void try_off(void)
{
    start_process();
    options.off = true;
    guard_install();
    guard_reinstall();
    CHECK(kernel.calls == 0);
}

static void try_remove(void)
{
    install();
    guard_remove();
    CHECK(kernel.action.handler == (uintptr_t)SIG_DFL && kernel.action.flags == 0);
    CHECK(!app_kept_default && !may_suppress_signal && guard_send_flag == 0);
}

static void try_ignore(void)
{
    options.mode = MODE_IGNORE;
    install();
    guard_ignore_instead();
    CHECK(kernel.calls == 3 && kernel.action.handler == (uintptr_t)SIG_IGN);
    CHECK(disposition_is_at_start(
        disposition_to_app(kernel_sigaction_disposition(&kernel.action))));
    CHECK(kernel.action.restorer == NULL && kernel.action.flags == 0);
}

/* In a child whose handlers the kernel has reset; SIG_IGN stays (clone(2)). */
static void try_start_again(void)
{
    install();
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)SIG_DFL};
    guard_reinstall();
    CHECK(guard_stands());
    kernel.action = (struct kernel_sigaction){.handler = (uintptr_t)SIG_IGN, .mask = 5};
    guard_reinstall();
    CHECK(kernel.action.handler == (uintptr_t)SIG_IGN && kernel.action.mask == 5);
}

/* The suppression begins with the first socket, and queries the kernel once. */
static void try_suppression(void)
{
    install();
    kernel.mask = ~sigpipe_bit;
    guard_begin_suppression();
    CHECK(may_suppress_signal && guard_send_flag == MSG_NOSIGNAL && !sigpipe_may_be_blocked);
    CHECK(kernel.calls == 3);
    guard_begin_suppression();
    CHECK(may_suppress_signal && guard_send_flag == MSG_NOSIGNAL && kernel.calls == 3);
}

static void try_suppression_with_events(void)
{
    matters = true;
    install();
    guard_begin_suppression();
    CHECK(may_suppress_signal && guard_send_flag == 0);
}

/* Another thread, or a handler that interrupts this one, ends it while it begins. */
static void try_end_meanwhile(void)
{
    install();
    before_answer = guard_note_choice;
    guard_begin_suppression();
    CHECK(!may_suppress_signal && guard_send_flag == 0 && !app_kept_default);
}

/* The suppression ends for good, even if it has not begun. */
static void check_suppression_ended(void)
{
    const unsigned calls = kernel.calls;
    CHECK(!may_suppress_signal && guard_send_flag == 0);
    guard_begin_suppression();
    CHECK(!may_suppress_signal && guard_send_flag == 0 && kernel.calls == calls);
    may_suppress_signal = true; /* the next call does nothing */
    guard_end_suppression();
    CHECK(may_suppress_signal);
}

static void try_end(void)
{
    install();
    guard_begin_suppression();
    guard_end_suppression();
    CHECK(app_kept_default && !sigpipe_may_be_blocked);
    check_suppression_ended();
}

static void try_end_before_begin(void)
{
    install();
    guard_end_suppression();
    check_suppression_ended();
}

static void try_blocked(void)
{
    install();
    guard_begin_suppression();
    guard_note_blocked();
    CHECK(app_kept_default && sigpipe_may_be_blocked);
    check_suppression_ended();
    guard_note_blocked();
    CHECK(sigpipe_may_be_blocked);
}

static void try_choice(void)
{
    install();
    guard_begin_suppression();
    guard_note_choice();
    CHECK(!app_kept_default && sigpipe_may_be_blocked); /* a handler blocks its signal */
    check_suppression_ended();
    guard_note_choice();
    CHECK(!app_kept_default);
}

int main(void)
{
    in_child(try_start);
    in_child(try_start_ignored);
    in_child(try_start_blocked);
    in_child(try_start_blocked_and_ignored);
    in_child(try_start_refused);
    in_child(try_start_half_refused);
    in_child(try_start_answered_for);
    in_child(try_off);
    in_child(try_remove);
    in_child(try_ignore);
    in_child(try_start_again);
    in_child(try_suppression);
    in_child(try_suppression_with_events);
    in_child(try_end_meanwhile);
    in_child(try_end);
    in_child(try_end_before_begin);
    in_child(try_blocked);
    in_child(try_choice);
    return 0;
}
