/* What the calls of the matrix write to, and how its other end was lost. */
#ifndef MATRIX_TARGETS_H
#define MATRIX_TARGETS_H

#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "matrix_calls.h"

struct ends {
    int fd;
    int peer;
    bool reset_follows; /* the first write succeeds, and is answered with a reset */
    pid_t helper;
};

/* Waits until `events`, an error or a hang-up is seen at `fd`: what the peer did has arrived.
 */
static void await(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    must(poll(&polled, 1, 10000) == 1, "the peer's end did not arrive");
}

static void make_pipe(struct ends *ends)
{
    int both[2];
    must(pipe(both) == 0, "pipe");
    ends->peer = both[0];
    ends->fd = both[1];
}

static void make_pair(struct ends *ends, int type)
{
    int both[2];
    must(socketpair(AF_UNIX, type, 0, both) == 0, "socketpair");
    ends->peer = both[0];
    ends->fd = both[1];
}

static void make_unix(struct ends *ends)
{
    make_pair(ends, SOCK_STREAM);
}

static void make_seqpacket(struct ends *ends)
{
    make_pair(ends, SOCK_SEQPACKET);
}

static void make_tcp(struct ends *ends, struct sockaddr *address, socklen_t size)
{
    const int listener = socket(address->sa_family, SOCK_STREAM, 0);
    must(bind(listener, address, size) == 0 && listen(listener, 1) == 0, "listen");
    must(getsockname(listener, address, &size) == 0, "getsockname");
    ends->fd = socket(address->sa_family, SOCK_STREAM, 0);
    must(connect(ends->fd, address, size) == 0, "connect");
    ends->peer = accept(listener, NULL, NULL);
    must(ends->peer >= 0, "accept");
    close(listener);
}

static void make_tcp4(struct ends *ends)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    make_tcp(ends, (struct sockaddr *)&address, sizeof(address));
}

static void make_tcp6(struct ends *ends)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    make_tcp(ends, (struct sockaddr *)&address, sizeof(address));
}

static void make_file(struct ends *ends)
{
    ends->fd = memfd_create("matrix", MFD_CLOEXEC);
    must(ends->fd >= 0, "memfd_create");
}

static void make_unwritable(struct ends *ends)
{
    ends->fd = open("/dev/null", O_RDONLY);
    must(ends->fd >= 0, "/dev/null");
}

static void make_nothing(struct ends *ends)
{
    (void)ends;
}

static bool is_tcp(int fd)
{
    int domain = 0;
    socklen_t size = sizeof(domain);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX;
}

static void close_peer(struct ends *ends)
{
    close(ends->peer);
    ends->peer = -1;
    await(ends->fd, POLLRDHUP);
    ends->reset_follows = is_tcp(ends->fd);
}

/* Closed with data unread, and for TCP with a linger time of 0: tcp(7), socket(7). */
static void reset_by_peer(struct ends *ends)
{
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    must(send(ends->fd, payload, 1, 0) == 1, "send");
    await(ends->peer, POLLIN);
    setsockopt(ends->peer, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(ends->peer);
    ends->peer = -1;
    await(ends->fd, 0);
}

static void shut_down_by_peer(struct ends *ends)
{
    must(shutdown(ends->peer, SHUT_RDWR) == 0, "shutdown");
    await(ends->fd, POLLRDHUP);
    ends->reset_follows = is_tcp(ends->fd);
}

static void shut_down_here(struct ends *ends)
{
    must(shutdown(ends->fd, SHUT_WR) == 0, "shutdown");
}

static void leave(struct ends *ends)
{
    (void)ends;
}

static void await_full_pipe(int read_end)
{
    const int capacity = fcntl(read_end, F_GETPIPE_SZ);
    int there = 0;
    for (int i = 0; i < 10000 && there != capacity; i++) {
        must(ioctl(read_end, FIONREAD, &there) == 0, "FIONREAD");
        poll(NULL, 0, 1);
    }
}

/* The only holder of the read end is a process that lets the write begin and then exits. */
static void break_midway(struct ends *ends)
{
    ends->helper = fork();
    must(ends->helper >= 0, "fork");
    if (ends->helper == 0) {
        close(ends->fd);
        await_full_pipe(ends->peer);
        _exit(0);
    }
    close(ends->peer);
    ends->peer = -1;
}

/* The peer has sent all that it will, so that its reset means EPIPE and not ECONNRESET
   (net/ipv4/tcp_input.c, tcp_reset). It resets when it is closed with data that nobody has
   read: once a message is there, by a process that alone still holds it, while the others wait
   for room. */
static void reset_midway(struct ends *ends)
{
    const int little = 1;
    setsockopt(ends->fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
    must(shutdown(ends->peer, SHUT_WR) == 0, "shutdown");
    await(ends->fd, POLLRDHUP);
    ends->helper = fork();
    must(ends->helper >= 0, "fork");
    if (ends->helper == 0) {
        close(ends->fd);
        await(ends->peer, POLLIN);
        _exit(0);
    }
    close(ends->peer);
    ends->peer = -1;
}

static const struct target {
    const char *name;
    void (*make)(struct ends *);
    void (*lose)(struct ends *);
    enum midway midway; /* what of the calls it is for; NEVER: all, with short data and none */
} targets[] = {
    {"pipe,closed", make_pipe, close_peer, NEVER},
    {"unix,closed", make_unix, close_peer, NEVER},
    {"unix,reset", make_unix, reset_by_peer, NEVER},
    {"unix,shutdown", make_unix, shut_down_by_peer, NEVER},
    {"unix,own-shutdown", make_unix, shut_down_here, NEVER},
    {"tcp4,closed", make_tcp4, close_peer, NEVER},
    {"tcp4,reset", make_tcp4, reset_by_peer, NEVER},
    {"tcp4,shutdown", make_tcp4, shut_down_by_peer, NEVER},
    {"tcp4,own-shutdown", make_tcp4, shut_down_here, NEVER},
    {"tcp6,closed", make_tcp6, close_peer, NEVER},
    {"tcp6,reset", make_tcp6, reset_by_peer, NEVER},
    {"tcp6,shutdown", make_tcp6, shut_down_by_peer, NEVER},
    {"tcp6,own-shutdown", make_tcp6, shut_down_here, NEVER},
    {"pipe,midway", make_pipe, break_midway, ON_PIPE},
    {"tcp4,midway", make_tcp4, reset_midway, ON_TCP},
    {"seqpacket,closed", make_seqpacket, close_peer, NEVER},
    {"file,whole", make_file, leave, NEVER},
    {"file,read-only", make_unwritable, leave, NEVER},
    {"bad,descriptor", make_nothing, leave, NEVER},
};

static inline struct ends open_target(const struct target *target)
{
    struct ends ends = {.fd = -1, .peer = -1};
    target->make(&ends);
    target->lose(&ends);
    return ends;
}

static inline void close_target(const struct ends *ends)
{
    if (ends->fd >= 0)
        close(ends->fd);
    if (ends->peer >= 0)
        close(ends->peer);
    if (ends->helper)
        waitpid(ends->helper, NULL, 0);
}

#endif
