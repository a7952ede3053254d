/* Descriptors whose other end is gone, and the calls that can meet them. */
#ifndef TRANSCRIPT_CALLS_H
#define TRANSCRIPT_CALLS_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "transcript.h"

enum { ON_PIPE = 1, ON_SOCKET = 2 };

struct call {
    const char *name;
    int works_on;
    ssize_t (*make)(int fd);
};

/* What splice, tee and sendfile read from; filled by prepare_calls. */
static int source_pipe[2];
static int source_file;

static inline void prepare_calls(void)
{
    const char data[4096] = "";
    require(pipe(source_pipe) == 0, "pipe");
    require(write(source_pipe[1], data, sizeof data) == sizeof data, "write");
    source_file = memfd_create("source", 0);
    require(write(source_file, data, sizeof data) == sizeof data, "write");
}

static inline int broken_pipe(void)
{
    int ends[2];
    require(pipe(ends) == 0, "pipe");
    close(ends[0]);
    return ends[1];
}

static inline int broken_socket(void)
{
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
    close(ends[0]);
    return ends[1];
}

static inline ssize_t call_write(int fd)
{
    return write(fd, "x", 1);
}

static inline ssize_t call_writev(int fd)
{
    const struct iovec part = {(char[]){"x"}, 1};
    return writev(fd, &part, 1);
}

static inline ssize_t call_pwritev2(int fd)
{
    const struct iovec part = {(char[]){"x"}, 1};
    return pwritev2(fd, &part, 1, -1, 0);
}

static inline ssize_t call_vmsplice(int fd)
{
    const struct iovec part = {(char[]){"x"}, 1};
    return vmsplice(fd, &part, 1, 0);
}

static inline ssize_t call_splice(int fd)
{
    return splice(source_pipe[0], NULL, fd, NULL, 1, 0);
}

static inline ssize_t call_tee(int fd)
{
    return tee(source_pipe[0], fd, 1, 0);
}

static inline ssize_t call_sendfile(int fd)
{
    off_t start = 0;
    return sendfile(fd, source_file, &start, 1);
}

static inline ssize_t call_send(int fd)
{
    return send(fd, "x", 1, 0);
}

static inline ssize_t call_send_nosignal(int fd)
{
    return send(fd, "x", 1, MSG_NOSIGNAL);
}

static inline ssize_t call_sendto(int fd)
{
    return sendto(fd, "x", 1, 0, NULL, 0);
}

static inline ssize_t call_sendmsg(int fd)
{
    struct iovec part = {(char[]){"x"}, 1};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(fd, &message, 0);
}

static inline ssize_t call_sendmmsg(int fd)
{
    struct iovec part = {(char[]){"x"}, 1};
    struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}},
                                  {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}}};
    return sendmmsg(fd, messages, 2, 0);
}

static inline ssize_t call_raw_write(int fd)
{
    return syscall(SYS_write, fd, "x", (size_t)1);
}

static inline ssize_t call_raw_sendto(int fd)
{
    return syscall(SYS_sendto, fd, "x", (size_t)1, 0, NULL, 0);
}

static inline ssize_t call_dprintf(int fd)
{
    return dprintf(fd, "x");
}

static inline ssize_t call_fputs(int fd)
{
    FILE *file = fdopen(dup(fd), "w");
    require(file != NULL, "fdopen");
    fputs("x", file);
    const ssize_t result = fflush(file);
    const int error = errno;
    fclose(file); /* tries to write the same once more */
    errno = error;
    return result;
}

/* The last ones are left out where only system calls of a short list may be made. */
static const struct call calls[] = {
    {"write", ON_PIPE | ON_SOCKET, call_write},
    {"writev", ON_PIPE | ON_SOCKET, call_writev},
    {"pwritev2", ON_PIPE | ON_SOCKET, call_pwritev2},
    {"sendfile", ON_PIPE | ON_SOCKET, call_sendfile},
    {"splice", ON_PIPE | ON_SOCKET, call_splice},
    {"tee", ON_PIPE, call_tee},
    {"vmsplice", ON_PIPE, call_vmsplice},
    {"send", ON_SOCKET, call_send},
    {"send, MSG_NOSIGNAL", ON_SOCKET, call_send_nosignal},
    {"sendto", ON_SOCKET, call_sendto},
    {"sendmsg", ON_SOCKET, call_sendmsg},
    {"sendmmsg", ON_SOCKET, call_sendmmsg},
    {"raw write", ON_PIPE | ON_SOCKET, call_raw_write},
    {"raw sendto", ON_SOCKET, call_raw_sendto},
    {"dprintf", ON_PIPE | ON_SOCKET, call_dprintf},
    {"fputs", ON_PIPE | ON_SOCKET, call_fputs},
};
enum { PLAIN_CALLS = COUNT(calls) - 2 };

/* One call against a broken descriptor, and its answer. */
static inline void make_broken(const struct call *call, int kind)
{
    char label[64];
    const int fd = kind == ON_PIPE ? broken_pipe() : broken_socket();
    snprintf(label, sizeof label, "%s, %s", call->name, kind == ON_PIPE ? "pipe" : "socket");
    errno = 0;
    say_result(label, call->make(fd));
    close(fd);
}

/* The two that most cases do with: one that the shim can keep the signal from, one it cannot.
 */
static inline void broken_write(void)
{
    static const struct call call = {"write", ON_PIPE, call_write};
    make_broken(&call, ON_PIPE);
}

static inline void broken_send(void)
{
    static const struct call call = {"send", ON_SOCKET, call_send};
    make_broken(&call, ON_SOCKET);
}

/* Waits until a thread or process sleeps in a system call: /proc/[pid]/stat, proc(5). */
static inline void await_sleep(pid_t thread)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", thread);
    for (;;) {
        FILE *file = fopen(path, "re");
        require(file != NULL, "/proc");
        require(fgets(text, sizeof text, file) != NULL, "/proc"); /* it has ended just now */
        fclose(file);
        const char *state = strrchr(text, ')');
        if (!state)
            _exit(99);
        if (state[2] == 'S' || state[2] == 'Z')
            return;
        usleep(1000);
    }
}

/* A pipe whose only reader leaves when this thread sleeps: a write that is larger than the pipe
   goes out in part. By the system call: the thread may be one that libc has not made. */
static inline int leaving_pipe(void)
{
    const pid_t writer = (pid_t)syscall(SYS_gettid);
    int ends[2] = {-1, -1};
    int go[2] = {-1, -1};
    char byte;
    require(pipe(ends) == 0 && pipe(go) == 0, "pipe");
    if (fork() == 0) {
        close(ends[1]);
        require(write(go[1], "g", 1) == 1, "write");
        await_sleep(writer);
        _exit(0);
    }
    close(ends[0]);
    require(read(go[0], &byte, 1) == 1, "read");
    return ends[1];
}

#endif
