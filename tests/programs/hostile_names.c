/*
 * A program that has functions of its own by the names of libc's, which are not ready before
 * main() begins. Makes broken calls, and then sends itself a SIGPIPE.
 */
#include "broken.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>

int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data)
{
    (void)visit, (void)data;
    abort();
}

pthread_t pthread_self(void)
{
    abort();
}

int pthread_getcpuclockid(pthread_t thread, clockid_t *clock)
{
    (void)thread, (void)clock;
    abort();
}

unsigned long getauxval(unsigned long type)
{
    (void)type;
    abort();
}

int main(void)
{
    ssize_t written = write(broken_pipe(), "x", 1);
    printf("write: %zd %s\n", written, strerror(errno));
    written = send(broken_socket(), "x", 1, 0);
    printf("send: %zd %s\n", written, strerror(errno));
    fflush(stdout);
    kill(getpid(), SIGPIPE);
    return 0;
}
