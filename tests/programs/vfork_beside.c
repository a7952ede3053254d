/*
 * vfork_beside WRITES: two threads make so many broken writes each, while vfork children of
 * another, which share the memory, make some and send SIGPIPEs to nobody. Prints how many of
 * the threads' writes answered EPIPE.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "broken.h"

enum { WRITERS = 2, OF_CHILD = 1000, KILLS = 16 };
static int fd;
static long writes;
static atomic_bool finished;
static atomic_long answered;

static void *write_on(void *unused)
{
    for (long i = 0; i < writes; i++)
        answered += write(fd, "x", 1) == -1 && errno == EPIPE;
    return unused;
}

/* Each of these calls has the shim ask which process it is in. There is none of that number. */
static bool is_answered_rightly(void)
{
    for (int i = 0; i < KILLS; i++) {
        if (kill(INT_MAX, SIGPIPE) != -1)
            return false;
    }
    return write(fd, "x", 1) == -1;
}

static _Noreturn void be_child(void)
{
    for (int i = 0; i < OF_CHILD && !finished; i++) {
        if (!is_answered_rightly())
            _exit(1);
    }
    _exit(0);
}

static void *make_children(void *unused)
{
    while (!finished) {
        int status = -1;
        const pid_t child = vfork();
        if (child == 0)
            be_child(); // NOLINT(clang-analyzer-unix.Vfork): the case is this
        waitpid(child, &status, 0);
        must(status == 0, "a vfork child");
    }
    return unused;
}

int main(int count, char **arguments)
{
    pthread_t writers[WRITERS];
    pthread_t maker;
    writes = count == 2 ? atol(arguments[1]) : 0;
    fd = broken_pipe();
    must(pthread_create(&maker, NULL, make_children, NULL) == 0, "pthread_create");
    for (int i = 0; i < WRITERS; i++)
        must(pthread_create(&writers[i], NULL, write_on, NULL) == 0, "pthread_create");
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    finished = true;
    pthread_join(maker, NULL);
    printf("%ld\n", (long)answered);
    return 0;
}
