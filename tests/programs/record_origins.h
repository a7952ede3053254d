/* The ways in which a broken write comes about, with what its record has to say of it. */
#ifndef RECORD_ORIGINS_H
#define RECORD_ORIGINS_H

#include <errno.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "record_ends.h"

/* Five bytes in two parts. */
static struct iovec two_parts[] = {{(char[]){"ab"}, 2}, {(char[]){"cde"}, 3}};
static const struct msghdr one_message = {.msg_iov = two_parts, .msg_iovlen = 2};

static int full_pipe(void)
{
    int both[2];
    must(pipe(both) == 0 && write(both[1], "abcde", 5) == 5, "a full pipe");
    return both[0];
}

/* Through a volatile variable: a tail call would leave no frame for a debugger to see. */
static ssize_t by_write(int fd)
{
    const volatile ssize_t answer = write(fd, "abcde", 5);
    return answer;
}

static ssize_t by_writev(int fd)
{
    return writev(fd, two_parts, 2);
}

#ifdef __GLIBC__
static ssize_t by_pwritev2(int fd)
{
    return pwritev2(fd, two_parts, 2, -1, 0);
}
#endif

static ssize_t by_sendfile(int fd)
{
    const int in = open("/proc/self/exe", O_RDONLY);
    return sendfile(fd, in, NULL, 5);
}

static ssize_t by_splice(int fd)
{
    return splice(full_pipe(), NULL, fd, NULL, 5, 0);
}

static ssize_t by_tee(int fd)
{
    return tee(full_pipe(), fd, 5, 0);
}

static ssize_t by_vmsplice(int fd)
{
    return vmsplice(fd, two_parts, 2, 0);
}

static ssize_t by_send(int fd)
{
    const volatile ssize_t answer = send(fd, "abcde", 5, 0);
    return answer;
}

static ssize_t by_sendto(int fd)
{
    return sendto(fd, "abcde", 5, 0, NULL, 0);
}

static ssize_t by_sendmsg(int fd)
{
    return sendmsg(fd, &one_message, 0);
}

static ssize_t by_sendmmsg(int fd)
{
    struct mmsghdr messages[] = {{.msg_hdr = one_message}, {.msg_hdr = one_message}};
    return sendmmsg(fd, messages, 2, 0);
}

/* The call that stdio writes by, as a record names it, and what it is asked for. */
#ifdef __GLIBC__
#define STDIO_CALL "write", 5
#else
#define STDIO_CALL "syscall", -1 /* musl: src/stdio/__stdio_write.c */
#endif

static ssize_t by_stdio(int fd)
{
    FILE *stream = fdopen(fd, "w");
    fputs("abcde", stream);
    return fflush(stream);
}

static ssize_t by_dprintf(int fd)
{
    return dprintf(fd, "%s", "abcde");
}

static ssize_t by_raw_write(int fd)
{
    const volatile ssize_t answer = syscall(SYS_write, fd, "abcde", 5);
    return answer;
}

static ssize_t by_raw_sendto(int fd)
{
    return syscall(SYS_sendto, fd, "abcde", 5, 0, NULL, 0);
}

/* Its first argument is not what breaks. */
static ssize_t by_raw_splice(int fd)
{
    const int in = open("/proc/self/exe", O_RDONLY);
    return syscall(SYS_splice, in, NULL, fd, NULL, 5, 0);
}

static void set_blocked(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(how, &set, NULL);
}

/* The signal comes when the thread unblocks it, and has nothing to do with the call then. */
static ssize_t by_blocked(int fd)
{
    set_blocked(SIG_BLOCK);
    const ssize_t answer = write(fd, "abcde", 5);
    const int error = errno;
    set_blocked(SIG_UNBLOCK);
    errno = error;
    return answer;
}

/* One IORING_OP_WRITE, by hand; io_uring_setup(2). The answer is the completion's. */
static ssize_t by_io_uring(int fd)
{
    struct io_uring_params parameters = {0};
    const int ring = (int)syscall(SYS_io_uring_setup, 1, &parameters);
    must(ring >= 0, "io_uring_setup (it must not be forbidden where this test runs)");
    must((parameters.features & IORING_FEAT_SINGLE_MMAP) != 0, "IORING_FEAT_SINGLE_MMAP");
    const size_t size = 4096;
    char *queues = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
    struct io_uring_sqe *entry =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    must(queues != MAP_FAILED && entry != MAP_FAILED, "mmap of the ring");
    *entry = (struct io_uring_sqe){.opcode = IORING_OP_WRITE,
                                   .fd = fd,
                                   .addr = (uintptr_t) "abcde",
                                   .len = 5,
                                   .off = (uint64_t)-1};
    *(unsigned *)(void *)(queues + parameters.sq_off.array) = 0;
    *(unsigned *)(void *)(queues + parameters.sq_off.tail) = 1;
    must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1,
         "io_uring_enter");
    const struct io_uring_cqe *completion = (void *)(queues + parameters.cq_off.cqes);
    errno = completion->res < 0 ? -completion->res : 0;
    return completion->res < 0 ? -1 : completion->res;
}

/* The reader leaves when the pipe is full: the write has a count to return, and the signal
   comes all the same. */
static ssize_t by_partial(int fd)
{
    static char many[1 << 20];
    return write(fd, many, sizeof(many));
}

static const struct origin {
    const char *name;
    ssize_t (*make)(int fd);
    const char *call;
    int asked;
    bool knows_descriptor;
} origins[] = {
    {"write", by_write, "write", 5, true},
    {"writev", by_writev, "writev", 5, true},
#ifdef __GLIBC__ /* not musl before 1.2.5 */
    {"pwritev2", by_pwritev2, "pwritev2", 5, true},
#endif
    {"sendfile", by_sendfile, "sendfile", 5, true},
    {"splice", by_splice, "splice", 5, true},
    {"tee", by_tee, "tee", 5, true},
    {"vmsplice", by_vmsplice, "vmsplice", 5, true},
    {"send", by_send, "send", 5, true},
    {"sendto", by_sendto, "sendto", 5, true},
    {"sendmsg", by_sendmsg, "sendmsg", 5, true},
    {"sendmmsg", by_sendmmsg, "sendmmsg", 10, true},
    {"stdio", by_stdio, STDIO_CALL, true},
    {"dprintf", by_dprintf, STDIO_CALL, true},
    {"raw-write", by_raw_write, "syscall", -1, true},
    {"raw-sendto", by_raw_sendto, "syscall", -1, true},
    {"raw-splice", by_raw_splice, "syscall", -1, false},
    {"blocked", by_blocked, "unknown", -1, false},
    {"io_uring", by_io_uring, "unknown", -1, false},
    {"partial", by_partial, "write", 1 << 20, true},
};

static const struct origin *find_origin(const char *name)
{
    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        if (strcmp(origins[i].name, name) == 0)
            return &origins[i];
    }
    must(0, name);
    return NULL;
}

#endif
