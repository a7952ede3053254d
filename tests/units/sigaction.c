/* The calls that set a disposition: where the kernel or libc refuses, and where in mode=ignore
   a default must not discard a pending signal. The kernel is that of signal_kernel.h. */
#include "../../shim/interpose/sigaction.h"

#include "call_parts.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* the old calls, too */

int sigvec(int signal_number, const struct sigvec *vector, struct sigvec *old);
sighandler_t bsd_signal(int signal_number, sighandler_t handler);

static void handle(int signal_number)
{
    (void)signal_number;
}

static bool is_ignored(void)
{
    return kernel.action.handler == (uintptr_t)SIG_IGN;
}

/* Whether a query returns SIG_DFL, while the kernel holds another handler. */
static bool is_default(void)
{
    struct sigaction now;
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0);
    return now.sa_handler == SIG_DFL && kernel.action.handler != (uintptr_t)SIG_DFL;
}

/* Refuses one system call, after `refused_after` such calls have succeeded. */
long refused;
unsigned refused_after;

static bool refuse(long number, const long *arguments, long *answer)
{
    (void)arguments;
    *answer = -EPERM;
    return number == refused && refused_after-- == 0;
}

static void refuse_after(long number, unsigned count)
{
    refused = number;
    refused_after = count;
    errno = 0;
}

#define REFUSED(call, answer)                                                                  \
    do {                                                                                       \
        refuse_after(SYS_rt_sigaction, 0);                                                     \
        CHECK((call) == (answer) && errno == EPERM && guard_stands());                         \
    } while (0)

static void try_refused(void)
{
    const struct sigaction action = {.sa_handler = handle};
    const struct sigvec vector = {.sv_handler = handle};
    struct sigaction old = {.sa_flags = 77};
    struct sigvec old_vector = {.sv_flags = 77};
    start(MODE_CATCH);
    kernel.instead = refuse;
    REFUSED(sigaction(SIGPIPE, &action, &old), -1);
    REFUSED(sigaction(SIGPIPE, NULL, &old), -1);
    REFUSED(signal(SIGPIPE, handle), SIG_ERR);
    REFUSED(bsd_signal(SIGPIPE, SIG_DFL), SIG_ERR);
    REFUSED(ssignal(SIGPIPE, SIG_IGN), SIG_ERR);
    REFUSED(sysv_signal(SIGPIPE, handle), SIG_ERR);
    REFUSED(__sysv_signal(SIGPIPE, SIG_DFL), SIG_ERR);
    REFUSED(sigset(SIGPIPE, handle), SIG_ERR);
    REFUSED(sigset(SIGPIPE, SIG_HOLD), SIG_ERR);
    kernel.mask = 0;
    REFUSED(sigignore(SIGPIPE), -1);
    REFUSED(siginterrupt(SIGPIPE, 1), -1);
    REFUSED(sigvec(SIGPIPE, &vector, &old_vector), -1);
    CHECK(old.sa_flags == 77 && old_vector.sv_flags == 77);
    refuse_after(SYS_rt_sigaction, 1);
    CHECK(siginterrupt(SIGPIPE, 1) == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sigset(SIGPIPE, SIG_HOLD) == SIG_ERR && errno == EPERM && guard_stands());
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sigset(SIGPIPE, handle) == SIG_ERR && errno == EPERM);
}

