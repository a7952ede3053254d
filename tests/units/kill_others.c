/* The other calls that send a signal: that in mode=ignore a guard window is open for them, and
   which of them are marked. Also tests all of them without libc. */
#include "kill.h"

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

static int note_pidfd(int pidfd, int signal_number, siginfo_t *info, unsigned flags)
{
    CHECK(!info == !flags);
    return note(pidfd, signal_number);
}

#define TRY(call, target)                                                                      \
    do {                                                                                       \
        const int signal_number = signals[i];                                                  \
        answer = 40 + i;                                                                       \
        to = 0;                                                                                \
        CHECK((call) == answer && to == (target) && sent == signal_number);                    \
        CHECK(guard_stood == (signal_number == SIGPIPE) && is_ignored());                      \
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
    next.pidfd_send_signal = note_pidfd;
    kernel.instead = refuse;
    refusal = -EPERM; /* as for another process */
    refused = SYS_pidfd_send_signal;
    for (int i = 0; i < 2; i++) {
        TRY(raise(signal_number), PROCESS);
        TRY(gsignal(signal_number), PROCESS);
        TRY(pthread_kill((pthread_t)7, signal_number), 7);
        TRY(old_pthread_kill((pthread_t)6, signal_number), 6);
        TRY(pthread_sigqueue((pthread_t)8, signal_number, value), 8);
        TRY(sigqueue(OTHER, signal_number, value), OTHER);
        TRY(tgkill(PROCESS, OTHER, signal_number), OTHER);
        TRY(pidfd_send_signal(9, signal_number, NULL, 0), 9);
    }
}

/* pidfd_send_signal(2): without a siginfo of the app's the signal is marked, if the kernel
   accepts that. */
siginfo_t app_info;
long pidfd_answer;
unsigned marks;
unsigned plain;

static bool send_by_pidfd(long number, const long *arguments, long *answer_to)
{
    if (number != SYS_pidfd_send_signal)
        return false;
    CHECK(arguments[0] == 9 && arguments[3] == 2);
    guard_stood = !is_ignored();
    *answer_to = pidfd_answer;
    if (arguments[1] != SIGPIPE || !arguments[2] || arguments[2] == (long)&app_info) {
        plain++;
        return true;
    }
    CHECK(is_marked((const siginfo_t *)arguments[2]));
    marks++;
    return true;
}

static bool sends_by_pidfd(siginfo_t *info, int result, unsigned marked, unsigned unmarked)
{
    marks = plain = 0;
    guard_stood = false;
    errno = 0;
    const int got = pidfd_send_signal(9, SIGPIPE, info, 2);
    CHECK(guard_stood && is_ignored());
    return got == result && errno == (result < 0 ? (int)-pidfd_answer : 0) && marks == marked &&
           plain == unmarked;
}

static void try_pidfd(void)
{
    start(MODE_IGNORE);
    kernel.instead = send_by_pidfd;
    CHECK(sends_by_pidfd(NULL, 0, 1, 0) && sends_by_pidfd(&app_info, 0, 0, 1));
    pidfd_answer = -EBADF;
    CHECK(sends_by_pidfd(NULL, -1, 1, 0) && sends_by_pidfd(&app_info, -1, 0, 1));
    pidfd_answer = -EPERM;
    CHECK(sends_by_pidfd(NULL, -1, 1, 1) && sends_by_pidfd(&app_info, -1, 0, 1));
    marks = plain = 0;
    CHECK(pidfd_kill_by_number(9, NULL, 2) == -1 && marks == 1 && plain == 1);
    CHECK(pidfd_kill_by_number(9, &app_info, 2) == -1 && marks == 1 && plain == 2);
    CHECK(pidfd_send_signal(9, SIGUSR1, NULL, 2) == -1 && marks == 1 && plain == 3);
    sandboxed = true;
    CHECK(pidfd_send_signal(9, SIGPIPE, NULL, 2) == -1 && marks == 1 && plain == 4);
    sandboxed = false;
    options.off = true;
    CHECK(pidfd_send_signal(9, SIGPIPE, NULL, 2) == -1 && marks == 1 && plain == 5);
    has_next = true;
    next.pidfd_send_signal = note_pidfd;
    answer = 6;
    CHECK(pidfd_send_signal(9, SIGPIPE, &app_info, 2) == 6 && to == 9 && sent == SIGPIPE);
    CHECK(pidfd_kill_by_number(9, &app_info, 2) == -1 && plain == 6);
}

/* Without libc the shim makes the system calls, and each signal takes the default action. */
static void try_without_libc(void)
{
    const union sigval value = {.sival_int = 5};
    start(MODE_CATCH);
    CHECK(kill(PROCESS, SIGPIPE) == 0 && died());
    CHECK(killpg(GROUP, SIGPIPE) == 0 && died());
    CHECK(raise(SIGPIPE) == 0 && died());
    CHECK(gsignal(SIGPIPE) == 0 && died());
    CHECK(tgkill(PROCESS, PROCESS, SIGPIPE) == 0 && died());
    CHECK(kill_by_number(PROCESS) == 0 && died());
    CHECK(kill_by_number(0) == 0 && died() && !pends_in(0) && !pends_in(1));
    CHECK(kill(-1, SIGPIPE) == -1 && errno == EPERM && !died());
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
    in_child(try_others);
    in_child(try_pidfd);
    in_child(try_without_libc);
    return 0;
}
