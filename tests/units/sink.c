/* A record to standard error or a file: which system calls are made, and what follows from
   their results. */
#include "../../shim/report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../shim/base/sigset.h"
#include "../../shim/base/syscall.h"
#include "../../shim/config/options.h"
#include "../../shim/report/counters.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

enum { SIZE = 100, NO_WAIT = 8, NO_SIGNAL = 0x100 }; /* RWF_: include/uapi/linux/fs.h */
static const char record[SIZE + 1] = "a record\n";

/* The state of the system, and what the kernel answers. */
static struct kernel {
    unsigned short type;
    long refused; /* a system call */
    long fd;      /* that it opens */
    int revents;
    int ready;
    long flagged; /* to a write with RWF_NOWAIT and RWF_NOSIGNAL, unless 0 */
    long waiting; /* to one with RWF_NOWAIT alone, unless 0 */
    long taken;   /* of a record, or a negated errno value */
    uint64_t size;
    uint64_t limit;
    uint64_t mask;
    bool pends;       /* SIGXFSZ */
    int64_t position; /* behind the write */
    int64_t size_after;
} kernel;

/* The system calls that were made. */
static struct done {
    unsigned writes;
    long last;
    size_t requested;
    int64_t truncated; /* -1: it was not */
    bool open;
} done;

static long write_to(long number, long fd, const void *bytes, size_t size)
{
    CHECK(fd == (options.log == LOG_STDERR ? 2 : kernel.fd) && bytes == record);
    done.writes++;
    done.last = number;
    done.requested = size;
    kernel.pends |= kernel.taken == -EFBIG;
    CHECK(kernel.limit == RLIM64_INFINITY || kernel.type != S_IFREG ||
          kernel.mask == (5 | SIGNAL_BIT(SIGXFSZ)));
    return kernel.taken;
}

static long write_flagged(long fd, const struct iovec *part, int flags)
{
    CHECK(flags == NO_WAIT || flags == (NO_WAIT | NO_SIGNAL));
    if (flags & NO_SIGNAL && kernel.flagged)
        return kernel.flagged;
    if (flags == NO_WAIT && kernel.waiting)
        return kernel.waiting;
    return write_to(flags, fd, part->iov_base, part->iov_len);
}

static long fill_status(long fd, struct stat *status)
{
    CHECK(fd == (options.log == LOG_STDERR ? 2 : kernel.fd));
    *status = (struct stat){.st_mode = kernel.type,
                            .st_size = done.writes ? kernel.size_after : (off_t)kernel.size};
    return 0;
}

static long change_mask(long how, const uint64_t *set, uint64_t *old)
{
    if (old)
        *old = kernel.mask;
    CHECK(how == SIG_SETMASK || (how == SIG_BLOCK && *set == SIGNAL_BIT(SIGXFSZ)));
    CHECK(how == SIG_BLOCK || !kernel.pends);
    kernel.mask = how == SIG_BLOCK ? kernel.mask | *set : *set;
    return 0;
}

static long take_signal(const uint64_t *set, const struct timespec *time)
{
    CHECK(*set == SIGNAL_BIT(SIGXFSZ) && !time->tv_sec && !time->tv_nsec);
    const bool took = kernel.pends;
    kernel.pends = false;
    return took ? SIGXFSZ : -EAGAIN;
}

