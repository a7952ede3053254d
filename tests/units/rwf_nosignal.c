/* mode=flags: writes by pwritev2 with RWF_NOSIGNAL, and what becomes of them where the kernel
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

/* What the writes are of where they are of nothing. */
static const struct iovec *empty;

static size_t size_given = 5;

/* Calls since the last look. */
static struct {
    unsigned quiet;
    unsigned loud;
    unsigned requested; /* the kernel, what the descriptor is */
} done;

/* Answers: of pwritev2, with errno; and of the kernel, to the question for a pipe or a socket.
 */
static struct {
    ssize_t result;
    int error;
} quiet;
static long pipe_size;
static long is_socket;

enum { LOUD_ANSWER = 77 };

static ssize_t next_pwritev2(int fd, const struct iovec *given, int count, off_t offset,
                             int flags)
{
    done.quiet++;
    CHECK(fd == FD && offset == -1 && flags == NO_SIGNAL);
    CHECK(empty ||
          (count == 2 ? given == parts
                      : count == 1 && given->iov_base == data && given->iov_len == size_given));
    if (quiet.result < 0)
        errno = quiet.error;
    return quiet.result;
}

static ssize_t next_write(int fd, const void *given, size_t size)
{
    done.loud++;
    CHECK(fd == FD && given == data && size == (empty ? 0 : size_given));
    return LOUD_ANSWER;
}

static ssize_t next___write(int fd, const void *given, size_t size)
{
    return next_write(fd, given, size) + 1;
}

static ssize_t next_writev(int fd, const struct iovec *given, int count)
{
    done.loud++;
    CHECK(fd == FD && given == (empty ? empty : parts) && (empty || count == 2));
    return LOUD_ANSWER + 2;
}

/* As fcntl(2) and getsockopt(2) answer. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)f;
    CHECK(a == FD);
    done.requested++;
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

/* Before a write by each name. */
static void begin(void)
{
    memset(&done, 0, sizeof(done));
    errno = 0;
}

/* Whether a write by each name is answered by pwritev2 alone. */
static bool all_quiet(void)
{
    begin();
    const bool same = next.write(FD, data, 5) == quiet.result &&
                      next.__write(FD, data, 5) == quiet.result &&
                      next.writev(FD, parts, 2) == quiet.result;
    return same && done.quiet == 3 && done.loud == 0 && done.requested == 0 &&
           errno == (quiet.result < 0 ? quiet.error : 0);
}

/* Whether each is answered by the loud call, `tries` of them after pwritev2. */
static bool all_loud(unsigned tries)
{
    begin();
    const bool same = next.write(FD, data, 5) == LOUD_ANSWER &&
                      next.__write(FD, data, 5) == LOUD_ANSWER + 1 &&
                      next.writev(FD, parts, 2) == LOUD_ANSWER + 2;
    return same && done.loud == 3 && done.quiet == tries && errno == 0;
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
    quiet.result = result;
    quiet.error = error;
}

static void what_libc_lacks(void)
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

static void answered_quietly(void)
{
    static const int errors[] = {EAGAIN, EBADF, EFAULT, EINVAL, ENOSPC, ECONNRESET, EPIPE};
    choose();
    answer(5, 0);
    CHECK(all_quiet());
    answer(1, 0);
    CHECK(all_quiet());
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        answer(-1, errors[i]);
        CHECK(all_quiet());
    }
}

/* Such a write has no other answer than the loud one. */
static void of_more_than_there_is(void)
{
    static const size_t sizes[] = {(size_t)SSIZE_MAX + 1, SIZE_MAX};
    choose();
    answer(5, 0);
    for (size_t i = 0; i < 2; i++) {
        size_given = sizes[i];
        begin();
        CHECK(next.write(FD, data, sizes[i]) == LOUD_ANSWER);
        CHECK(next.__write(FD, data, sizes[i]) == LOUD_ANSWER + 1);
        CHECK(done.quiet == 0 && done.loud == 2);
    }
    size_given = SSIZE_MAX;
    begin();
    CHECK(next.write(FD, data, SSIZE_MAX) == 5 && next.__write(FD, data, SSIZE_MAX) == 5);
    CHECK(done.quiet == 2 && done.loud == 0);
    size_given = 5;
}

/* Of what only this file or this write is refused, the next one is tried again. */
static void refused_here(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    CHECK(all_loud(3) && done.requested == 6);
    answer(5, 0);
    CHECK(all_quiet());
}

static void unless_quiet(void)
{
    choose();
    answer(5, 0);
    may_suppress_signal = false;
    CHECK(all_loud(0) && done.requested == 0);
    may_suppress_signal = true;
    CHECK(all_quiet());
#ifdef PROBES
    nosigpipe_event_semaphore = 1; /* who listens is told by the guard */
    CHECK(all_loud(0));
    nosigpipe_event_semaphore = 0;
    CHECK(all_quiet());
#endif
}

/* Nothing to write is a write of nothing to a socket, and no other answer of 0 is: the device
   has said so, and is not to be asked twice. */
static void of_nothing(void)
{
    static const struct iovec none[] = {{data, 0}, {data, 0}, {data, 1}};
    choose();
    answer(0, 0);
    CHECK(all_quiet());
    empty = none;
    begin();
    CHECK(next.write(FD, data, 0) == LOUD_ANSWER && done.quiet == 1 && done.loud == 1);
    CHECK(next.__write(FD, data, 0) == LOUD_ANSWER + 1 && done.quiet == 2 && done.loud == 2);
    CHECK(next.writev(FD, none, 2) == LOUD_ANSWER + 2 && done.quiet == 3 && done.loud == 3);
    CHECK(next.writev(FD, none, 0) == LOUD_ANSWER + 2 && done.quiet == 4 && done.loud == 4);
    CHECK(next.writev(FD, none, 3) == 0 && done.quiet == 5 && done.loud == 4);
    CHECK(done.requested == 0 && errno == 0);
    empty = NULL;
}

/* A kernel that refuses the flag on a pipe or a socket does not know it. */
static void unknown_on_a_pipe(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    pipe_size = 4096;
    CHECK(all_loud(1) && done.requested == 1);
    answer(5, 0);
    CHECK(all_loud(0));
}

static void unknown_on_a_socket(void)
{
    choose();
    answer(-1, EOPNOTSUPP);
    is_socket = 0;
    CHECK(all_loud(1) && done.requested == 2);
    answer(5, 0);
    CHECK(all_loud(0));
}

int main(void)
{
    what_libc_lacks();
    answered_quietly();
    of_more_than_there_is();
    refused_here();
    unless_quiet();
    of_nothing();
    apart(unknown_on_a_pipe);
    apart(unknown_on_a_socket);
    return 0;
}
