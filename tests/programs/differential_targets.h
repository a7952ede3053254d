/* The descriptors that are written to: broken in every way, whole, and wrong. */
#ifndef DIFFERENTIAL_TARGETS_H
#define DIFFERENTIAL_TARGETS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "differential.h"

/* What is closed again after an operation: the descriptor, and the other end where there is
 * one. */
struct target {
    int fd;
    int peer;
};

static inline int broken_pipe(void)
{
    int ends[2];
    require(pipe(ends) == 0, "pipe");
    close(ends[0]);
    return ends[1];
}

static inline struct target pair_of(int kind)
{
    int ends[2];
    require(socketpair(AF_UNIX, kind, 0, ends) == 0, "socketpair");
    return (struct target){ends[1], ends[0]};
}

static inline struct target without_peer(struct target target)
{
    close(target.peer);
    target.peer = -1;
    return target;
}

static inline struct target shut(struct target target)
{
    shutdown(target.fd, SHUT_WR);
    return target;
}

/* The loopback device delivers at once, but on a busy machine not always before the call is
 * over. */
static inline void await(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    require(poll(&polled, 1, 1000 * CASE_SECONDS) == 1, "poll");
}

static inline struct target connected(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    require(getsockname(LISTENER_FD, (struct sockaddr *)&address, &size) == 0, "getsockname");
    require(connect(fd, (struct sockaddr *)&address, size) == 0, "connect");
    const int peer = accept(LISTENER_FD, NULL, NULL);
    require(peer >= 0, "accept");
    return (struct target){fd, peer};
}

/* Reset by the peer. The error that says so is taken away if wanted: the first write tells it,
   and only the second one is broken. */
static inline struct target reset(bool is_told)
{
    struct target target = connected();
    const struct linger at_once = {.l_onoff = 1};
    int error;
    socklen_t size = sizeof error;
    setsockopt(target.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    target = without_peer(target);
    await(target.fd, 0);
    if (is_told)
        getsockopt(target.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return target;
}

/* Closed by the peer, and written to once since, which the peer has answered by a reset. */
static inline struct target finished(void)
{
    const struct target target = without_peer(connected());
    await(target.fd, POLLRDHUP);
    require(send(target.fd, "x", 1, MSG_NOSIGNAL) == 1, "send");
    for (;;) {
        struct pollfd polled = {.fd = target.fd};
        if (poll(&polled, 1, 10) == 1 && polled.revents & POLLERR)
            return target;
        if (polled.revents & POLLHUP) /* the reset's error is told already */
            return target;
    }
}

static inline struct target udp(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)connect(fd, (struct sockaddr *)&address, sizeof address);
    return (struct target){fd, -1};
}

static inline struct target whole_pipe(void)
{
    int ends[2];
    require(pipe2(ends, O_NONBLOCK) == 0, "pipe2");
    return (struct target){ends[1], ends[0]};
}

/* On a descriptor that the program's standard output or error is. */
static inline struct target put_on(int fd, int from)
{
    dup2(from, fd);
    close(from);
    return (struct target){fd, -1};
}

static inline struct target opened(const char *path, int flags)
{
    return (struct target){open(path, flags), -1};
}

static struct target target_of(const char *word)
{
    if (is(word, "pipe"))
        return (struct target){broken_pipe(), -1};
    if (is(word, "out"))
        return put_on(1, broken_pipe());
    if (is(word, "err"))
        return put_on(2, without_peer(pair_of(SOCK_STREAM)).fd);
    if (is(word, "unix"))
        return without_peer(pair_of(SOCK_STREAM));
    if (is(word, "unix-shut"))
        return shut(pair_of(SOCK_STREAM));
    if (is(word, "seqpacket"))
        return without_peer(pair_of(SOCK_SEQPACKET));
    if (is(word, "seqpacket-shut"))
        return shut(pair_of(SOCK_SEQPACKET));
    if (is(word, "dgram"))
        return without_peer(pair_of(SOCK_DGRAM));
    if (is(word, "dgram-shut"))
        return shut(pair_of(SOCK_DGRAM));
    if (is(word, "tcp"))
        return reset(true);
    if (is(word, "tcp-reset"))
        return reset(false);
    if (is(word, "tcp-finished"))
        return finished();
    if (is(word, "tcp-shut"))
        return shut(connected());
    if (is(word, "udp-shut"))
        return shut(udp());
    if (is(word, "whole"))
        return whole_pipe();
    if (is(word, "whole-unix"))
        return pair_of(SOCK_STREAM | SOCK_NONBLOCK);
    if (is(word, "null"))
        return opened("/dev/null", O_WRONLY);
    if (is(word, "full"))
        return opened("/dev/full", O_WRONLY);
    if (is(word, "readonly"))
        return opened("/dev/null", O_RDONLY);
    require(is(word, "closed") || is(word, "high"), word);
    return (struct target){is(word, "closed") ? -1 : 10000, -1};
}

static void close_target(struct target target)
{
    const int error = errno;
    if (target.fd <= 2 && target.fd >= 0)
        put_on(target.fd, open("/dev/null", O_RDWR));
    else
        close(target.fd);
    close(target.peer);
    errno = error;
}

#endif
