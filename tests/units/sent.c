/*
 * SIGPIPEs that the host sends itself, with libc's calls answered here: of which the guard is
 * told before, and for which the guard stands in mode=ignore.
 */
#include "../../shim/sent.h"

#include "call_parts.h"

int answer;
bool guard_stood;
int to;
int sent;

static bool is_ignored(void)
{
    return kernel.action.handler == (uintptr_t)SIG_IGN;
}

static int note(int target, int signal_number)
{
    guard_stood = !is_ignored();
    to = target;
    sent = signal_number;
    return answer;
}

static int note_raise(int signal_number)
{
    return note(PROCESS, signal_number);
}

static int note_thread(pthread_t thread, int signal_number)
{
    return note((int)thread, signal_number);
}

static int note_thread_queue(pthread_t thread, int signal_number, const union sigval value)
{
    CHECK(value.sival_int == 5);
    return note((int)thread, signal_number);
}

static int note_queue(pid_t target, int signal_number, const union sigval value)
{
    CHECK(value.sival_int == 5);
    return note(target, signal_number);
}

static int note_tgkill(pid_t group, pid_t thread, int signal_number)
{
    CHECK(group == PROCESS);
    return note(thread, signal_number);
}

/* Whether the guard takes the next signal of this process for a sent one. */
static bool is_expected(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = SI_USER};
    info.si_pid = PROCESS;
    const bool expected = !guard_is_broken_write(&info);
    CHECK(guard_is_broken_write(&info));
    return expected;
}

/* kill(2): to one process, to a group, to all but the caller. */
static const struct {
    pid_t target;
    bool reaches;
} targets[] = {{PROCESS, true}, {0, true},       {-GROUP, true}, {-1, false},
               {OTHER, false},  {-OTHER, false}, {1, false}};
enum { TARGETS = sizeof(targets) / sizeof(targets[0]) };

static void try_targets(int (*call)(pid_t, int), int sign)
{
    for (size_t i = 0; i < TARGETS; i++) {
        const pid_t target = targets[i].target;
        for (answer = 0; answer >= -1; answer--) {
            CHECK(call(sign * target, SIGPIPE) == answer);
            CHECK(to == sign * target && sent == SIGPIPE && is_ignored());
            CHECK(guard_stood == targets[i].reaches);
            CHECK(is_expected() == (targets[i].reaches && answer == 0));
            CHECK(call(sign * target, SIGUSR1) == answer);
            CHECK(to == sign * target && sent == SIGUSR1 && !guard_stood && !is_expected());
        }
    }
}

static void try_kills(void)
{
    start(MODE_IGNORE);
    has_next = true;
    next.kill = next.killpg = note;
    try_targets(kill, 1);
    try_targets(killpg, -1);
    answer = 0;
    sandboxed = true; /* which group is its own is not asked */
    const unsigned calls = kernel.calls;
    CHECK(kill(-OTHER, SIGPIPE) == 0 && is_expected());
    CHECK(kill(-1, SIGPIPE) == 0 && !is_expected());
    CHECK(killpg(OTHER, SIGPIPE) == 0 && is_expected());
    CHECK(kernel.calls == calls);
}

#define TRY(call, target)                                                                      \
    do {                                                                                       \
        const int signal_number = signals[i];                                                  \
        answer = 40 + i;                                                                       \
        to = 0;                                                                                \
        CHECK((call) == answer && to == (target) && sent == signal_number);                    \
        CHECK(guard_stood == (signal_number == SIGPIPE) && is_ignored() && !is_expected());    \
    } while (0)

static void try_others(void)
{
    static const int signals[] = {SIGPIPE, SIGUSR1};
    const union sigval value = {.sival_int = 5};
    start(MODE_IGNORE);
    has_next = true;
    next.raise = next.gsignal = note_raise;
    next.pthread_kill = next.old_pthread_kill = note_thread;
    next.pthread_sigqueue = note_thread_queue;
    next.sigqueue = note_queue;
    next.tgkill = note_tgkill;
    for (int i = 0; i < 2; i++) {
        TRY(raise(signal_number), PROCESS);
        TRY(gsignal(signal_number), PROCESS);
        TRY(pthread_kill((pthread_t)7, signal_number), 7);
        TRY(old_pthread_kill((pthread_t)6, signal_number), 6);
        TRY(pthread_sigqueue((pthread_t)8, signal_number, value), 8);
        TRY(sigqueue(OTHER, signal_number, value), OTHER);
        TRY(tgkill(PROCESS, OTHER, signal_number), OTHER);
    }
}

/* Without libc the system calls are made: each is the end of a process with the default. */
static void try_early(void)
{
    const union sigval value = {.sival_int = 5};
    start(MODE_CATCH);
    CHECK(kill(PROCESS, SIGPIPE) == 0 && died());
    CHECK(killpg(GROUP, SIGPIPE) == 0 && died());
    CHECK(raise(SIGPIPE) == 0 && died());
    CHECK(gsignal(SIGPIPE) == 0 && died());
    CHECK(tgkill(PROCESS, PROCESS, SIGPIPE) == 0 && died());
    CHECK(sent_by_number(PROCESS) == 0 && died());
    CHECK(kill(-1, SIGPIPE) == -1 && errno == EPERM && !died() && !is_expected());
    CHECK(kill(PROCESS, SIGUSR1) == 0 && raise(SIGUSR1) == 0 && !died());
    CHECK(pthread_kill((pthread_t)7, SIGPIPE) == ENOSYS);
    CHECK(old_pthread_kill((pthread_t)7, SIGPIPE) == ENOSYS);
    CHECK(pthread_sigqueue((pthread_t)7, SIGPIPE, value) == ENOSYS);
    errno = 0;
    CHECK(sigqueue(PROCESS, SIGPIPE, value) == -1 && errno == ENOSYS);
    interrupt(true, -EPIPE, 0);
    break_write();
    CHECK(!died());
}

int main(void)
{
    in_child(try_kills);
    in_child(try_others);
    in_child(try_early);
    return 0;
}
