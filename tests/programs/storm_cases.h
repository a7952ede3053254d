/*
 * What the storm attempts: the calls of the matrix on descriptors that stay broken, each with
 * the answer that the kernel gives and the number of SIGPIPEs that it raises. A bare run writes
 * both down (storm --oracle), a line a case, and the storm reads them.
 */
#ifndef STORM_CASES_H
#define STORM_CASES_H

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "matrix_targets.h"

/* A FIFO in the working folder, for as long as it takes to open it. */
static void make_fifo(struct ends *ends)
{
    char name[64];
    snprintf(name, sizeof(name), "storm.%ld", (long)syscall(SYS_gettid));
    must(mkfifo(name, 0600) == 0, name);
    ends->peer = open(name, O_RDONLY | O_NONBLOCK);
    ends->fd = open(name, O_WRONLY);
    must(ends->peer >= 0 && ends->fd >= 0 && unlink(name) == 0, name);
}

/* The kinds that threads which are cancelled write to, and nobody else does: whether such a
   thread's last call raised the signal, nobody can tell. The records tell kinds apart. */
enum { PIPE, UNIX, TCP4, KINDS_OF_WRITERS, FIFO = KINDS_OF_WRITERS, TCP6, KINDS };
static const struct kind {
    const char *name;
    void (*make)(struct ends *);
} kinds[KINDS] = {
    [PIPE] = {"pipe", make_pipe}, [UNIX] = {"unix", make_unix}, [TCP4] = {"tcp", make_tcp4},
    [FIFO] = {"fifo", make_fifo}, [TCP6] = {"tcp6", make_tcp6},
};

/* A fork of another thread's may hold the other end for a while: this waits for its end. The
   error of a reset is told once, and every send after that is a broken write. */
static int open_broken(int kind)
{
    struct ends ends = {.fd = -1, .peer = -1};
    int error = 0;
    socklen_t size = sizeof(error);
    kinds[kind].make(&ends);
    if (kind == TCP4 || kind == TCP6) {
        reset_by_peer(&ends);
        must(getsockopt(ends.fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0, "SO_ERROR");
    } else {
        close_peer(&ends);
    }
    return ends.fd;
}

struct attempt {
    const struct call *call;
    int kind;
    size_t size;
    long result;
    int error;
    int signals;
    bool plain; /* holds nothing that a cancelled thread would leave behind, and is safe in a
                   signal handler and in a child of a process with threads */
};

static bool is_plain(const char *name)
{
    static const char *const plain[] = {"write",    "writev",   "pwritev2",
                                        "vmsplice", "send",     "sendto",
                                        "sendmsg",  "sendmmsg", "send+MSG_NOSIGNAL"};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strcmp(plain[i], name) == 0)
            return true;
    }
    return false;
}

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };
static struct attempt attempts[CALLS * KINDS * 2];
static unsigned attempt_count;
static const struct attempt *simple[KINDS]; /* write() on each kind */

static void read_oracle(const char *path)
{
    char call[32];
    char kind[32];
    struct attempt one = {0};
    FILE *file = fopen(path, "r");
    must(file != NULL, path);
    while (fscanf(file, "%31s %31s %zu %ld %d %d", call, kind, &one.size, &one.result,
                  &one.error, &one.signals) == 6) {
        for (one.call = calls; strcmp(one.call->name, call) != 0;)
            one.call++;
        for (one.kind = 0; strcmp(kinds[one.kind].name, kind) != 0;)
            one.kind++;
        one.plain = is_plain(call);
        attempts[attempt_count] = one;
        if (strcmp(call, "write") == 0 && one.size)
            simple[one.kind] = &attempts[attempt_count];
        attempt_count++;
    }
    fclose(file);
    for (int i = 0; i < KINDS; i++)
        must(simple[i] && simple[i]->signals == 1, "the oracle is not whole");
}

static atomic_int oracle_signals;
static void count_for_oracle(int signal_number)
{
    (void)signal_number;
    oracle_signals++;
}

static void tell_oracle(const struct call *call, int kind, size_t size)
{
    const int fd = open_broken(kind);
    signal(SIGPIPE, SIG_IGN);
    errno = 0;
    const long result = call->make(fd, size);
    const int error = errno;
    signal(SIGPIPE, count_for_oracle);
    oracle_signals = 0;
    call->make(fd, size);
    close(fd);
    printf("%s %s %zu %ld %d %d\n", call->name, kinds[kind].name, size, result, error,
           oracle_signals);
}

static int tell_oracles(void)
{
    for (size_t i = 0; i < CALLS; i++) {
        if (calls[i].interposed && !named(calls[i].name))
            continue;
        for (int kind = 0; kind < KINDS; kind++) {
            tell_oracle(&calls[i], kind, 0);
            tell_oracle(&calls[i], kind, 5);
        }
    }
    return 0;
}

#endif
