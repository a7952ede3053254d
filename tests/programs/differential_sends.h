/* Operations: signals that are sent, taken and waited for. */
#ifndef DIFFERENTIAL_SENDS_H
#define DIFFERENTIAL_SENDS_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <time.h>

#include "differential_handlers.h"

static int send_by_pidfd(int number)
{
    const int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    const int result = (int)syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
    close(fd);
    return result;
}

static int send_queued(bool to_thread, int number)
{
    siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    return (int)(to_thread ? syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), number, &info)
                           : syscall(SYS_rt_sigqueueinfo, getpid(), number, &info));
}

/* Those whose siginfo is that of kill(2), and which go to the process. */
static bool send_like_kill(const char *function, int number, int *result)
{
    const bool is_known = true;
    if (is(function, "kill"))
        *result = kill(getpid(), number);
    else if (is(function, "kill0"))
        *result = kill(0, number);
    else if (is(function, "kill-group"))
        *result = kill(-getpgrp(), number);
    else if (is(function, "killpg"))
        *result = killpg(getpgrp(), number);
    else if (is(function, "killpg0"))
        *result = killpg(0, number);
    else if (is(function, "syscall-kill"))
        *result = (int)syscall(SYS_kill, getpid(), number);
    else if (is(function, "pidfd"))
        *result = send_by_pidfd(number);
    else
        return !is_known;
    return is_known;
}

static int send_otherwise(const char *function, int number)
{
    const union sigval value = {.sival_int = 3};
    if (is(function, "raise"))
        return raise(number);
    if (is(function, "gsignal"))
        return gsignal(number);
    if (is(function, "tgkill"))
        return tgkill(getpid(), gettid(), number);
    if (is(function, "pthread_kill"))
        return pthread_kill(pthread_self(), number);
    if (is(function, "sigqueue"))
        return sigqueue(getpid(), number, value);
    if (is(function, "pthread_sigqueue"))
        return pthread_sigqueue(pthread_self(), number, value);
    if (is(function, "syscall-tgkill"))
        return (int)syscall(SYS_tgkill, getpid(), gettid(), number);
    if (is(function, "syscall-tkill"))
        return (int)syscall(SYS_tkill, gettid(), number);
    if (is(function, "rt_sigqueueinfo"))
        return send_queued(false, number);
    if (is(function, "rt_tgsigqueueinfo"))
        return send_queued(true, number);
    require(is(function, "kill-nobody"), function);
    return kill(0x3ffffff0, number);
}

static bool goes_to_process(const char *function)
{
    return strstr(function, "kill0") || strstr(function, "killpg") || is(function, "kill") ||
           is(function, "kill-group") || is(function, "syscall-kill") ||
           is(function, "pidfd") || is(function, "sigqueue") || is(function, "rt_sigqueueinfo");
}

/* send FUNCTION SIGNAL */
static void op_send(char **word)
{
    const int number = signal_of(word[2]);
    int result;
    if ((number == SIGPIPE ? others_take : is_beside) && goes_to_process(word[1])) {
        say("%s: left out\n", word[1]);
        return;
    }
    if (is_oracle && number == SIGPIPE && goes_to_process(word[1]) && !strstr(word[1], "queue"))
        result = marked_kill();
    else if (!send_like_kill(word[1], number, &result))
        result = send_otherwise(word[1], number);
    say_result(word[1], result);
}

/* Whether to leave out a signal of another's: one that would come at any time, or, with the
   word "handled", that meets the default. */
static bool is_left_out(const char *when)
{
    return others_take || (is(when, "handled") && is_default());
}

