/* Descriptors whose other end is gone, for the small programs of the tests. */
#ifndef BROKEN_H
#define BROKEN_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(99);
    }
}

/* The write end of a pipe that nobody can read. */
static inline int broken_pipe(void)
{
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    close(ends[0]);
    return ends[1];
}

/* A Unix stream socket whose peer has closed. */
static inline int broken_socket(void)
{
    int ends[2];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    close(ends[0]);
    return ends[1];
}

#endif
