/*
 * A SIGPIPE and two other signals arrive at one time, each of whose handlers makes a broken
 * write: as they are delivered, the others break in on the handler of the first, with SIGPIPE
 * blocked. Prints how many writes answered EPIPE.
 */
#include <errno.h>
#include <signal.h>

#include "broken.h"

static int fd;
static volatile int answered;

static void break_once(void)
{
    answered += write(fd, "x", 1) == -1 && errno == EPIPE;
}

static void handle(int signal_number)
{
    (void)signal_number;
    break_once();
}

int main(void)
{
    const int signals[] = {SIGPIPE, SIGTERM, SIGCHLD};
    sigset_t all;
    fd = broken_pipe();
    sigemptyset(&all);
    for (int i = 0; i < 3; i++) {
        sigaddset(&all, signals[i]);
        if (i > 0)
            signal(signals[i], handle);
    }
    sigprocmask(SIG_BLOCK, &all, NULL);
    break_once();
    raise(SIGTERM);
    raise(SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    printf("%d\n", answered);
    return 0;
}
