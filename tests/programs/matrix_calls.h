/*
 * The calls of the matrix: the write family by every name that the shim interposes, and the
 * ways past it, through stdio and syscall(2). Each returns what its call returned and leaves
 * errno as the call left it.
 */
#ifndef MATRIX_CALLS_H
#define MATRIX_CALLS_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "broken.h"
#include "matrix_payload.h"
#include "matrix_stdio.h"
#include "named.h"

/* Where a call can be broken midway with an answer that does not depend on luck. */
enum midway { NEVER, ON_PIPE, ON_TCP };

struct call {
    const char *name;
    ssize_t (*make)(int fd, size_t size);
    enum midway midway;
    bool interposed; /* a name of shim/calls.def */
};

static struct iovec parts_of(size_t size)
{
    return (struct iovec){payload, size};
}

/* In two parts, to tell from write(). */
static void halves_of(size_t size, struct iovec parts[2])
{
    parts[0] = (struct iovec){payload, size / 2};
    parts[1] = (struct iovec){payload + size / 2, size - size / 2};
}

static ssize_t make_write(int fd, size_t size)
{
    return write(fd, payload, size);
}

static ssize_t make_write_alias(int fd, size_t size)
{
    return NAMED("__write", write)(fd, payload, size);
}

static ssize_t make_writev(int fd, size_t size)
{
    struct iovec parts[2];
    halves_of(size, parts);
    return writev(fd, parts, 2);
}

static ssize_t make_pwritev2(int fd, size_t size)
{
    const struct iovec part = parts_of(size);
    return pwritev2(fd, &part, 1, -1, 0);
}

/* The names with 64 bear it for the offset, which else has the size of a long. */
typedef ssize_t pwritev64v2_call(int, const struct iovec *, int, off64_t, int);
typedef ssize_t sendfile64_call(int, int, off64_t *, size_t);

static ssize_t make_pwritev64v2(int fd, size_t size)
{
    const struct iovec part = parts_of(size);
    return NAMED("pwritev64v2", pwritev64v2_call)(fd, &part, 1, -1, 0);
}

static ssize_t send_file(bool with_64, int fd, size_t size)
{
    const int file = memfd_create("matrix", MFD_CLOEXEC);
    must(write(file, payload, 5) == 5, "memfd");
    off_t offset = 0;
    off64_t offset_64 = 0;
    errno = 0;
    const ssize_t result =
        with_64 ? NAMED("sendfile64", sendfile64_call)(fd, file, &offset_64, size)
                : sendfile(fd, file, &offset, size);
    const int error = errno;
    close(file);
    errno = error;
    return result;
}

static ssize_t make_sendfile(int fd, size_t size)
{
    return send_file(false, fd, size);
}

static ssize_t make_sendfile64(int fd, size_t size)
{
    return send_file(true, fd, size);
}

static ssize_t from_pipe(bool keep, int fd, size_t size)
{
    int ends[2];
    must(pipe(ends) == 0 && write(ends[1], payload, 5) == 5, "pipe");
    errno = 0;
    const ssize_t result =
        keep ? tee(ends[0], fd, size, 0) : splice(ends[0], NULL, fd, NULL, size, 0);
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return result;
}

static ssize_t make_splice(int fd, size_t size)
{
    return from_pipe(false, fd, size);
}

static ssize_t make_tee(int fd, size_t size)
{
    return from_pipe(true, fd, size);
}

static ssize_t make_vmsplice(int fd, size_t size)
{
    const struct iovec part = parts_of(size);
    return vmsplice(fd, &part, 1, 0);
}

static ssize_t make_send(int fd, size_t size)
{
    return send(fd, payload, size, 0);
}

static ssize_t make_send_alias(int fd, size_t size)
{
    return NAMED("__send", send)(fd, payload, size, 0);
}

static ssize_t make_send_nosignal(int fd, size_t size)
{
    return send(fd, payload, size, MSG_NOSIGNAL);
}

