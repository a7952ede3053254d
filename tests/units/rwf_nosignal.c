/* mode=flags: writes by pwritev2 with RWF_NOSIGNAL, and those without the flag where the kernel
   or the file refuses it. */
#include "../../shim/interpose/rwf_nosignal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/link/next.h"
#include "../../shim/report/usdt.h"
#include "../../shim/signal/guard.h"
#include "../fuzz/kernel.h"
#include "apart.h"

enum { FD = 3, NO_SIGNAL = 0x100 /* include/uapi/linux/fs.h, RWF_NOSIGNAL */ };

struct next next;
bool may_suppress_signal;

#ifdef PROBES
unsigned short nosigpipe_event_semaphore;
#endif

static char data[] = "12345";
static const struct iovec parts[] = {{data, 2}, {data, 3}};

/* The parts of a write of 0 bytes, or NULL for other writes. */
static const struct iovec *empty;

static size_t size_given = 5;

/* The number of calls since begin(). */
static struct {
    unsigned flagged;
    unsigned unflagged;
    unsigned queries; /* to the kernel, about the descriptor */
} done;

/* The results of pwritev2, with errno, and of the queries for a pipe and for a socket. */
static struct {
    ssize_t result;
    int error;
} flagged;
static long pipe_size;
static long is_socket;

enum { UNFLAGGED_ANSWER = 77 };

static ssize_t next_pwritev2(int fd, const struct iovec *given, int count, off_t offset,
                             int flags)
{
    done.flagged++;
    CHECK(fd == FD && offset == -1 && flags == NO_SIGNAL);
    CHECK(empty ||
          (count == 2 ? given == parts
                      : count == 1 && given->iov_base == data && given->iov_len == size_given));
    if (flagged.result < 0)
        errno = flagged.error;
    return flagged.result;
}

static ssize_t next_write(int fd, const void *given, size_t size)
{
    done.unflagged++;
    CHECK(fd == FD && given == data && size == (empty ? 0 : size_given));
    return UNFLAGGED_ANSWER;
}

static ssize_t next___write(int fd, const void *given, size_t size)
{
    return next_write(fd, given, size) + 1;
}

static ssize_t next_writev(int fd, const struct iovec *given, int count)
{
    done.unflagged++;
    CHECK(fd == FD && given == (empty ? empty : parts) && (empty || count == 2));
    return UNFLAGGED_ANSWER + 2;
}

/* Answers fcntl(2) and getsockopt(2). */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)f;
    CHECK(a == FD);
    done.queries++;
    if (number == SYS_fcntl) {
        CHECK(b == F_GETPIPE_SZ);
        return pipe_size;
    }
    CHECK(number == SYS_getsockopt && b == SOL_SOCKET && c == SO_TYPE);
    CHECK(*(socklen_t *)e == sizeof(int));
    if (is_socket == 0)
        *(int *)d = SOCK_STREAM;
    return is_socket;
}

/* Call before a write by each name. */
static void begin(void)
{
    memset(&done, 0, sizeof(done));
    errno = 0;
}

/* Whether a write by each name makes only the call of pwritev2, and has its result. */
static bool all_flagged(void)
{
    begin();
    const bool same = next.write(FD, data, 5) == flagged.result &&
                      next.__write(FD, data, 5) == flagged.result &&
                      next.writev(FD, parts, 2) == flagged.result;
    return same && done.flagged == 3 && done.unflagged == 0 && done.queries == 0 &&
           errno == (flagged.result < 0 ? flagged.error : 0);
}

/* Whether each has the result of the call without the flag, `tries` of them after pwritev2. */
static bool all_unflagged(unsigned tries)
{
    begin();
    const bool same = next.write(FD, data, 5) == UNFLAGGED_ANSWER &&
                      next.__write(FD, data, 5) == UNFLAGGED_ANSWER + 1 &&
                      next.writev(FD, parts, 2) == UNFLAGGED_ANSWER + 2;
    return same && done.unflagged == 3 && done.flagged == tries && errno == 0;
}

static void choose(void)
{
    next = (struct next){.write = next_write,
                         .__write = next___write,
                         .writev = next_writev,
                         .pwritev2 = next_pwritev2};
    rwf_nosignal_install();
    may_suppress_signal = true;
    pipe_size = -EBADF;
    is_socket = -ENOTSOCK;
}

static void answer(ssize_t result, int error)
{
    flagged.result = result;
    flagged.error = error;
}

