/*
 * call CALL TARGET SIZE [THREADS [HANDLER]]: a worker whose operation is that call, with SIZE
 * bytes. The time of several threads is that from their common start to the end of the last.
 * With a HANDLER, whatever it is, the program has one of its own for SIGPIPE, which does
 * nothing.
 *
 * What is written is read again between the calls, by the thread that wrote it and while no
 * time is taken: nobody has to be woken, which would cost more than the calls.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "worker.h"

enum { MOST_THREADS = 16, MOST_BYTES = 65536, CALLS_AT_ONCE = 64 };

static char data[MOST_BYTES];
static size_t size;

static ssize_t make_write(int fd)
{
    return write(fd, data, size);
}

static ssize_t make_writev(int fd)
{
    const struct iovec part = {data, size};
    return writev(fd, &part, 1);
}

static ssize_t make_send(int fd)
{
    return send(fd, data, size, 0);
}

static ssize_t make_sendto(int fd)
{
    return sendto(fd, data, size, 0, NULL, 0);
}

static ssize_t make_sendmsg(int fd)
{
    struct iovec part = {data, size};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(fd, &message, 0);
}

static ssize_t make_sendmmsg(int fd)
{
    struct iovec part = {data, size};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    return sendmmsg(fd, &message, 1, 0) == 1 ? (ssize_t)message.msg_len : -1;
}

static const struct {
    const char *name;
    ssize_t (*make)(int fd);
} calls[] = {
    {"write", make_write},   {"writev", make_writev},   {"send", make_send},
    {"sendto", make_sendto}, {"sendmsg", make_sendmsg}, {"sendmmsg", make_sendmmsg},
};

/* ends[0] reads what is written to ends[1]. */
static void open_null(int ends[2])
{
    ends[0] = -1;
    ends[1] = open("/dev/null", O_WRONLY);
    must(ends[1] >= 0, "/dev/null");
}

static void open_pipe(int ends[2])
{
    must(pipe(ends) == 0, "pipe");
}

static void open_unix(int ends[2])
{
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
}

static void open_tcp(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    const int room = 4 * MOST_BYTES;
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    must(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == 0, "SO_RCVBUF");
    must(bind(listener, (struct sockaddr *)&address, length) == 0, "bind");
    must(listen(listener, 1) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    must(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == 0, "SO_SNDBUF");
    must(setsockopt(ends[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "TCP_NODELAY");
    must(connect(ends[1], (struct sockaddr *)&address, length) == 0, "connect");
    ends[0] = accept(listener, NULL, NULL);
    must(ends[0] >= 0, "accept");
    close(listener);
}

static void break_pipe(int ends[2])
{
    open_pipe(ends);
    close(ends[0]);
}

static void break_unix(int ends[2])
{
    open_unix(ends);
    close(ends[0]);
}

/* To have said that one writes no more has the same answer as a reset, without the wait for it
   (net/core/stream.c, sk_stream_error). */
static void break_tcp(int ends[2])
{
    open_tcp(ends);
    must(shutdown(ends[1], SHUT_WR) == 0, "shutdown");
}

static const struct {
    const char *name;
    void (*open)(int ends[2]);
    bool broken;
} targets[] = {
    {"null", open_null, false},        {"pipe", open_pipe, false},
    {"unix", open_unix, false},        {"tcp", open_tcp, false},
    {"broken-pipe", break_pipe, true}, {"broken-unix", break_unix, true},
    {"broken-tcp", break_tcp, true},
};

static ssize_t (*make)(int fd);
static bool broken;
static clockid_t clock_used = CLOCK_MONOTONIC;
static int at_once; /* calls between two readings of the clock */

static struct thread {
    pthread_t id;
    int ends[2];
    long calls;
    long time;
} threads[MOST_THREADS];
static int thread_count;
static pthread_barrier_t barrier;

static void drain(int fd, size_t bytes)
{
    static __thread char sink[MOST_BYTES];
    while (fd >= 0 && bytes > 0) {
        const ssize_t got = read(fd, sink, bytes < sizeof(sink) ? bytes : sizeof(sink));
        must(got > 0, "read");
        bytes -= (size_t)got;
    }
}

static long make_calls(const struct thread *thread, long count)
{
    long time = 0;
    const ssize_t expected = broken ? -1 : (ssize_t)size;
    while (count > 0) {
        const int some = count < at_once ? (int)count : at_once;
        bool as_expected = true;
        const long start = nanoseconds(clock_used);
        for (int i = 0; i < some; i++)
            as_expected &= make(thread->ends[1]) == expected;
        time += nanoseconds(clock_used) - start;
        must(as_expected, "call");
        if (!broken)
            drain(thread->ends[0], (size_t)some * size);
        count -= some;
    }
    return time;
}

static void *run_thread(void *argument)
{
    struct thread *const thread = argument;
    pthread_barrier_wait(&barrier);
    thread->time = make_calls(thread, thread->calls);
    return NULL;
}

static long work_in_threads(long count)
{
    long time = 0;
    for (int i = 0; i < thread_count; i++) {
        threads[i].calls = (count + i) / thread_count;
        must(pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) == 0, "thread");
    }
    for (int i = 0; i < thread_count; i++) {
        pthread_join(threads[i].id, NULL);
        time += threads[i].time;
    }
    return time;
}

static long work(long count)
{
    return make_calls(&threads[0], count);
}

static void own_handler(int signal_number)
{
    (void)signal_number;
}

static void choose(const char *call, const char *target)
{
    void (*opener)(int ends[2]) = NULL;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        make = strcmp(calls[i].name, call) == 0 ? calls[i].make : make;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (strcmp(targets[i].name, target) == 0) {
            opener = targets[i].open;
            broken = targets[i].broken;
        }
    }
    must(make && opener, "no such call or target");
    for (int i = 0; i == 0 || i < thread_count; i++)
        opener(threads[i].ends);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    size = (size_t)strtol(argv[3], NULL, 10);
    thread_count = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
    must(size <= sizeof(data) && thread_count <= MOST_THREADS, "too much");
    /* As much as a pipe holds. */
    at_once = size * CALLS_AT_ONCE > MOST_BYTES ? (int)(MOST_BYTES / size) : CALLS_AT_ONCE;
    if (argc > 5)
        signal(SIGPIPE, own_handler);
    choose(argv[1], argv[2]);
    if (thread_count == 0)
        return serve(work);
    clock_used = CLOCK_THREAD_CPUTIME_ID;
    pthread_barrier_init(&barrier, NULL, (unsigned)thread_count);
    return serve(work_in_threads);
}
