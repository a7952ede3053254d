/* The calls of the matrix that go through stdio. */
#ifndef MATRIX_STDIO_H
#define MATRIX_STDIO_H

#include <errno.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include "matrix_payload.h"

/* The stream gets a descriptor of its own, so that closing it leaves `fd`. */
static FILE *stream_for(int fd)
{
    const int copy = dup(fd);
    FILE *stream = copy < 0 ? NULL : fdopen(copy, "w");
    if (!stream && copy >= 0) {
        const int error = errno;
        close(copy);
        errno = error;
    }
    return stream;
}

/* fclose() has to write what the write before it could not, and is broken once more. */
static ssize_t close_stream(FILE *stream, ssize_t result)
{
    const int error = errno;
    fclose(stream);
    errno = error;
    return result;
}

static ssize_t make_fwrite(int fd, size_t size)
{
    FILE *stream = stream_for(fd);
    if (!stream)
        return -1;
    fwrite(payload, 1, size, stream);
    return close_stream(stream, fflush(stream) == 0 ? (ssize_t)size : -1);
}

/* Buffered: without a buffer glibc takes one of BUFSIZ from the stack, and no signal frame
   would fit on a small one besides (stdio-common/vfprintf-internal.c, buffered_vfprintf). */
static ssize_t make_fprintf(int fd, size_t size)
{
    char buffer[512];
    FILE *stream = stream_for(fd);
    if (!stream)
        return -1;
    setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
    const ssize_t result = fprintf(stream, "%.*s", (int)size, payload);
    return close_stream(stream, fflush(stream) == 0 ? result : -1);
}

static ssize_t make_fclose(int fd, size_t size)
{
    FILE *stream = stream_for(fd);
    if (!stream)
        return -1;
    fprintf(stream, "%.*s", (int)size, payload);
    return fclose(stream) == 0 ? (ssize_t)size : -1;
}

static ssize_t make_dprintf(int fd, size_t size)
{
    return dprintf(fd, "%.*s", (int)size, payload);
}

#endif
