/*
 * event_storm THREADS WRITES CALLS: breaks WRITES writes in each of THREADS threads, by the
 * calls named in CALLS ("write writev send sendmsg raw") in turn, on descriptors of the
 * thread's own and on ones that all threads share. Prints how many answered EPIPE.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "broken.h"

enum { CALLS = 8 };
static const char *calls[CALLS];
static unsigned call_count;
static unsigned long writes;
static int shared_pipe;
static int shared_socket;
static atomic_ulong broken;
static pthread_barrier_t start;

static ssize_t make(const char *call, int any, int a_socket)
{
    struct iovec part = {(char[]){"x"}, 1};
    const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (strcmp(call, "write") == 0)
        return write(any, "x", 1);
    if (strcmp(call, "writev") == 0)
        return writev(any, &part, 1);
    if (strcmp(call, "send") == 0)
        return send(a_socket, "x", 1, 0);
    if (strcmp(call, "sendmsg") == 0)
        return sendmsg(a_socket, &message, 0);
    return syscall(SYS_write, any, "x", 1);
}

static void *run(void *data)
{
    const int own[] = {broken_pipe(), broken_socket()};
    unsigned long found = 0;
    (void)data;
    pthread_barrier_wait(&start);
    for (unsigned long i = 0; i < writes; i++) {
        const bool is_shared = i / call_count % 4 == 3;
        const int a_pipe = is_shared ? shared_pipe : own[0];
        const int a_socket = is_shared ? shared_socket : own[1];
        errno = 0;
        const ssize_t answer =
            make(calls[i % call_count], i / call_count % 2 ? a_socket : a_pipe, a_socket);
        found += answer == -1 && errno == EPIPE;
    }
    broken += found;
    return NULL;
}

int main(int argc, char **argv)
{
    must(argc == 4, "three arguments");
    const unsigned threads = (unsigned)atoi(argv[1]);
    pthread_t ids[64];
    writes = strtoul(argv[2], NULL, 10);
    char *rest = argv[3];
    for (char *call; call_count < CALLS && (call = strsep(&rest, " "));)
        calls[call_count++] = call;
    shared_pipe = broken_pipe();
    shared_socket = broken_socket();
    pthread_barrier_init(&start, NULL, threads);
    for (unsigned i = 0; i < threads; i++)
        must(pthread_create(&ids[i], NULL, run, NULL) == 0, "pthread_create");
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    printf("%lu\n", broken);
    return 0;
}