/* timer WHEN: one that sends SIGPIPE to the process. */
static void op_timer(char **word)
{
    struct sigevent event = {.sigev_signo = SIGPIPE, .sigev_notify = SIGEV_SIGNAL};
    struct itimerspec when = {.it_value.tv_nsec = 1};
    timer_t timer;
    if (is_left_out(word[1]))
        return;
    say_result("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer));
    timer_settime(timer, 0, &when, NULL);
    do
        timer_gettime(timer, &when);
    while (when.it_value.tv_nsec || when.it_value.tv_sec);
    say_result("timer", 0);
}

static void take_by_descriptor(const sigset_t *set)
{
    struct signalfd_siginfo info = {0};
    const int fd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
    const ssize_t result = fd < 0 ? -1 : read(fd, &info, sizeof info);
    say_result("signalfd", result);
    if (result > 0)
        say_info("taken", (int)info.ssi_signo, info.ssi_code, (pid_t)info.ssi_pid);
    close(fd);
}

/* take FUNCTION SET PLACE INFO */
static void op_take(char **word)
{
    const uint64_t signals = set_of(word[2]);
    const struct timespec zero = {0};
    const sigset_t *const set = place(word[3], &signals, sizeof signals);
    siginfo_t *const info = place(word[4], unset, sizeof *info);
    const bool has_any = pending_now() & signals;
    long result;
    int number = 0;
    errno = NO_ERROR;
    if (is(word[1], "signalfd")) {
        take_by_descriptor(set);
        return;
    }
    if (is(word[1], "sigwait") && has_any) {
        result = sigwait(set, &number);
        say("sigwait took %d\n", number);
    } else if (is(word[1], "sigwaitinfo") && has_any)
        result = sigwaitinfo(set, info);
    else if (is(word[1], "rt_sigtimedwait"))
        result = syscall(SYS_rt_sigtimedwait, set, info, has_any ? NULL : &zero, KERNEL_SET);
    else if (is(word[1], "__sigtimedwait"))
        result = NAMED("__sigtimedwait", sigtimedwait)(set, info, &zero);
    else
        result = sigtimedwait(set, info, &zero);
    say_result(word[1], result);
    if (result > 0 && is_whole(word[4]))
        say_info("taken", info->si_signo, info->si_code, info->si_pid);
}

static long wait_by(const char *function, const sigset_t *mask)
{
    const struct timespec zero = {0};
    struct timespec nothing = {0};
    struct epoll_event event;
    const struct {
        const sigset_t *mask;
        size_t size;
    } sized = {mask, KERNEL_SET};
    if (is(function, "sigsuspend"))
        return sigsuspend(mask);
    if (is(function, "rt_sigsuspend"))
        return syscall(SYS_rt_sigsuspend, mask, KERNEL_SET);
    if (is(function, "ppoll"))
        return ppoll(NULL, 0, &zero, mask);
    if (is(function, "pselect"))
        return pselect(0, NULL, NULL, NULL, &zero, mask);
    if (is(function, "syscall-ppoll"))
        return syscall(SYS_ppoll, NULL, 0, &nothing, mask, KERNEL_SET);
    if (is(function, "syscall-pselect6"))
        return syscall(SYS_pselect6, 0, NULL, NULL, NULL, &nothing, &sized);
    const int fd = epoll_create1(EPOLL_CLOEXEC);
    errno = NO_ERROR;
    const long result = is(function, "epoll_pwait") ? epoll_pwait(fd, &event, 1, 0, mask)
                        : is(function, "epoll_pwait2")
                            ? epoll_pwait2(fd, &event, 1, &zero, mask)
                            : syscall(SYS_epoll_pwait, fd, &event, 1, 0, mask, KERNEL_SET);
    const int error = errno;
    close(fd);
    errno = error;
    return result;
}

/* wait FUNCTION SET PLACE WITH: SIGUSR1 comes in the wait if WITH is 1, or else nothing would
   end it, or where a broken write's signal would: a handler that absorbs it does, and SIG_IGN
   does not. */
static void op_wait(char **word)
{
    const uint64_t signals = set_of(word[2]);
    const sigset_t usr1 = libc_set(bit_of(SIGUSR1));
    const bool with =
        is(word[4], "1") || strstr(word[1], "suspend") || (pending_now() & bit_of(SIGPIPE));
    const uint64_t set = with ? signals & ~bit_of(SIGUSR1) : signals;
    const struct sigaction telling = {.sa_sigaction = info_handler_tell,
                                      .sa_flags = SA_SIGINFO};
    sigset_t old;
    if (with) {
        sigprocmask(SIG_BLOCK, &usr1, &old);
        sigaction(SIGUSR1, &telling, NULL);
        raise(SIGUSR1);
    }
    const sigset_t *const mask = place(word[3], &set, sizeof set);
    errno = NO_ERROR;
    say_result(word[1], wait_by(word[1], mask));
    if (with)
        sigprocmask(SIG_SETMASK, &old, NULL);
}

/* no_new_privs, which comes before a filter of system calls. */
static void op_no_new_privs(char **word)
{
    (void)word;
    say_result("prctl", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

#endif
