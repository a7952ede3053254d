#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/file_status.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "config/options.h"
#include "report/counters.h"

/* A write at or beyond RLIMIT_FSIZE raises SIGXFSZ; setrlimit(2). Others may write meanwhile,
   or the position be behind the end, so that the size does not show it. */
static long write_to_file(int fd, const struct file_status *status, const struct strbuf *record)
{
    static const uint64_t xfsz = SIGNAL_BIT(SIGXFSZ);
    static const struct timespec at_once = {0};
    struct rlimit64 limit = {0};
    uint64_t mask;
    if (SYSCALL(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) != 0)
        return -EFBIG;
    if (limit.rlim_cur == RLIM64_INFINITY)
        return SYSCALL(SYS_write, fd, record->start, record->size);
    if (status->size + record->size > limit.rlim_cur ||
        SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, &xfsz, &mask, KERNEL_SIGSET_SIZE) != 0)
        return -EFBIG;
    const long written = SYSCALL(SYS_write, fd, record->start, record->size);
    if (written == -EFBIG)
        SYSCALL(SYS_rt_sigtimedwait, &xfsz, NULL, &at_once, KERNEL_SIGSET_SIZE);
    SYSCALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET_SIZE);
    return written;
}

/* A pipe that is writable by poll(2) takes PIPE_BUF bytes at once (fs/pipe.c, pipe_poll). One
   without a reader is not written to, since that would be another event. The flags ask the
   kernel neither to wait nor to signal, if it knows them; Linux before 4.6 has no pwritev2. */
static long write_if_ready(int fd, const struct strbuf *record)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    struct timespec at_once = {0};
    const struct iovec part = {record->start, record->size};
    if (SYSCALL(SYS_ppoll, &polled, 1, &at_once, NULL, 0) != 1 || polled.revents != POLLOUT)
        return -EAGAIN;
    long written = SYSCALL(SYS_pwritev2, fd, &part, 1, -1, -1, RWF_NOWAIT | RWF_NOSIGNAL);
    if (written == -EOPNOTSUPP)
        written = SYSCALL(SYS_pwritev2, fd, &part, 1, -1, -1, RWF_NOWAIT);
    if (written == -EOPNOTSUPP || written == -ENOSYS)
        written = SYSCALL(SYS_write, fd, record->start, record->size);
    return written;
}

/* Makes one write. Returns the number of bytes written, or a negated errno value. */
static long write_at_once(int fd, const struct strbuf *record)
{
    struct file_status status;
    long written = -EAGAIN;
    if (file_status(fd, &status) != 0)
        return -EBADF;
    if ((status.mode & S_IFMT) == S_IFSOCK)
        written = SYSCALL(SYS_sendto, fd, record->start, record->size,
                          MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
    else if ((status.mode & S_IFMT) != S_IFREG)
        written = write_if_ready(fd, record);
    else
        written = write_to_file(fd, &status, record);
    return written;
}

static int64_t position_of(int fd)
{
#if defined(SYS__llseek)
    int64_t position = -1;
    SYSCALL(SYS__llseek, fd, 0, 0, &position, SEEK_CUR);
    return position;
#else
    return SYSCALL(SYS_lseek, fd, 0, SEEK_CUR);
#endif
}

static void truncate_at(int fd, int64_t end)
{
#if defined(SYS_ftruncate64)
    SYSCALL(SYS_ftruncate64, fd, OFFSET(end));
#else
    SYSCALL(SYS_ftruncate, fd, OFFSET(end));
#endif
}

/* Removes the beginning of a record that a full disk has cut off, since the next record would
   continue its line. Not if another process has written since. */
static void take_back(int fd, long written)
{
    struct file_status status;
    const int64_t end = position_of(fd);
    if (file_status(fd, &status) == 0 && (int64_t)status.size == end)
        truncate_at(fd, end - written);
}

/* Opens the file for each record, since the app may close any descriptor. With O_NONBLOCK, to
   open a FIFO without a reader fails instead of waiting. */
static bool write_file(const struct strbuf *record)
{
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, options_log_path,
                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW |
                                O_NONBLOCK | O_NOCTTY | O_LARGEFILE,
                            0600);
    if (fd < 0)
        return false;
    const long written = write_at_once((int)fd, record);
    const bool whole = written == (long)record->size;
    if (written > 0 && !whole)
        take_back((int)fd, written);
    SYSCALL(SYS_close, fd);
    return whole;
}

/* Sends bytes to a Unix socket, as a datagram or over a connection. Returns the number of bytes
   sent, or a negated errno value: EAGAIN instead of waiting (unix(7), connect(2)). */
static long send_to(const char *path, int type, const char *bytes, size_t size)
{
    const bool stream = type == SOCK_STREAM;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct strbuf name = {address.sun_path, 0, sizeof(address.sun_path)};
    strbuf_add(&name, path);
    const long fd = SYSCALL(SYS_socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    long sent = stream ? SYSCALL(SYS_connect, fd, &address, sizeof(address)) : 0;
    if (sent == 0)
        sent = SYSCALL(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, stream ? NULL : &address,
                       stream ? 0 : sizeof(address));
    SYSCALL(SYS_close, fd);
    return sent;
}

/* As glibc's syslog(3) does (misc/syslog.c): a datagram without the newline; or over a
   connection, if /dev/log takes no datagrams, with a NUL in place of the newline. */
static bool send_to_syslog(const struct strbuf *record)
{
    const size_t size = record->size - 1;
    const long sent = send_to("/dev/log", SOCK_DGRAM, record->start, size);
    if (sent != -EPROTOTYPE)
        return sent == (long)size;
    record->start[size] = '\0';
    return send_to("/dev/log", SOCK_STREAM, record->start, record->size) == (long)record->size;
}

void sink_write(const struct strbuf *record, int broken)
{
    bool written = false;
    switch (options.log) {
    case LOG_STDERR:
        written = broken != STDERR_FILENO &&
                  write_at_once(STDERR_FILENO, record) == (long)record->size;
        break;
    case LOG_SYSLOG:
        written = send_to_syslog(record);
        break;
    case LOG_JOURNAL:
        written = send_to("/run/systemd/journal/socket", SOCK_DGRAM, record->start,
                          record->size) == (long)record->size;
        break;
    case LOG_FILE:
        written = write_file(record);
        break;
    default:
        break;
    }
    if (!written)
        counters_add_lost();
}
