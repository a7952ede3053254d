/* The calls that set a disposition, for other signals and where libc is to refuse. */
#include "../../shim/signals.h"

#include "call_parts.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* the old calls, too */

int sigvec(int signal_number, const struct sigvec *vector, struct sigvec *old);

static void handle(int signal_number)
{
    (void)signal_number;
}

/* SIG_ERR is refused by glibc's calls, and passed to them. */
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
        CHECK(guard_alone == (i == 0));
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

/* Without libc what a call is to do is told to the kernel: signal(2), sigset(3) and
   sysv_signal(3) say the flags and the mask of each. */
struct kernel_action other;

static bool note_other(long number, const long *arguments, long *answer)
{
    *answer = 0;
    if (number != SYS_rt_sigaction || arguments[0] != SIGUSR1)
        return false;
    if (arguments[1])
        other = *(const struct kernel_action *)arguments[1];
    return true;
}

static bool was_set(int flags, uint64_t mask)
{
    return other.handler == (uintptr_t)handle && other.mask == mask &&
           (int)other.flags == (flags | KERNEL_ACTION_FLAGS);
}

static void try_others(void)
{
    const struct sigvec vector = {handle, 6, 0};
    const int one_shot = (int)SA_RESETHAND | SA_NODEFER | SA_INTERRUPT;
    start(MODE_CATCH);
    kernel.instead = note_other;
    CHECK(signal(SIGUSR1, handle) == SIG_DFL && was_set(SA_RESTART, signal_bit(SIGUSR1)));
    CHECK(sigset(SIGUSR1, handle) == SIG_DFL && was_set(0, 0));
    CHECK(sysv_signal(SIGUSR1, handle) == SIG_DFL && was_set(one_shot, 0));
    CHECK(sigvec(SIGUSR1, &vector, NULL) == 0 && was_set(SA_RESTART, 6));
    CHECK(sigignore(SIGUSR1) == 0 && other.handler == (uintptr_t)SIG_IGN);
    CHECK(guard_stands() && guard_quiet && guard_alone);
    /* A handler that runs with SIGPIPE blocked. */
    const struct sigaction blocking = {.sa_handler = handle, .sa_mask = {{sigpipe_bit}}};
    CHECK(sigaction(SIGUSR1, &blocking, NULL) == 0 && was_set(0, sigpipe_bit));
    CHECK(!guard_quiet && guard_alone);
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
    CHECK(sigignore(SIGUSR1) == SIGUSR1 && guard_alone);
    CHECK(sigignore(SIGPIPE) == SIGPIPE && !guard_alone && !guard_quiet);
    options.mode = MODE_IGNORE;
    CHECK(sigignore(SIGPIPE) == 0 && kernel.action.handler == (uintptr_t)SIG_IGN);
}

int main(void)
{
    in_child(try_errors);
    in_child(try_others);
    in_child(try_passed);
    return 0;
}
