/* The calls that set a disposition: for other signals, where libc is to refuse, what
   siginterrupt(3) leaves to libc, and how often a disposition is set. */
#include "../../shim/interpose/sigaction.h"

#include "call_parts.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* the old calls, too */

int sigvec(int signal_number, const struct sigvec *vector, struct sigvec *old);

static void handle(int signal_number)
{
    (void)signal_number;
}

static bool is_ignored(void)
{
    return kernel.action.handler == (uintptr_t)SIG_IGN;
}

/* glibc's calls refuse SIG_ERR, so the shim passes it to them. */
sighandler_t given;

static sighandler_t signal_of_libc(int signal_number, sighandler_t handler)
{
    CHECK(signal_number == SIGPIPE || signal_number == SIGUSR1);
    given = handler;
    return SIG_ERR;
}

static void try_errors(void)
{
    start(MODE_CATCH);
    has_next = true;
    next.signal = next.sysv_signal = next.sigset = signal_of_libc;
    for (int i = 0; i < 2; i++) {
        const int signal_number = i ? SIGPIPE : SIGUSR1;
        given = NULL;
        CHECK(signal(signal_number, SIG_ERR) == SIG_ERR && given == SIG_ERR);
        given = NULL;
        CHECK(sysv_signal(signal_number, SIG_ERR) == SIG_ERR && given == SIG_ERR);
        CHECK(signal(signal_number, handle) == SIG_ERR && given == handle);
        CHECK(app_kept_default == (i == 0));
    }
    CHECK(sigset(SIGUSR1, handle) == SIG_ERR && given == handle);
    given = NULL;
    CHECK(sysv_signal(SIGPIPE, SIG_IGN) == SIG_ERR && given == SIG_IGN);
    given = NULL;
    CHECK(sysv_signal(SIGPIPE, handle) == SIG_DFL && !given);
    options.off = true;
    CHECK(sysv_signal(SIGPIPE, handle) == SIG_ERR && given == handle);
    given = NULL;
    CHECK(sysv_signal(SIGUSR1, handle) == SIG_ERR && given == handle);
}

/* Without libc the shim makes the system call, with the flags and the mask that signal(2),
   sigset(3) and sysv_signal(3) define. */
struct kernel_sigaction other;

static bool note_other(long number, const long *arguments, long *answer)
{
    *answer = 0;
    if (number != SYS_rt_sigaction || arguments[0] != SIGUSR1)
        return false;
    if (arguments[1])
        other = *(const struct kernel_sigaction *)arguments[1];
    return true;
}

static bool was_set(int flags, uint64_t mask)
{
    return other.handler == (uintptr_t)handle && other.mask == mask &&
           (int)other.flags == (flags | KERNEL_SIGACTION_FLAGS);
}

static void try_others(void)
{
    const struct sigvec vector = {handle, 6, 0};
    const int sysv_flags = (int)SA_RESETHAND | SA_NODEFER | SA_INTERRUPT;
    start(MODE_CATCH);
    kernel.instead = note_other;
    CHECK(signal(SIGUSR1, handle) == SIG_DFL && was_set(SA_RESTART, signal_bit(SIGUSR1)));
    CHECK(sigset(SIGUSR1, handle) == SIG_DFL && was_set(0, 0));
    CHECK(sysv_signal(SIGUSR1, handle) == SIG_DFL && was_set(sysv_flags, 0));
    CHECK(sigvec(SIGUSR1, &vector, NULL) == 0 && was_set(SA_RESTART, 6));
    CHECK(sigignore(SIGUSR1) == 0 && other.handler == (uintptr_t)SIG_IGN);
    CHECK(guard_stands() && may_suppress_signal && app_kept_default);
    /* A handler that runs with SIGPIPE blocked. */
    const struct sigaction blocking = {.sa_handler = handle, .sa_mask = {{sigpipe_bit}}};
    CHECK(sigaction(SIGUSR1, &blocking, NULL) == 0 && was_set(0, sigpipe_bit));
    CHECK(!may_suppress_signal && app_kept_default);
}

static int sigvec_answer(int signal_number, const struct sigvec *vector, struct sigvec *old)
{
    (void)vector, (void)old;
    return signal_number;
}

static int ignore_by_libc(int signal_number)
{
    return signal_number;
}

static void try_passed(void)
{
    const struct sigvec vector = {handle, 6, 0};
    start(MODE_CATCH);
    has_next = true;
    next.sigvec = sigvec_answer;
    next.sigignore = ignore_by_libc;
    CHECK(sigvec(SIGUSR1, &vector, NULL) == SIGUSR1 && sigvec(SIGPIPE, NULL, NULL) == 0);
    CHECK(sigignore(SIGUSR1) == SIGUSR1 && app_kept_default);
    CHECK(sigignore(SIGPIPE) == SIGPIPE && !app_kept_default && !may_suppress_signal);
    options.mode = MODE_IGNORE;
    CHECK(sigignore(SIGPIPE) == 0 && is_ignored());
}

