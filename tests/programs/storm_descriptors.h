/* Descriptors that are closed and used anew meanwhile, and a write that breaks midway. */
#ifndef STORM_DESCRIPTORS_H
#define STORM_DESCRIPTORS_H

#include "storm_disturbers.h"

/* All writers write to it as well. It becomes another broken one at a stroke, by dup2(2). */
static int shared_fd;

static void replace_shared(unsigned number, const int fds[KINDS])
{
    (void)fds;
    const int other = open_broken((int)(number % KINDS_OF_WRITERS));
    must(dup2(other, shared_fd) == shared_fd, "dup2");
    close(other);
    make_attempt(simple[PIPE], shared_fd);
}

/* Takes the lowest free numbers, which others have just closed, and gives them back. */
static void reuse_numbers(unsigned number, const int fds[KINDS])
{
    int own[KINDS];
    (void)fds;
    open_all(own, 0, KINDS_OF_WRITERS);
    make_some(FEW + number % FEW, own);
    close_all(own);
}

static void *close_when_full(void *data)
{
    const int fd = *(int *)data;
    await_full_pipe(fd);
    close(fd);
    return NULL;
}

/* The bytes that fitted in are the answer, and yet there is a signal. mode=catch alone sees
   every one of those: the other modes look at failures. */
static void write_midway(unsigned number, const int fds[KINDS])
{
    struct ends ends;
    pthread_t reader;
    (void)number;
    make_fifo(&ends);
    const int capacity = fcntl(ends.fd, F_GETPIPE_SZ);
    must(pthread_create(&reader, NULL, close_when_full, &ends.peer) == 0, "pthread_create");
    errno = 0;
    const long result = write(ends.fd, payload, sizeof(payload));
    expect("partial count", result, capacity);
    expect("errno of a partial count", errno, 0);
    pthread_join(reader, NULL);
    close(ends.fd);
    mine->answers++;
    mine->maybe[FIFO]++;
    mine->handler_maybe++;
    make_attempt(simple[PIPE], fds[PIPE]);
}

#endif
