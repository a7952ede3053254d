/* Operations: the calls that write. */
#ifndef DIFFERENTIAL_WRITES_H
#define DIFFERENTIAL_WRITES_H

#include <sys/sendfile.h>
#include <sys/uio.h>

#include "differential_targets.h"

/* One call with all that the calls may want. The structure is an iovec, messages, an offset or
   an address, and may be no address itself. */
struct writing {
    int fd;
    const void *data;
    size_t size;
    const char *structure;
    int flags;
};

static char payload[1 << 17];

static struct iovec *parts_of(const struct writing *w)
{
    const struct iovec parts[2] = {{(void *)(uintptr_t)w->data, w->size},
                                   {(void *)(uintptr_t)w->data, w->size}};
    return place(w->structure, parts, sizeof parts);
}

static struct mmsghdr *messages_of(const struct writing *w)
{
    static _Thread_local struct iovec part;
    part = (struct iovec){(void *)(uintptr_t)w->data, w->size};
    const struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}},
                                        {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};
    return place(w->structure, messages, sizeof messages);
}

static struct msghdr *message_of(const struct writing *w)
{
    static _Thread_local struct iovec part;
    part = (struct iovec){(void *)(uintptr_t)w->data, w->size};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return place(w->structure, &message, sizeof message);
}

static void *address_of(const struct writing *w)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    return place(w->structure, &address, sizeof address);
}

static off_t *offset_of(const struct writing *w)
{
    const off_t offset = 0;
    return place(w->structure, &offset, sizeof offset);
}

/* What sendfile, splice and tee read. */
static int source_file(void)
{
    const int fd = memfd_create("source", MFD_CLOEXEC);
    require(pwrite(fd, payload, PAGE, 0) == (ssize_t)PAGE, "pwrite");
    errno = NO_ERROR;
    return fd;
}

static int source_pipe(void)
{
    int ends[2];
    require(pipe(ends) == 0 && write(ends[1], payload, PAGE) == (ssize_t)PAGE, "pipe");
    close(ends[1]);
    errno = NO_ERROR;
    return ends[0];
}

static long and_close(long result, int fd)
{
    const int error = errno;
    close(fd);
    errno = error;
    return result;
}

static long by_sendfile(const struct writing *w, bool is_raw)
{
    const int in = source_file();
    off_t *const offset = offset_of(w);
    return and_close(is_raw ? syscall(SYS_sendfile, w->fd, in, offset, w->size)
                            : sendfile(w->fd, in, offset, w->size),
                     in);
}

static long by_splice(const struct writing *w, bool is_raw)
{
    const int in = source_pipe();
    off_t *const offset = offset_of(w);
    const unsigned flags = (unsigned)w->flags;
    return and_close(is_raw ? syscall(SYS_splice, in, NULL, w->fd, offset, w->size, flags)
                            : splice(in, NULL, w->fd, offset, w->size, flags),
                     in);
}

static long by_tee(const struct writing *w, bool is_raw)
{
    const int in = source_pipe();
    const unsigned flags = (unsigned)w->flags;
    return and_close(is_raw ? syscall(SYS_tee, in, w->fd, w->size, flags)
                            : tee(in, w->fd, w->size, flags),
                     in);
}

static long by_stdio(const struct writing *w)
{
    FILE *const file = fdopen(dup(w->fd), "w");
    if (!file)
        return -1;
    errno = NO_ERROR;
    const size_t taken = fwrite(payload, 1, w->size < sizeof payload ? w->size : 1, file);
    say_result("fwrite", (long)taken);
    say_result("fflush", fflush(file));
    return fclose(file); /* tries to write the same once more */
}

static long by_number(const char *call, const struct writing *w)
{
    const unsigned long size = w->size;
    if (is(call, "syscall-write"))
        return syscall(SYS_write, w->fd, w->data, size);
    if (is(call, "syscall-writev"))
        return syscall(SYS_writev, w->fd, parts_of(w), 2L);
    if (is(call, "syscall-pwritev2"))
        return syscall(SYS_pwritev2, w->fd, parts_of(w), 2L, -1L, -1L, (long)w->flags);
    if (is(call, "syscall-vmsplice"))
        return syscall(SYS_vmsplice, w->fd, parts_of(w), 2L, (long)w->flags);
    if (is(call, "syscall-sendto"))
        return syscall(SYS_sendto, w->fd, w->data, size, (long)w->flags, address_of(w),
                       (long)sizeof(struct sockaddr_in));
    if (is(call, "syscall-sendmsg"))
        return syscall(SYS_sendmsg, w->fd, message_of(w), (long)w->flags);
    if (is(call, "syscall-sendmmsg"))
        return syscall(SYS_sendmmsg, w->fd, messages_of(w), 2L, (long)w->flags);
    if (is(call, "syscall-sendfile"))
        return by_sendfile(w, true);
    if (is(call, "syscall-splice"))
        return by_splice(w, true);
    require(is(call, "syscall-tee"), call);
    return by_tee(w, true);
}

