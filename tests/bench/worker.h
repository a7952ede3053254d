/*
 * A worker makes as many operations as a line on standard input says, and answers with the
 * nanoseconds that they took. Workers of all variants live side by side, and the runner makes
 * them work by turns, so that whatever disturbs the machine disturbs them alike.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(99);
    }
}

static inline long nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

/* Serves until the end of its input. `work` makes `count` operations and returns their time. */
static inline int serve(long (*work)(long count))
{
    char line[32];
    while (fgets(line, sizeof(line), stdin)) {
        printf("%ld\n", work(strtol(line, NULL, 10)));
        fflush(stdout);
    }
    return 0;
}

#endif
