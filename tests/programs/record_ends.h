/* Descriptors whose other end is gone, with what their maker knows of them. */
#ifndef RECORD_ENDS_H
#define RECORD_ENDS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "broken.h"

struct known {
    int fd;
    const char *kind;
    char local[256];
    char peer[256];
    pid_t peer_pid;
};

static inline void know_pipe(struct known *known, const char *where)
{
    (void)where;
    known->kind = "pipe";
    known->fd = broken_pipe();
}

static inline void know_fifo(struct known *known, const char *where)
{
    known->kind = "fifo";
    must(mkfifo(where, 0600) == 0, where);
    const int reader = open(where, O_RDONLY | O_NONBLOCK);
    known->fd = open(where, O_WRONLY);
    must(known->fd >= 0 && reader >= 0, where);
    close(reader);
    snprintf(known->local, sizeof(known->local), "%s", where);
}

static inline void know_pair(struct known *known, const char *where)
{
    (void)where;
    known->kind = "unix";
    known->fd = broken_socket();
    known->peer_pid = getpid();
}

static inline socklen_t unix_address(struct sockaddr_un *address, const char *name)
{
    const size_t size = strlen(name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    must(size <= sizeof(address->sun_path), "the path of a Unix socket");
    memcpy(address->sun_path, name, size);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

static inline int unix_socket(const char *name)
{
    struct sockaddr_un address;
    const socklen_t size = unix_address(&address, name);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(fd, (struct sockaddr *)&address, size) == 0, name);
    return fd;
}

/* The peer is a process of its own, which exits. `where` is a path, or @ and an abstract name.
 */
static inline void know_unix(struct known *known, const char *where)
{
    struct sockaddr_un address;
    const socklen_t size = unix_address(&address, where);
    int listening[2];
    char byte;
    known->kind = "unix";
    snprintf(known->peer, sizeof(known->peer), "%s", where);
    snprintf(known->local, sizeof(known->local), "%.107s", where);
    known->local[strlen(known->local) - 1] ^= 1; /* another name of the same length */
    must(pipe(listening) == 0, "pipe");
    known->peer_pid = fork();
    if (known->peer_pid == 0) {
        const int listener = unix_socket(where);
        must(listen(listener, 1) == 0 && write(listening[1], "", 1) == 1, "listen");
        _exit(accept(listener, NULL, NULL) < 0);
    }
    must(read(listening[0], &byte, 1) == 1, "the peer");
    known->fd = unix_socket(known->local);
    must(connect(known->fd, (struct sockaddr *)&address, size) == 0, where);
    must(waitpid(known->peer_pid, NULL, 0) == known->peer_pid, "wait for the peer");
    close(listening[0]);
    close(listening[1]);
}

static inline void name_internet(const struct sockaddr *name, char *text, size_t size)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)name;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)name;
    const bool is_in6 = name->sa_family == AF_INET6;
    char host[64];
    char scope[16] = "";
    if (is_in6 && in6->sin6_scope_id)
        snprintf(scope, sizeof(scope), "%%%u", in6->sin6_scope_id);
    inet_ntop(name->sa_family,
              is_in6 ? (const void *)&in6->sin6_addr : (const void *)&in->sin_addr, host,
              sizeof(host));
    snprintf(text, size, is_in6 ? "[%s%s]:%d" : "%s%s:%d", host, scope,
             ntohs(is_in6 ? in6->sin6_port : in->sin_port));
}

/* The peer has reset the connection, and the error of that is taken, so that EPIPE is next. */
static inline void know_internet(struct known *known, struct sockaddr *address, socklen_t size)
{
    struct sockaddr_storage local = {0};
    socklen_t local_size = sizeof(local);
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    const int listener = socket(address->sa_family, SOCK_STREAM, 0);
    must(bind(listener, address, size) == 0 && listen(listener, 1) == 0, "listen");
    must(getsockname(listener, address, &size) == 0, "getsockname");
    known->fd = socket(address->sa_family, SOCK_STREAM, 0);
    must(connect(known->fd, address, size) == 0, "connect");
    const int peer = accept(listener, NULL, NULL);
    getsockname(known->fd, (struct sockaddr *)&local, &local_size);
    name_internet((struct sockaddr *)&local, known->local, sizeof(known->local));
    name_internet(address, known->peer, sizeof(known->peer));
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(peer);
    close(listener);
    struct pollfd polled = {.fd = known->fd};
    must(poll(&polled, 1, 10000) == 1, "the reset did not arrive");
    must(send(known->fd, "x", 1, MSG_NOSIGNAL) < 0, "a send after the reset");
}

static inline void know_tcp(struct known *known, const char *where)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)where;
    known->kind = "tcp";
    know_internet(known, (struct sockaddr *)&address, sizeof(address));
}

/* `where` is an IPv6 address, by default the loopback's, with % and an interface if need be. */
static inline void know_tcp6(struct known *known, const char *where)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_family = AF_INET6};
    struct addrinfo *found = NULL;
    must(getaddrinfo(where[0] ? where : "::1", NULL, &numeric, &found) == 0, "address");
    known->kind = "tcp6";
    know_internet(known, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
}

static const struct end {
    const char *name;
    void (*make)(struct known *known, const char *where);
} ends[] = {
    {"pipe", know_pipe}, {"fifo", know_fifo}, {"pair", know_pair},
    {"unix", know_unix}, {"tcp", know_tcp},   {"tcp6", know_tcp6},
};

static inline struct known make_end(const char *name, const char *where)
{
    struct known known = {.fd = -1};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(ends[i].name, name) == 0)
            ends[i].make(&known, where);
    }
    must(known.fd >= 0, name);
    return known;
}

#endif