static void try_refused_masks(void)
{
    const sigset_t none = {0};
    sigset_t set;
    start(MODE_CATCH);
    set_first_signals(&set, 5);
    kernel.instead = refuse;
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sigblock(1) == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sigsetmask(1) == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(siggetmask() == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sighold(SIGINT) == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(sigrelse(SIGINT) == -1 && errno == EPERM);
    refuse_after(SYS_rt_sigprocmask, 0);
    CHECK(pthread_sigmask(SIG_BLOCK, &none, NULL) == EPERM && errno == 0);
    refuse_after(SYS_rt_sigpending, 0);
    CHECK(sigpending(&set) == -1 && errno == EPERM && first_signals(&set) == 5);
    CHECK(kernel.mask == 0);
    CHECK(sighold(0) == 0 && sighold(65) == 0 && sighold(-1) == 0 && kernel.mask == 0);
    CHECK(sighold(64) == 0 && kernel.mask == UINT64_C(1) << 63 && sigrelse(64) == 0);
    CHECK(sighold(1) == 0 && kernel.mask == 1);
    CHECK(pause() == -1 && errno == ENOSYS);
}

/* sigset(3) returns SIG_HOLD if the signal was blocked, else the handler that was set. */
static void try_sigset(void)
{
    start(MODE_CATCH);
    CHECK(sigset(SIGPIPE, SIG_HOLD) == SIG_DFL && is_blocked() && is_default());
    CHECK(sigset(SIGPIPE, SIG_HOLD) == SIG_HOLD && is_blocked());
    CHECK(sigset(SIGPIPE, handle) == SIG_HOLD && !is_blocked());
    CHECK(kernel.action.handler == (uintptr_t)handle && kernel.action.mask == 0);
    CHECK(sigset(SIGPIPE, SIG_DFL) == handle && is_default());
    options.off = true;
    kernel.action.handler = (uintptr_t)SIG_IGN;
    CHECK(sigset(SIGPIPE, SIG_DFL) == SIG_IGN);
    CHECK(kernel.action.handler == (uintptr_t)SIG_DFL);
}

/* sigvec(3) and back: each flag by itself. */
static void try_sigvec(void)
{
    static const int flags[][2] = {
        {0, SA_RESTART},
        {1, SA_ONSTACK | SA_RESTART},
        {2, 0},
        {4, (int)SA_RESETHAND | SA_RESTART},
        {7, SA_ONSTACK | (int)SA_RESETHAND},
    };
    start(MODE_CATCH);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        const struct sigvec vector = {handle, (int)0x80000001, flags[i][0]};
        struct sigvec returned;
        struct sigaction now;
        CHECK(sigvec(SIGPIPE, &vector, NULL) == 0);
        CHECK(sigvec(SIGPIPE, NULL, &returned) == 0);
        CHECK(returned.sv_handler == handle && returned.sv_flags == vector.sv_flags &&
              returned.sv_mask == vector.sv_mask);
        CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_flags == flags[i][1]);
        CHECK(first_signals(&now.sa_mask) == 0x80000001);
    }
}

/* mode=ignore: the guard stays where SIG_IGN could discard a signal. */
static void try_kept(void)
{
    const sigset_t none = {0};
    sigset_t set;
    set_first_signals(&set, sigpipe_bit);
    start(MODE_IGNORE);
    CHECK(is_ignored() && signal(SIGPIPE, SIG_DFL) == SIG_DFL && is_ignored());
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    send_signal_of(SI_USER, OTHER);
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL && !is_ignored() && pends_in(1));
    CHECK(signal(SIGPIPE, SIG_IGN) == SIG_DFL && is_ignored() && !pends_in(1));
    send_signal_of(SI_USER, OTHER);
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_IGN && !is_ignored() && kernel.deaths == 0);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL) == 0 && kernel.deaths == 1);
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL && !is_ignored());
}

static void try_guard_window(void)
{
    start(MODE_IGNORE);
    const struct guard_window guard_window = guard_window_begin();
    CHECK(!is_ignored() && guard_window_is_open());
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL && !is_ignored());
    guard_window_end(guard_window);
    CHECK(is_ignored() && !guard_window_is_open());
}

/* mode=ignore: another thread, which was about to install the guard, overwrites a disposition
   that has just been set. It is set again, as often as that happens. */
unsigned times;
bool changes_too;

static bool overwrite(long number, const long *arguments, long *answer)
{
    if (number != SYS_rt_sigaction || !arguments[1] || times == 0)
        return false;
    times--;
    *answer = answer_call(number, arguments);
    if (!changes_too)
        return true;
    kernel.instead = NULL;
    guard_window_begin_wait();
    kernel.instead = overwrite;
    kernel.action = disposition_ignored_at_start();
    return true;
}

static void try_overwritten(void)
{
    struct sigaction old;
    const struct sigaction action = {.sa_handler = handle};
    start(MODE_IGNORE);
    kernel.instead = overwrite;
    for (unsigned i = 0; i < 6; i++) {
        changes_too = i < 3;
        times = changes_too ? i % 3 : 1;
        CHECK(sigaction(SIGPIPE, &action, &old) == 0 && times == 0);
        CHECK(kernel.action.handler == (uintptr_t)handle && old.sa_handler == SIG_DFL);
        sigpipe_may_be_blocked = false; /* as at the start */
        CHECK(signal(SIGPIPE, SIG_DFL) == handle && is_ignored());
    }
}

bool was_ignored;

static void reset(int signal_number, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    CHECK(signal(signal_number, SIG_DFL) == SIG_DFL);
    was_ignored = is_ignored();
}

/* mode=ignore: nor may a default that Go's handler sets discard a signal. */
static void try_go_forwarding(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = SI_USER};
    info.si_pid = PROCESS;
    start(MODE_IGNORE);
    interrupt(true, -EPIPE, 0);
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL && is_ignored());
    go_forwarding((uintptr_t)reset, SIGPIPE, &info, &kernel.context);
    CHECK(!was_ignored);
}

int main(void)
{
    in_child(try_refused);
    in_child(try_refused_masks);
    in_child(try_sigset);
    in_child(try_sigvec);
    in_child(try_kept);
    in_child(try_guard_window);
    in_child(try_overwritten);
    in_child(try_go_forwarding);
    return 0;
}
