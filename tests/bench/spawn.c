/*
 * spawn NAME=VALUE... -- COMMAND [ARGUMENT]...: a worker whose operation is to start the
 * command and to wait for its end. The variables are the command's; this program itself has no
 * preload.
 */
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "worker.h"

static char **variables;
static char **command;

static long work(long count)
{
    const long start = nanoseconds(CLOCK_MONOTONIC);
    for (long i = 0; i < count; i++) {
        pid_t child;
        int status;
        must(posix_spawn(&child, command[0], NULL, NULL, command, variables) == 0, command[0]);
        must(waitpid(child, &status, 0) == child && status == 0, command[0]);
    }
    return nanoseconds(CLOCK_MONOTONIC) - start;
}

int main(int argc, char **argv)
{
    (void)argc;
    variables = argv + 1;
    for (command = variables; *command && strcmp(*command, "--") != 0; command++)
        continue;
    if (!*command)
        return 2;
    *command++ = NULL;
    return serve(work);
}
