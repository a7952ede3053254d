/*
 * Broken calls made before main(), and what they answered. Nothing in here goes through a PLT
 * or stdio: an IFUNC resolver runs while its own object is being relocated.
 */
#ifndef EARLY_CALLS_H
#define EARLY_CALLS_H

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define BY_POINTER(name) static __typeof__(name) *volatile name##_pointer = name
BY_POINTER(pipe);
BY_POINTER(close);
BY_POINTER(socketpair);
BY_POINTER(write);
BY_POINTER(send);
BY_POINTER(__errno_location);

struct early {
    int pipe;
    int socket;
    int rounds;
    long answers[2]; /* of the last round */
    int errors[2];
};

static inline void early_open(struct early *early)
{
    int ends[2] = {-1, -1};
    if (pipe_pointer(ends) == 0)
        close_pointer(ends[0]);
    early->pipe = ends[1];
    if (socketpair_pointer(AF_UNIX, SOCK_STREAM, 0, ends) == 0)
        close_pointer(ends[0]);
    early->socket = ends[1];
}

static inline void early_calls(struct early *early)
{
    if (early->rounds++ == 0)
        early_open(early);
    *__errno_location_pointer() = 0;
    early->answers[0] = write_pointer(early->pipe, "x", 1);
    early->errors[0] = *__errno_location_pointer();
    *__errno_location_pointer() = 0;
    early->answers[1] = send_pointer(early->socket, "x", 1, 0);
    early->errors[1] = *__errno_location_pointer();
    *__errno_location_pointer() = 0;
}

#endif