static long by_name(const char *call, const struct writing *w)
{
    if (is(call, "write"))
        return write(w->fd, w->data, w->size);
    if (is(call, "__write"))
        return NAMED("__write", write)(w->fd, w->data, w->size);
    if (is(call, "writev"))
        return writev(w->fd, parts_of(w), 2);
    if (is(call, "pwritev2"))
        return pwritev2(w->fd, parts_of(w), 2, -1, w->flags);
    if (is(call, "vmsplice"))
        return vmsplice(w->fd, parts_of(w), 2, (unsigned)w->flags);
    if (is(call, "send"))
        return send(w->fd, w->data, w->size, w->flags);
    if (is(call, "__send"))
        return NAMED("__send", send)(w->fd, w->data, w->size, w->flags);
    if (is(call, "sendto"))
        return sendto(w->fd, w->data, w->size, w->flags, address_of(w),
                      sizeof(struct sockaddr_in));
    if (is(call, "sendmsg"))
        return sendmsg(w->fd, message_of(w), w->flags);
    if (is(call, "sendmmsg"))
        return sendmmsg(w->fd, messages_of(w), 2, w->flags);
    if (is(call, "__sendmmsg"))
        return NAMED("__sendmmsg", sendmmsg)(w->fd, messages_of(w), 2, w->flags);
    if (is(call, "sendfile"))
        return by_sendfile(w, false);
    if (is(call, "splice"))
        return by_splice(w, false);
    if (is(call, "tee"))
        return by_tee(w, false);
    if (is(call, "dprintf"))
        return dprintf(w->fd, "%s", "text");
    if (is(call, "fwrite"))
        return by_stdio(w);
    return by_number(call, w);
}

static const struct number send_flags[] = {
    {"0", 0},         {"NOSIGNAL", MSG_NOSIGNAL}, {"DONTWAIT", MSG_DONTWAIT},
    {"OOB", MSG_OOB}, {"MORE", MSG_MORE},         {"EOR", MSG_EOR},
};

/* write CALL TARGET DATA SIZE STRUCTURE FLAGS TIMES */
static void op_write(char **word)
{
    const struct target target = target_of(word[2]);
    const size_t size = (size_t)strtol(word[4], NULL, 0);
    const bool is_real = is(word[3], "ok");
    const struct writing w = {
        .fd = target.fd,
        .data = is_real ? payload : place(word[3], payload, size < 256 ? size : 256),
        .size = size,
        .structure = word[5],
        .flags = (int)number_in(send_flags, COUNT(send_flags), word[6]),
    };
    for (long times = strtol(word[7], NULL, 0); times > 0; times--) {
        errno = NO_ERROR;
        say_result(word[1], by_name(word[1], &w));
    }
    close_target(target);
}

static void *close_when_written(void *arguments)
{
    const struct target *const target = arguments;
    int waiting;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    do /* a write of more than fits fills the pipe first, then it waits */
        require(ioctl(target->peer, FIONREAD, &waiting) == 0, "FIONREAD");
    while (waiting < fcntl(target->peer, F_GETPIPE_SZ));
    close(target->peer);
    return NULL;
}

/* partial CALL: a write that waits when the reader goes away. */
static void op_partial(char **word)
{
    int ends[2];
    pthread_t thread;
    require(pipe(ends) == 0, "pipe");
    struct target target = {ends[1], ends[0]};
    const struct writing w = {
        .fd = ends[1], .data = payload, .size = sizeof payload, .structure = "ok"};
    pthread_create(&thread, NULL, close_when_written, &target);
    errno = NO_ERROR;
    say_result(word[1], by_name(word[1], &w));
    pthread_join(thread, NULL);
    close(ends[1]);
}

#endif
