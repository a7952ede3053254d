/*
 * A thread with as little stack as there may be: by unbuffered stdio, which takes a buffer of
 * 8 KiB from the stack, it writes to a broken pipe and prints the answer.
 *
 * With "chosen" it has ignored SIGPIPE before, and set the default again. With "deep N" it
 * writes by write(2), from below N bytes of its own; with "sizes" threads of several sizes
 * print what they are told of their stacks.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "broken.h"

static size_t own_bytes;

static void tell(ssize_t result)
{
    const int error = errno;
    dprintf(STDOUT_FILENO, "%zd %s\n", result, strerror(error));
}

static void *write_unbuffered(void *data)
{
    FILE *stream = data;
    tell(fprintf(stream, "%s", "text"));
    return NULL;
}

__attribute__((noinline)) static ssize_t write_own(int fd)
{
    char own[own_bytes];
    memset(own, 'x', own_bytes);
    return write(fd, own, own_bytes);
}

static void *write_deep(void *data)
{
    tell(write_own(fileno(data)));
    return NULL;
}

static void *tell_size(void *data)
{
    pthread_attr_t attributes;
    size_t size = 0;
    (void)data;
    must(pthread_getattr_np(pthread_self(), &attributes) == 0, "pthread_getattr_np");
    must(pthread_attr_getstacksize(&attributes, &size) == 0, "stack size");
    pthread_attr_destroy(&attributes);
    printf("%zu pages\n", size / 4096); /* musl counts thread-local storage out, some bytes */
    return NULL;
}

static void in_thread(size_t size, void *(*start)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    must(pthread_attr_setstacksize(&attributes, size) == 0, "stack size");
    must(pthread_create(&thread, &attributes, start, argument) == 0, "pthread_create");
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    FILE *stream = fdopen(broken_pipe(), "w");
    must(stream != NULL, "fdopen");
    setvbuf(stream, NULL, _IONBF, 0);
    if (argc > 1 && strcmp(argv[1], "chosen") == 0) {
        signal(SIGPIPE, SIG_IGN);
        signal(SIGPIPE, SIG_DFL);
        in_thread(16384, write_unbuffered, stream);
    } else if (argc > 2) {
        own_bytes = (size_t)atol(argv[2]);
        in_thread(16384, write_deep, stream);
    } else if (argc > 1) {
        for (size_t size = 16384; size <= 128 << 10; size *= 2)
            in_thread(size, tell_size, NULL);
    } else {
        in_thread(16384, write_unbuffered, stream);
    }
    return 0;
}
