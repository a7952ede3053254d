/* What a program may do to its SIGPIPE before it starts another, as a table. */
#ifndef CHILDREN_SETTINGS_H
#define CHILDREN_SETTINGS_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void handler(int signal_number)
{
    (void)signal_number;
}

/* A broken write, by write(2) or past its interposer. */
static ssize_t broken_write(bool raw)
{
    int ends[2];
    if (pipe(ends) != 0)
        exit(125);
    close(ends[0]);
    const ssize_t result = raw ? syscall(SYS_write, ends[1], "x", 1) : write(ends[1], "x", 1);
    const int error = errno;
    close(ends[1]);
    errno = error;
    return result;
}

static void untouched(void)
{
}

static void set_default(void)
{
    signal(SIGPIPE, SIG_DFL);
}

static void set_ignored(void)
{
    signal(SIGPIPE, SIG_IGN);
}

static void set_handled(void)
{
    signal(SIGPIPE, handler);
}

static void set_one_shot(void)
{
    sigaction(SIGPIPE,
              &(struct sigaction){.sa_handler = handler, .sa_flags = (int)SA_RESETHAND}, NULL);
}

static void set_restored(void)
{
    set_ignored();
    set_default();
}

static void change_mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(how, &set, NULL);
}

static void set_blocked(void)
{
    change_mask(SIG_BLOCK);
}

static void set_unblocked(void)
{
    change_mask(SIG_BLOCK);
    change_mask(SIG_UNBLOCK);
}

static void set_pending(void)
{
    set_blocked();
    raise(SIGPIPE);
}

static void set_pending_process(void)
{
    set_blocked();
    kill(getpid(), SIGPIPE);
}

static void set_pending_write(void)
{
    set_blocked();
    broken_write(false);
}

/* Without the shim this ends the process: to be compared with `untouched`. */
static void make_broken_writes(void)
{
    broken_write(false);
    broken_write(true);
}

static const struct setting {
    const char *name;
    void (*make)(void);
    void (*make_again)(void); /* what a forked child does not inherit */
} settings[] = {
    {"untouched", untouched, untouched},
    {"default", set_default, untouched},
    {"ignored", set_ignored, untouched},
    {"handled", set_handled, untouched},
    {"one-shot", set_one_shot, untouched},
    {"restored", set_restored, untouched},
    {"blocked", set_blocked, untouched},
    {"unblocked", set_unblocked, untouched},
    {"pending", set_pending, set_pending},
    {"pending-process", set_pending_process, set_pending_process},
    {"pending-write", set_pending_write, set_pending_write},
    {"broken", make_broken_writes, make_broken_writes},
};

enum { SETTINGS = sizeof settings / sizeof *settings };

#endif