static ssize_t make_sendto(int fd, size_t size)
{
    return sendto(fd, payload, size, 0, NULL, 0);
}

static ssize_t make_sendmsg(int fd, size_t size)
{
    struct iovec part = parts_of(size);
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(fd, &message, 0);
}

/* To be broken midway, more messages than the buffers hold, each of which waits for room before
   any of it is sent (MSG_EOR; net/ipv4/tcp.c, tcp_sendmsg_locked): "1" stands for how many
   were. */
enum { MANY = 1024 };

static ssize_t send_many(__typeof__(sendmmsg) *call, int fd)
{
    static struct mmsghdr messages[MANY];
    static struct iovec part;
    part = parts_of(sizeof(payload) / MANY);
    for (unsigned i = 0; i < MANY; i++)
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    const int result = call(fd, messages, MANY, MSG_EOR);
    return result > 0 && result < MANY ? 1 : result;
}

static ssize_t send_messages(__typeof__(sendmmsg) *call, int fd, size_t size)
{
    if (size == sizeof(payload))
        return send_many(call, fd);
    struct iovec part = parts_of(size);
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    return call(fd, &message, 1, 0);
}

static ssize_t make_sendmmsg(int fd, size_t size)
{
    return send_messages(sendmmsg, fd, size);
}

static ssize_t make_sendmmsg_alias(int fd, size_t size)
{
    return send_messages(NAMED("__sendmmsg", sendmmsg), fd, size);
}

static int raw_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

static ssize_t make_syscall_sendmmsg(int fd, size_t size)
{
    return send_messages((__typeof__(sendmmsg) *)raw_sendmmsg, fd, size);
}

static ssize_t make_syscall_write(int fd, size_t size)
{
    return syscall(SYS_write, fd, payload, size);
}

static ssize_t make_syscall_sendto(int fd, size_t size)
{
    return syscall(SYS_sendto, fd, payload, size, 0, NULL, 0);
}

/* musl makes many sends of it, and how many of them a peer's reset finds is a matter of luck
   (src/network/sendmmsg.c). */
#ifdef __GLIBC__
#define SENDMMSG_MIDWAY ON_TCP
#else
#define SENDMMSG_MIDWAY NEVER
#endif

static const struct call calls[] = {
    {"write", make_write, ON_PIPE, true},
    {"__write", make_write_alias, ON_PIPE, true},
    {"writev", make_writev, ON_PIPE, true},
    {"pwritev2", make_pwritev2, ON_PIPE, true},
    {"pwritev64v2", make_pwritev64v2, ON_PIPE, true},
    {"sendfile", make_sendfile, NEVER, true},
    {"sendfile64", make_sendfile64, NEVER, true},
    {"splice", make_splice, NEVER, true},
    {"tee", make_tee, NEVER, true},
    {"vmsplice", make_vmsplice, NEVER, true},
    {"send", make_send, NEVER, true},
    {"__send", make_send_alias, NEVER, true},
    {"sendto", make_sendto, NEVER, true},
    {"sendmsg", make_sendmsg, NEVER, true},
    {"sendmmsg", make_sendmmsg, SENDMMSG_MIDWAY, true},
    {"__sendmmsg", make_sendmmsg_alias, SENDMMSG_MIDWAY, true},
    {"send+MSG_NOSIGNAL", make_send_nosignal, NEVER, false},
    {"fwrite", make_fwrite, ON_PIPE, false},
    {"fprintf", make_fprintf, NEVER, false},
    {"fclose", make_fclose, NEVER, false},
    {"dprintf", make_dprintf, NEVER, false},
    {"syscall-write", make_syscall_write, ON_PIPE, false},
    {"syscall-sendto", make_syscall_sendto, NEVER, false},
    {"syscall-sendmmsg", make_syscall_sendmmsg, ON_TCP, false},
};

#endif
