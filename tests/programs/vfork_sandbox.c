/*
 * A vfork child, which shares the memory, makes a broken write; the parent then restricts
 * itself, and one of its threads makes another.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "broken.h"

static int fd;

static void *break_once(void *unused)
{
    const ssize_t result = write(fd, "x", 1);
    printf("%zd %s\n", result, strerror(errno));
    return unused;
}

int main(void)
{
    pthread_t thread;
    fd = broken_pipe();
    const pid_t child = vfork();
    if (child == 0)
        _exit(write(fd, "x", 1) != -1); // NOLINT(clang-analyzer-unix.Vfork): the case is this
    waitpid(child, NULL, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    pthread_create(&thread, NULL, break_once, NULL);
    pthread_join(thread, NULL);
    return 0;
}
