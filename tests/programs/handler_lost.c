/*
 * handler_lost ROUNDS: one thread sets a handler, makes broken writes and sets the default
 * again, while others start programs, for which mode=ignore puts the guard up and takes it
 * down. Each write must find the handler. Says how often it did not.
 */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "broken.h"

enum { SPAWNERS = 1, WRITES = 2 };
static atomic_bool ended;
static volatile sig_atomic_t handled;

static void on_signal(int signal_number)
{
    (void)signal_number;
    handled++;
}

/* One that cannot be started does as well, and is quicker. */
static void *start_programs(void *nothing)
{
    char *const arguments[] = {(char[]){"nothing"}, NULL};
    pid_t child;
    while (!ended)
        posix_spawn(&child, "/nonexistent", NULL, NULL, arguments, arguments);
    return nothing;
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = on_signal};
    const int broken = broken_pipe();
    const int rounds = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t threads[SPAWNERS];
    long lost = 0;
    for (int i = 0; i < SPAWNERS; i++)
        pthread_create(&threads[i], NULL, start_programs, NULL);
    for (int round = 0; round < rounds; round++) {
        sigaction(SIGPIPE, &action, NULL);
        const int before = handled;
        for (int i = 0; i < WRITES; i++)
            must(write(broken, "x", 1) == -1, "write");
        lost += WRITES - (handled - before);
        signal(SIGPIPE, SIG_DFL);
    }
    ended = true;
    for (int i = 0; i < SPAWNERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d rounds, %ld signals without the handler\n", rounds, lost);
    return 0;
}