/* The flags that signal() sets; siginterrupt(3) changes them for later calls. */
static int flags_by_signal(sighandler_t handler)
{
    struct sigaction now;
    CHECK(signal(SIGPIPE, handler) != SIG_ERR && sigaction(SIGPIPE, NULL, &now) == 0);
    CHECK(now.sa_handler == handler && first_signals(&now.sa_mask) == sigpipe_bit);
    return now.sa_flags;
}

int interrupt_answer;

static int interrupt_of_libc(int signal_number, int wanted)
{
    (void)signal_number, (void)wanted;
    return interrupt_answer;
}

static void try_siginterrupt(void)
{
    struct sigaction now;
    start(MODE_CATCH);
    CHECK(flags_by_signal(SIG_DFL) == SA_RESTART && siginterrupt(SIGPIPE, 1) == 0);
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_flags == 0);
    CHECK(flags_by_signal(SIG_DFL) == 0 && flags_by_signal(handle) == 0);
    CHECK(siginterrupt(SIGPIPE, 0) == 0 && flags_by_signal(SIG_IGN) == SA_RESTART);
    has_next = true;
    next.siginterrupt = interrupt_of_libc;
    interrupt_answer = -1;
    CHECK(siginterrupt(SIGPIPE, 1) == -1 && flags_by_signal(SIG_DFL) == SA_RESTART);
    interrupt_answer = 0;
    const unsigned calls = kernel.calls;
    CHECK(siginterrupt(SIGUSR1, 1) == 0 && kernel.calls == calls);
    CHECK(flags_by_signal(handle) == SA_RESTART && siginterrupt(SIGPIPE, 1) == 0);
    /* The flags of a handler are left to libc. */
    CHECK(kernel.action.flags == (SA_RESTART | KERNEL_SA_RESTORER));
    CHECK(signal(SIGPIPE, SIG_DFL) == handle && siginterrupt(SIGPIPE, 0) == 0);
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_flags == SA_RESTART);
    options.off = true;
    CHECK(siginterrupt(SIGPIPE, 1) == 0);
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && (now.sa_flags & SA_RESTART));
}

/* mode=ignore: libc would set SIG_IGN again, which discards a pending signal. */
static void try_siginterrupt_ignored(void)
{
    struct sigaction now;
    start(MODE_IGNORE);
    has_next = true;
    next.siginterrupt = interrupt_of_libc;
    interrupt_answer = -1;
    const unsigned calls = kernel.calls;
    CHECK(siginterrupt(SIGUSR1, 1) == -1 && kernel.calls == calls);
    CHECK(flags_by_signal(SIG_DFL) == SA_RESTART && siginterrupt(SIGPIPE, 1) == 0);
    CHECK(is_ignored() && flags_by_signal(SIG_DFL) == 0);
    kernel.mask = sigpipe_bit;
    guard_note_blocked();
    kernel.action = kernel_sigaction_for(disposition_at_start());
    send_signal_of(SI_USER, OTHER);
    CHECK(siginterrupt(SIGPIPE, 0) == 0 && pends_in(1) && !is_ignored());
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    CHECK(signal(SIGPIPE, handle) == SIG_DFL && siginterrupt(SIGPIPE, 1) == 0);
    CHECK(kernel.action.handler == (uintptr_t)handle && !(kernel.action.flags & SA_RESTART));
}

/* Where writes are observed, each call that sets a disposition is counted; a query sets none.
 */
static void try_counted(void)
{
    struct sigaction now;
    for (unsigned mode = MODE_CATCH; mode <= MODE_FLAGS; mode++) {
        const unsigned sets = sigpipe_counts.sets;
        const unsigned counted = mode == MODE_IGNORE || mode == MODE_MASK;
        start_process();
        options.mode = mode;
        CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && sigpipe_counts.sets == sets);
        CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR && sigpipe_counts.sets == sets + counted);
        CHECK(sigaction(SIGPIPE, &now, NULL) == 0 && sigpipe_counts.sets == sets + 2 * counted);
        CHECK(sigset(SIGPIPE, handle) == SIG_DFL && sigpipe_counts.sets == sets + 3 * counted);
    }
}

int main(void)
{
    in_child(try_errors);
    in_child(try_others);
    in_child(try_passed);
    in_child(try_siginterrupt);
    in_child(try_siginterrupt_ignored);
    in_child(try_counted);
    return 0;
}