static void try_without_libc(void)
{
    next = (struct next){.write = next_write};
    rwf_nosignal_install();
    CHECK(next.write == next_write && !next.writev && !next.__write && !next.pwritev2);
    next.pwritev2 = next_pwritev2;
    rwf_nosignal_install();
    CHECK(next.write != next_write && !next.writev && !next.__write);
    next = (struct next){.writev = next_writev, .pwritev2 = next_pwritev2};
    rwf_nosignal_install();
    CHECK(!next.write && next.writev != next_writev);
    CHECK(next.pwritev2 == next_pwritev2);
}

static void try_flagged(void)
{
    static const int errors[] = {EAGAIN, EBADF, EFAULT, EINVAL, ENOSPC, ECONNRESET, EPIPE};
    choose();
    answer(5, 0);
    CHECK(all_flagged());
    answer(1, 0);
    CHECK(all_flagged());
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        answer(-1, errors[i]);
        CHECK(all_flagged());
    }
}

/* Above SSIZE_MAX, pwritev2 fails with another errno than write, so only write is called. */
static void try_sizes(void)
{
    static const size_t sizes[] = {(size_t)SSIZE_MAX + 1, SIZE_MAX};
    choose();
    answer(5, 0);
    for (size_t i = 0; i < 2; i++) {
        size_given = sizes[i];
        begin();
        CHECK(next.write(FD, data, sizes[i]) == UNFLAGGED_ANSWER);
        CHECK(next.__write(FD, data, sizes[i]) == UNFLAGGED_ANSWER + 1);
        CHECK(done.flagged == 0 && done.unflagged == 2);
    }
    size_given = SSIZE_MAX;
    begin();
    CHECK(next.write(FD, data, SSIZE_MAX) == 5 && next.__write(FD, data, SSIZE_MAX) == 5);
    CHECK(done.flagged == 2 && done.unflagged == 0);
    size_given = 5;
}

/* If only this file or this write is refused, the next write tries the flag again. */
static void try_refused_once(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    CHECK(all_unflagged(3) && done.queries == 6);
    answer(5, 0);
    CHECK(all_flagged());
}

static void try_no_suppression(void)
{
    choose();
    answer(5, 0);
    may_suppress_signal = false;
    CHECK(all_unflagged(0) && done.queries == 0);
    may_suppress_signal = true;
    CHECK(all_flagged());
#ifdef PROBES
    nosigpipe_event_semaphore = 1; /* a tracer gets events from the guard */
    CHECK(all_unflagged(0));
    nosigpipe_event_semaphore = 0;
    CHECK(all_flagged());
#endif
}

/* A write of 0 bytes is repeated without the flag, since pwritev2 does not pass it on to a
   socket. Any other result of 0 is the device's own, and that write must not be repeated. */
static void try_empty(void)
{
    static const struct iovec none[] = {{data, 0}, {data, 0}, {data, 1}};
    choose();
    answer(0, 0);
    CHECK(all_flagged());
    empty = none;
    begin();
    CHECK(next.write(FD, data, 0) == UNFLAGGED_ANSWER && done.flagged == 1 &&
          done.unflagged == 1);
    CHECK(next.__write(FD, data, 0) == UNFLAGGED_ANSWER + 1 && done.flagged == 2 &&
          done.unflagged == 2);
    CHECK(next.writev(FD, none, 2) == UNFLAGGED_ANSWER + 2 && done.flagged == 3 &&
          done.unflagged == 3);
    CHECK(next.writev(FD, none, 0) == UNFLAGGED_ANSWER + 2 && done.flagged == 4 &&
          done.unflagged == 4);
    CHECK(next.writev(FD, none, 3) == 0 && done.flagged == 5 && done.unflagged == 4);
    CHECK(done.queries == 0 && errno == 0);
    empty = NULL;
}

/* A kernel that refuses the flag on a pipe or a socket does not know the flag. */
static void try_unknown_on_pipe(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    pipe_size = 4096;
    CHECK(all_unflagged(1) && done.queries == 1);
    answer(5, 0);
    CHECK(all_unflagged(0));
}

/* What musl answers where the kernel has no pwritev2. */
static void try_no_call(void)
{
    choose();
    answer(-1, ENOSYS);
    pipe_size = 4096;
    CHECK(all_unflagged(1) && done.queries == 1);
}

static void try_unknown_on_socket(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    is_socket = 0;
    CHECK(all_unflagged(1) && done.queries == 2);
    answer(5, 0);
    CHECK(all_unflagged(0));
}

int main(void)
{
    try_without_libc();
    try_flagged();
    try_sizes();
    try_refused_once();
    try_no_suppression();
    try_empty();
    apart(try_unknown_on_pipe);
    apart(try_unknown_on_socket);
    apart(try_no_call);
    return 0;
}
