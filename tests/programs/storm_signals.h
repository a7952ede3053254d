/* Other signals, which the writers take while they write. */
#ifndef STORM_SIGNALS_H
#define STORM_SIGNALS_H

#include <pthread.h>

#include "storm_choices.h"

static _Thread_local const int *my_fds;
static _Thread_local unsigned signals_taken;

static bool sigpipe_is_blocked(void)
{
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, SIGPIPE);
}

/* Where SIGPIPE is blocked, as in an own handler for it that this one breaks in on, the signals
   of several writes would be one. */
static void take_signal(int signal_number)
{
    const int error = errno;
    (void)signal_number;
    if (!sigpipe_is_blocked())
        make_plain_attempt(signals_taken++ * 7, my_fds);
    errno = error;
}

static void take_signal_blocked(int signal_number)
{
    (void)signal_number;
    signals_taken++;
}

static void handle_other_signals(void)
{
    struct sigaction action = {.sa_handler = take_signal, .sa_flags = SA_RESTART};
    must(sigaction(SIGUSR1, &action, NULL) == 0, "SIGUSR1");
    action.sa_flags = SA_ONSTACK;
    must(sigaction(SIGUSR2, &action, NULL) == 0, "SIGUSR2");
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    if (with_choices) {
        action.sa_handler = take_signal_blocked;
        sigaddset(&action.sa_mask, SIGPIPE);
    }
    must(sigaction(SIGHUP, &action, NULL) == 0, "SIGHUP");
}

/* Only the writers take them: the others have no descriptors for them at hand. */
static void mask_other_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(how, &set, NULL);
}

/* Changes a mask without a word of SIGPIPE, and asks what is known of it. */
static void change_masks(void)
{
    sigset_t set;
    sigset_t old;
    struct sigaction action;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    expect("SIGPIPE in the mask", sigismember(&old, SIGPIPE), false);
    pthread_sigmask(SIG_SETMASK, &old, &set);
    expect("SIGPIPE in the mask", sigismember(&set, SIGPIPE), false);
    expect("SIGPIPE pends", sigpipe_pends(), false);
    if (!with_choices && standing == DEFAULT) {
        set_default();
        must(sigaction(SIGPIPE, NULL, &action) == 0, "sigaction");
        expect("told of the default", action.sa_handler == SIG_DFL, true);
    }
}

/* The thread's and the process's pending signals, as the kernel has them: proc(5). */
static bool kernel_has_pending(void)
{
    char text[4096];
    const int fd = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
    const ssize_t size = read(fd, text, sizeof(text) - 1);
    must(fd >= 0 && size > 0, "/proc/thread-self/status");
    close(fd);
    text[size] = '\0';
    const char *const own = strstr(text, "\nSigPnd:");
    const char *const shared = strstr(text, "\nShdPnd:");
    must(own && shared, "SigPnd");
    const unsigned long long both =
        strtoull(own + 8, NULL, 16) | strtoull(shared + 8, NULL, 16);
    return both & (1ull << (SIGPIPE - 1));
}

/* What a thread does last. mode=mask leaves the signal of a write inside stdio pending until
   the next call that it sees break. */
static void end_thread(int fd)
{
    make_attempt(simple[PIPE], fd);
    change_masks();
    expect("SIGPIPE pends in the kernel", kernel_has_pending(), false);
}

#endif
