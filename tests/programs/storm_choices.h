/*
 * The program's own choices about SIGPIPE: dispositions of all kinds, one after the other,
 * while the writers write; and writes while the signal is blocked.
 */
#ifndef STORM_CHOICES_H
#define STORM_CHOICES_H

#include "storm_count.h"

static atomic_long handled;

static void handle(int signal_number)
{
    expect("the handler's signal", signal_number, SIGPIPE);
    handled++;
}

static void handle_with_info(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    expect("si_code", info->si_code, SI_USER);
    expect("si_pid", info->si_pid, getpid());
    handle(signal_number);
}

static void by_sigaction(void (*handler)(int), int flags)
{
    const struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    must(sigaction(SIGPIPE, &action, NULL) == 0, "sigaction");
}

static void set_default(void)
{
    signal(SIGPIPE, SIG_DFL);
}

static void set_default_with_flags(void)
{
    by_sigaction(SIG_DFL, SA_RESTART | SA_ONSTACK);
}

static void set_handler(void)
{
    by_sigaction(handle, SA_RESTART | SA_ONSTACK);
}

static void set_handler_with_info(void)
{
    const struct sigaction action = {.sa_sigaction = handle_with_info, .sa_flags = SA_SIGINFO};
    must(sigaction(SIGPIPE, &action, NULL) == 0, "sigaction");
}

static void set_by_signal(void)
{
    signal(SIGPIPE, handle);
}

static void set_one_shot(void)
{
    by_sigaction(handle, (int)SA_RESETHAND);
}

static void set_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
}

static const struct choice {
    void (*make)(void);
    enum standing standing;
} all_choices[] = {
    {set_handler, HANDLER},
    {set_one_shot, ONE_SHOT},
    {set_ignored, IGNORED},
    {set_default, DEFAULT},
    {set_handler_with_info, HANDLER},
    {set_ignored, IGNORED},
    {set_one_shot, ONE_SHOT},
    {set_by_signal, HANDLER},
    {set_default_with_flags, DEFAULT},
};
enum { CHOICES = sizeof(all_choices) / sizeof(all_choices[0]) };

/* What the program has chosen is what it is told; of a one-shot handler either may be left. */
static void check_choice(const struct choice *choice)
{
    struct sigaction now;
    must(sigaction(SIGPIPE, NULL, &now) == 0, "sigaction");
    const bool is_handler = now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
    const bool is_default = now.sa_handler == SIG_DFL;
    if (choice->standing == IGNORED)
        expect("told of SIG_IGN", now.sa_handler == SIG_IGN, true);
    else if (choice->standing == ONE_SHOT)
        expect("told of a one-shot handler", is_handler || is_default, true);
    else
        expect("told of a handler", is_handler, choice->standing == HANDLER);
}

/* Elsewhere than in mode=ignore, all but SIG_IGN count alike: `changes` is left alone there, so
   that the writes of those moments are accounted for, too. */
static void make_choice(unsigned number)
{
    const struct choice *const choice = &all_choices[number % CHOICES];
    const bool counts = mode_ignore || standing == IGNORED || choice->standing == IGNORED;
    choices++;
    changes += counts;
    choice->make();
    standing = (int)choice->standing;
    changes += counts;
    choices++;
    check_choice(choice);
}

static void unblock_sigpipe(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static bool sigpipe_pends(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE);
}

/* The three ways to be rid of a signal that pends: it arrives, or it is taken. */
static void unblock_in_wait(const sigset_t *old)
{
    const struct timespec at_once = {0};
    ppoll(NULL, 0, &at_once, old);
}

static int take_pending(const sigset_t *sigpipe)
{
    const struct timespec at_once = {0};
    siginfo_t info;
    return sigtimedwait(sigpipe, &info, &at_once);
}

/* Several broken writes are one signal then. SIG_IGN, set meanwhile, discards it; and so does
   mode=ignore when a program was started, since of what pends in other threads the kernel tells
   nothing. */
static void write_while_blocked(unsigned number, const int fds[KINDS])
{
    sigset_t all;
    sigset_t sigpipe;
    sigset_t old;
    sigfillset(&all);
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    const struct moment then = this_moment();
    for (int kind = 0; kind < KINDS_OF_WRITERS; kind++) {
        const long result = simple[kind]->call->make(fds[kind], 5);
        expect("write while blocked", result == -1 && errno == EPIPE, true);
        mine->answers++;
    }
    const bool pends = sigpipe_pends();
    if (!mode_ignore && !is_over(then.changes, changes))
        expect("SIGPIPE pends", pends, true);
    const unsigned way = number % 3;
    if (way == 0) {
        const int taken = take_pending(&sigpipe);
        if (!mode_ignore && !is_over(then.changes, changes))
            expect("SIGPIPE was taken", taken, SIGPIPE);
    } else {
        if (way == 1)
            unblock_in_wait(&old);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (mode_ignore)
            count_unknown(simple[PIPE]);
        else
            count_raised(PIPE, 1, true, &then);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    expect("SIGPIPE still pends", sigpipe_pends(), false);
}

#endif
