#include "report/fd_info.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/file_status.h"
#include "base/strbuf.h"
#include "base/syscall.h"

#ifndef SO_PEERNAME
#define SO_PEERNAME 28 /* include/uapi/asm-generic/socket.h */
#endif

union socket_name {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

/* ntohs(3), which is a function of libc where it is not a macro. */
static unsigned from_network(const void *value)
{
    const unsigned char *bytes = value;
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static void add_ipv4(struct strbuf *text, const unsigned char bytes[4])
{
    for (int i = 0; i < 4; i++) {
        strbuf_add(text, i ? "." : "");
        strbuf_add_number(text, bytes[i]);
    }
}

/* Finds the longest run of two or more zero groups (RFC 5952, 4.2); `begin` is -1 if none. */
static void find_zeros(const unsigned groups[8], int *begin, int *length)
{
    *begin = -1;
    *length = 1;
    for (int i = 0, run = 0; i < 8; i++) {
        run = groups[i] ? 0 : run + 1;
        if (run > *length) {
            *begin = i + 1 - run;
            *length = run;
        }
    }
}

static void add_ipv6(struct strbuf *text, const struct in6_addr *address)
{
    unsigned groups[8];
    int begin;
    int length;
    for (size_t i = 0; i < 8; i++)
        groups[i] = from_network(&address->s6_addr[2 * i]);
    find_zeros(groups, &begin, &length);
    if (begin == 0 && length == 5 && groups[5] == 0xffff) {
        strbuf_add(text, "::ffff:");
        add_ipv4(text, &address->s6_addr[12]);
        return;
    }
    for (int i = 0; i < 8; i++) {
        if (i == begin) {
            strbuf_add(text, "::");
            i += length - 1;
            continue;
        }
        strbuf_add(text, i && i != begin + length ? ":" : "");
        strbuf_add_hex(text, groups[i]);
    }
}

/* The kernel sets a scope for link-local addresses only (net/ipv6.h, ipv6_iface_scope_id()):
   the interface's number, which RFC 4007, 11 writes like this. */
static void add_scope(struct strbuf *text, uint32_t scope)
{
    if (scope == 0)
        return;
    strbuf_add(text, "%");
    strbuf_add_number(text, scope);
}

static void add_unix(struct strbuf *text, const struct sockaddr_un *name, size_t size)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    const char *const path = name->sun_path;
    size = size > start ? size - start : 0;
    if (size && path[0] == '\0') {
        strbuf_add(text, "@");
        strbuf_add_bytes(text, path + 1, size - 1);
        return;
    }
    for (size_t i = 0; i < size && path[i]; i++)
        strbuf_add_bytes(text, &path[i], 1);
}

static void format_name(const union socket_name *name, size_t size, struct address *address)
{
    struct strbuf text = {address->bytes, 0, sizeof(address->bytes)};
    if (name->any.sa_family == AF_INET) {
        add_ipv4(&text, (const unsigned char *)&name->in.sin_addr);
        strbuf_add(&text, ":");
        strbuf_add_number(&text, from_network(&name->in.sin_port));
    } else if (name->any.sa_family == AF_INET6) {
        strbuf_add(&text, "[");
        add_ipv6(&text, &name->in6.sin6_addr);
        add_scope(&text, name->in6.sin6_scope_id);
        strbuf_add(&text, "]:");
        strbuf_add_number(&text, from_network(&name->in6.sin6_port));
    } else if (name->any.sa_family == AF_UNIX) {
        add_unix(&text, &name->un, size);
    }
    address->size = text.size;
}

int fd_socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof(value);
    return SYSCALL(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

static void name_local(int fd, struct address *address)
{
    union socket_name name = {0};
    socklen_t size = sizeof(name);
    if (SYSCALL(SYS_getsockname, fd, &name, &size) == 0)
        format_name(&name, size, address);
}

/* After a reset getpeername(2) fails with ENOTCONN, but SO_PEERNAME still gives the address, if
   the size asked for is not larger than the address (net/core/sock.c, SO_PEERNAME). For a Unix
   socket, it is getpeername(2) that still works. */
static void name_peer(int fd, int family, struct address *address)
{
    union socket_name name = {0};
    socklen_t size = sizeof(name);
    if (family == AF_INET)
        size = sizeof(name.in);
    if (family == AF_INET6)
        size = sizeof(name.in6);
    const long failed =
        family == AF_UNIX ? SYSCALL(SYS_getpeername, fd, &name, &size)
                          : SYSCALL(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERNAME, &name, &size);
    if (failed == 0)
        format_name(&name, size, address);
}

static void describe_socket(int fd, struct fd_info *info)
{
    const int family = fd_socket_option(fd, SO_DOMAIN);
    const bool tcp = fd_socket_option(fd, SO_PROTOCOL) == IPPROTO_TCP;
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    info->kind = "socket";
    if (family == AF_UNIX)
        info->kind = "unix";
    else if (family == AF_INET && tcp)
        info->kind = "tcp";
    else if (family == AF_INET6 && tcp)
        info->kind = "tcp6";
    name_local(fd, &info->local);
    name_peer(fd, family, &info->peer);
    if (family == AF_UNIX &&
        SYSCALL(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        info->peer_pid = peer.pid;
}

bool fd_may_break(int fd)
{
    const long flags = SYSCALL(SYS_fcntl, fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
           (SYSCALL(SYS_fcntl, fd, F_GETPIPE_SZ) > 0 || fd_socket_option(fd, SO_TYPE) >= 0);
}

/* A socket that becomes a pipe between the two calls has no SO_TYPE any more. */
bool fd_epipe_signals(int fd)
{
    struct file_status status = {.mode = S_IFSOCK};
    file_status(fd, &status);
    if ((status.mode & S_IFMT) != S_IFSOCK)
        return (status.mode & S_IFMT) == S_IFIFO;
    const int type = fd_socket_option(fd, SO_TYPE);
    return type == SOCK_STREAM || type == -1;
}

/* The link in /proc is a FIFO's path, or "pipe:[inode]" for a pipe; proc_pid_fd(5). */
static void describe_pipe(int fd, struct fd_info *info)
{
    char space[32];
    struct strbuf link = {space, 0, sizeof(space) - 1};
    strbuf_add(&link, "/proc/self/fd/");
    strbuf_add_number(&link, fd);
    space[link.size] = '\0';
    const long size = SYSCALL(SYS_readlinkat, AT_FDCWD, space, info->local.bytes, ADDRESS_SIZE);
    info->kind = "pipe";
    if (size <= 0 || info->local.bytes[0] != '/')
        return;
    info->kind = "fifo";
    info->local.size = (size_t)size;
    if (size == ADDRESS_SIZE)
        info->local.size = utf8_complete_prefix(info->local.bytes, ADDRESS_SIZE);
}

void fd_info_get(int fd, struct fd_info *info)
{
    struct file_status status;
    *info = (struct fd_info){.kind = "unknown"};
    if (fd < 0 || file_status(fd, &status) != 0)
        return;
    info->inode = status.inode;
    const unsigned type = status.mode & S_IFMT;
    info->kind = "other";
    if (type == S_IFSOCK)
        describe_socket(fd, info);
    else if (type == S_IFIFO)
        describe_pipe(fd, info);
}
