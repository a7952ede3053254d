/* Runs a test in a process of its own, since the shim notes some facts once and for good. */
#ifndef NOSIGPIPE_UNITS_APART_H
#define NOSIGPIPE_UNITS_APART_H

#include <sys/wait.h>
#include <unistd.h>

#include "../fuzz/check.h"

static inline void apart(void (*test)(void))
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        test();
        exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

#endif
