/* What a process is told about its own SIGPIPE, as one line. */
#ifndef SIGPIPE_STATE_H
#define SIGPIPE_STATE_H

#include <signal.h>
#include <stdio.h>

static const char *name_of_handler(const struct sigaction *action)
{
    if (action->sa_handler == SIG_DFL)
        return "default";
    return action->sa_handler == SIG_IGN ? "ignored" : "handled";
}

/* The first word of a signal set, in which signal n is bit n-1; signal(7). */
static unsigned long first_word(const sigset_t *set)
{
    return *(const unsigned long *)(const void *)set;
}

static void print_state(const char *label)
{
    struct sigaction action = {0};
    sigset_t blocked;
    sigset_t pending;
    sigaction(SIGPIPE, NULL, &action);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    sigpending(&pending);
    printf("%s: %s flags %x mask %lx blocked %lx pending %lx\n", label,
           name_of_handler(&action), (unsigned)action.sa_flags, first_word(&action.sa_mask),
           first_word(&blocked), first_word(&pending));
    fflush(stdout);
}

#endif