static long open_one(void)
{
    CHECK(!done.open);
    done.open = true;
    return kernel.fd;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const bool again = number == SYS_fstat && done.writes; /* refused as -SYS_fstat */
    if (kernel.refused == (again ? -number : number))
        return -EPERM;
    switch (number) {
    case SYS_fstat:
        return fill_status(a, (struct stat *)b);
    case SYS_prlimit64:
        CHECK(a == 0 && b == RLIMIT_FSIZE && !c);
        *(struct rlimit64 *)d = (struct rlimit64){kernel.limit, RLIM64_INFINITY};
        return 0;
    case SYS_ppoll: {
        struct pollfd *const polled = (struct pollfd *)a;
        const struct timespec *const time = (const struct timespec *)c;
        CHECK(polled->fd == (options.log == LOG_STDERR ? 2 : kernel.fd) && b == 1);
        CHECK(polled->events == POLLOUT && !time->tv_sec && !time->tv_nsec && !d && !e);
        polled->revents = (short)kernel.revents;
        return kernel.ready;
    }
    case SYS_pwritev2:
        CHECK(c == 1 && d == -1 && e == -1); /* at the position; readv(2) */
        return write_flagged(a, (const struct iovec *)b, (int)f);
    case SYS_write:
        return write_to(number, a, (const void *)b, (size_t)c);
    case SYS_sendto:
        CHECK(d == (MSG_DONTWAIT | MSG_NOSIGNAL) && !e && !f);
        return write_to(number, a, (const void *)b, (size_t)c);
    case SYS_openat:
        CHECK(a == AT_FDCWD && strcmp((const char *)b, options_log_path) == 0 && d == 0600);
        CHECK((c & ~(O_LARGEFILE | 0100000)) ==
              (O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
        return open_one();
    case SYS_close:
        CHECK(a == kernel.fd && done.open);
        done.open = false;
        return 0;
    case SYS_rt_sigprocmask:
        CHECK(d == KERNEL_SIGSET_SIZE);
        return change_mask(a, (const uint64_t *)b, (uint64_t *)c);
    case SYS_rt_sigtimedwait:
        CHECK(!b && d == KERNEL_SIGSET_SIZE);
        return take_signal((const uint64_t *)a, (const struct timespec *)c);
    case SYS_lseek:
        CHECK(a == kernel.fd && b == 0 && c == SEEK_CUR);
        return kernel.position;
    case SYS_ftruncate:
        CHECK(a == kernel.fd);
        done.truncated = b;
        return 0;
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

/* A sink of this type of file that takes all records. */
static void begin(unsigned log, unsigned short type)
{
    options.log = log;
    kernel = (struct kernel){.type = type,
                             .fd = 9,
                             .revents = POLLOUT,
                             .ready = 1,
                             .taken = SIZE,
                             .limit = RLIM64_INFINITY,
                             .mask = 5,
                             .position = SIZE,
                             .size_after = SIZE};
}

/* Writes the record; true if it is not counted as lost. */
static bool taken(int broken)
{
    const struct strbuf text = {(char *)(uintptr_t)record, SIZE, SIZE};
    const unsigned long lost = counters_lost_records();
    done = (struct done){.truncated = -1};
    sink_write(&text, broken);
    CHECK(!done.open && counters_lost_records() - lost <= 1);
    return counters_lost_records() == lost;
}

/* Checks the system call of the last write, and the number of writes, each of the whole record.
 */
static void check_done(unsigned writes, long last)
{
    CHECK(done.writes == writes && done.last == last && (!writes || done.requested == SIZE));
    CHECK(done.truncated == -1);
}

static void check_files(unsigned log)
{
    begin(log, S_IFREG | 0600);
    CHECK(taken(log == LOG_FILE ? 2 : 9));
    check_done(1, SYS_write);
    /* Up to the limit; setrlimit(2). */
    kernel.size = 1000;
    kernel.limit = 1000 + SIZE;
    CHECK(taken(-1));
    kernel.taken = -EFBIG; /* others have written meanwhile */
    CHECK(!taken(-1) && !kernel.pends && kernel.mask == 5);
    check_done(1, SYS_write);
    kernel.refused = SYS_rt_sigprocmask;
    CHECK(!taken(-1));
    check_done(0, 0);
    kernel.refused = 0;
    kernel.limit--;
    CHECK(!taken(-1));
    check_done(0, 0);
    begin(log, S_IFREG);
    kernel.refused = SYS_prlimit64;
    CHECK(!taken(-1));
    check_done(0, 0);
    kernel.refused = SYS_fstat;
    CHECK(!taken(-1));
    check_done(0, 0);
    begin(log, S_IFREG);
    kernel.taken = -ENOSPC;
    CHECK(!taken(-1) && done.truncated == -1);
}

/* Nothing is written to a pipe that is full or broken. */
static void check_streams(unsigned log)
{
    begin(log, S_IFIFO);
    CHECK(taken(-1));
    check_done(1, NO_WAIT | NO_SIGNAL);
    kernel.flagged = -EOPNOTSUPP; /* before Linux 6.18 */
    CHECK(taken(-1));
    check_done(1, NO_WAIT);
    kernel.waiting = -EOPNOTSUPP; /* a terminal, say */
    CHECK(taken(-1));
    check_done(1, SYS_write);
    kernel.waiting = -EAGAIN;
    CHECK(!taken(-1));
    check_done(0, 0);
    kernel.flagged = kernel.waiting = -ENOSYS; /* before Linux 4.6 */
    CHECK(taken(-1));
    check_done(1, SYS_write);
    begin(log, S_IFCHR);
    CHECK(taken(-1));
    check_done(1, NO_WAIT | NO_SIGNAL);
    kernel.flagged = -EPIPE;
    CHECK(!taken(-1));
    check_done(0, 0);
    kernel.flagged = 0;
    kernel.revents = POLLOUT | POLLERR; /* no reader; poll(2) */
    CHECK(!taken(-1));
    check_done(0, 0);
    kernel.revents = POLLOUT;
    kernel.ready = 0;
    CHECK(!taken(-1));
    check_done(0, 0);
    begin(log, S_IFSOCK);
    CHECK(taken(-1));
    check_done(1, SYS_sendto);
    kernel.taken = SIZE - 1;
    CHECK(!taken(-1));
}

/* The beginning of a record is removed, if it is at the end of the file. */
static void check_taken_back(void)
{
    begin(LOG_FILE, S_IFREG);
    kernel.taken = 30;
    kernel.position = kernel.size_after = INT64_C(5000000030);
    CHECK(!taken(-1) && done.truncated == INT64_C(5000000000));
    kernel.taken = SIZE - 1;
    CHECK(!taken(-1) && done.truncated == INT64_C(4999999931));
    kernel.taken = 1;
    CHECK(!taken(-1) && done.truncated == INT64_C(5000000029));
    kernel.size_after++; /* another process has written since */
    CHECK(!taken(-1) && done.truncated == -1);
    kernel.size_after--;
    kernel.refused = -SYS_fstat;
    CHECK(!taken(-1) && done.truncated == -1);
    kernel.refused = 0;
    kernel.taken = 0;
    CHECK(!taken(-1) && done.truncated == -1);
}

int main(void)
{
    snprintf(options_log_path, LOG_PATH_SIZE, "/a/log");
    check_files(LOG_STDERR);
    check_files(LOG_FILE);
    check_streams(LOG_STDERR);
    check_streams(LOG_FILE);
    check_taken_back();
    begin(LOG_STDERR, S_IFREG);
    CHECK(!taken(2) && done.writes == 0); /* the one that broke */
    begin(LOG_FILE, S_IFREG);
    kernel.fd = 0;
    CHECK(taken(-1) && done.writes == 1);
    kernel.refused = SYS_openat;
    CHECK(!taken(-1) && done.writes == 0);
    options.log = LOG_OFF;
    CHECK(!taken(-1) && done.writes == 0);
    return 0;
}
