#include "helper/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>

/* No datagram is longer than the smallest buffer that a system may set for sockets, less what
   the kernel adds (socket(7), wmem_default). A longer line becomes several. */
enum { DATAGRAM_SIZE = 4096 };

static bool is_of_type(const struct file_status *status, unsigned type)
{
    return (status->mode & S_IFMT) == type;
}

bool place_is_keepable(int fd, struct file_status *status)
{
    int type = 0;
    socklen_t size = sizeof(type);
    const long flags = SYSCALL(SYS_fcntl, fd, F_GETFL, 0);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || file_status(fd, status) != 0)
        return false;
    if (!is_of_type(status, S_IFSOCK))
        return is_of_type(status, S_IFIFO);
    return SYSCALL(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_STREAM;
}

/* Returns the socket or a negated errno value. The other side may take as long as it likes to
   accept the connection. */
static long connect_to(const void *address, socklen_t size, int type)
{
    const long fd = SYSCALL(SYS_socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fd;
    const long result = SYSCALL(SYS_connect, fd, address, size);
    if (result == 0)
        return fd;
    SYSCALL(SYS_close, fd);
    return result;
}

/* FILE as a socket: that of a syslog daemon, or one for streams. */
static long connect_to_file(const char *file, enum way *way)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct strbuf path = {address.sun_path, 0, sizeof(address.sun_path) - 1};
    strbuf_add(&path, file);
    if (!path.size)
        return -ENAMETOOLONG;
    *way = WAY_SYSLOG;
    long fd = connect_to(&address, sizeof(address), SOCK_DGRAM);
    if (fd == -EPROTOTYPE) {
        *way = WAY_SEND;
        fd = connect_to(&address, sizeof(address), SOCK_STREAM);
    }
    return fd;
}

/* O_NONBLOCK: a FIFO without a reader is ENXIO (fifo(7)). */
static long open_file(const char *file, enum way *way)
{
    struct file_status status;
    if (path_status(file, 0, &status) == 0 && is_of_type(&status, S_IFSOCK))
        return connect_to_file(file, way);
    *way = WAY_WRITE;
    return SYSCALL(SYS_openat, AT_FDCWD, file,
                   O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_LARGEFILE |
                       O_CLOEXEC,
                   S_IRUSR | S_IWUSR);
}

long place_try_file(const char *file)
{
    enum way way;
    struct file_status status;
    const long fd = open_file(file, &way);
    if (fd >= 0)
        SYSCALL(SYS_close, fd);
    else if (fd != -ENXIO || path_status(file, 0, &status) != 0 ||
             !is_of_type(&status, S_IFIFO))
        return fd;
    return 0;
}

/* systemd, sd_journal_stream_fd(3): /run/systemd/journal/stdout, or .NAMESPACE behind journal.
 */
static bool is_of_journal(const char *path)
{
    const char *rest = after_prefix(path, "/run/systemd/journal");
    if (rest && *rest == '.') {
        while (*rest && *rest != '/')
            rest++;
    }
    return rest && strcmp(rest, "/stdout") == 0;
}

/* Only a Unix socket that is bound can be connected to again: to a path that is the same from
   every folder, or to a name without one (unix(7), "abstract"). */
static void begin_socket(struct place *place, int fd)
{
    const struct sockaddr_un *const name = (const void *)&place->address;
    place->fd = fd;
    place->way = WAY_SEND;
    place->size = sizeof(place->address) - 1;
    if (SYSCALL(SYS_getpeername, fd, &place->address, &place->size) != 0 ||
        name->sun_family != AF_UNIX || place->size <= sizeof(name->sun_family) ||
        (*name->sun_path != '/' && *name->sun_path != '\0'))
        return;
    place->again = is_of_journal(name->sun_path) ? AGAIN_JOURNAL : AGAIN_CONNECT;
}

static void begin_pipe(struct place *place, int fd)
{
    char space[32];
    struct strbuf link = {space, 0, sizeof(space) - 1};
    strbuf_add(&link, "/proc/self/fd/");
    strbuf_add_number(&link, fd);
    space[link.size] = '\0';
    const long size =
        SYSCALL(SYS_readlinkat, AT_FDCWD, space, place->path, sizeof(place->path) - 1);
    if (size > 0 && *place->path == '/')
        place->again = AGAIN_OPEN;
    const long opened = SYSCALL(SYS_openat, AT_FDCWD, space, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    place->fd = opened >= 0 ? (int)opened : opened == -ENXIO ? -1 : fd;
    /* Once there is space, a write of this size does not wait for more (pipe(7)). */
    place->most = opened >= 0 ? place->most : PIPE_BUF;
}

void place_begin(struct place *place, int fd)
{
    struct file_status status = {0};
    file_status(fd, &status);
    *place = (struct place){.most = SIZE_MAX, .broken = -1};
    if (is_of_type(&status, S_IFSOCK))
        begin_socket(place, fd);
    else
        begin_pipe(place, fd);
}

static long open_fifo(const char *path)
{
    struct file_status status = {0};
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fd;
    file_status((int)fd, &status);
    if (is_of_type(&status, S_IFIFO))
        return fd;
    SYSCALL(SYS_close, fd);
    return -ENXIO;
}

/* What journald is told about a stream (systemd, sd_journal_stream_fd(3), and
   src/journal/journald-stream.c): identifier, unit, priority, whether lines may begin with
   "<N>", and whether they also go to syslog, the kernel's log and the console. */
static long connect_to_journal(const struct place *place)
{
    char space[512];
    struct strbuf header = {space, 0, sizeof(space)};
    const long fd = connect_to(&place->address, place->size, SOCK_STREAM);
    if (fd < 0)
        return fd;
    identity_find();
    strbuf_add(&header, identity.identifier);
    strbuf_add(&header, "\n");
    strbuf_add(&header, identity.unit);
    strbuf_add(&header, "\n");
    strbuf_add(&header, identity.priority);
    strbuf_add(&header, "\n");
    strbuf_add(&header, identity.has_levels);
    strbuf_add(&header, "\n0\n0\n0\n");
    SYSCALL(SYS_shutdown, fd, SHUT_RD);
    if (SYSCALL(SYS_sendto, fd, space, header.size, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0) ==
        (long)header.size)
        return fd;
    SYSCALL(SYS_close, fd);
    return -EPIPE;
}

static long reach_again(const struct place *place)
{
    switch (place->again) {
    case AGAIN_OPEN:
        return open_fifo(place->path);
    case AGAIN_CONNECT:
        return connect_to(&place->address, place->size, SOCK_STREAM);
    case AGAIN_JOURNAL:
        return connect_to_journal(place);
    case AGAIN_NEVER:
    default:
        return -ENXIO;
    }
}

bool place_look(struct place *place, const char *file)
{
    long fd = reach_again(place);
    if (fd >= 0) {
        place_close(place);
        place->is_file = false;
        place->way = place->again == AGAIN_OPEN ? WAY_WRITE : WAY_SEND;
    } else if (file && place->fd < 0 && (fd = open_file(file, &place->way)) >= 0) {
        place->is_file = true;
    } else {
        return false;
    }
    place->fd = (int)fd;
    place->most = SIZE_MAX;
    return true;
}

void place_lose(struct place *place)
{
    if (place->again == AGAIN_OPEN && !place->is_file)
        place->broken = place->fd;
    else
        SYSCALL(SYS_close, place->fd);
    place->fd = -1;
    place->is_file = false;
}

void place_close(struct place *place)
{
    if (place->fd >= 0)
        SYSCALL(SYS_close, place->fd);
    if (place->broken >= 0)
        SYSCALL(SYS_close, place->broken);
    place->fd = place->broken = -1;
    place->is_file = false;
}

static bool has_space(int fd)
{
    long none[2] = {0};
    struct pollfd polled = {fd, POLLOUT, 0};
    return SYSCALL(SYS_ppoll, &polled, 1, none, NULL, 0) == 1;
}

static long write_parts(const struct place *place, struct iovec *parts, unsigned count)
{
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    if (place->way != WAY_WRITE)
        return SYSCALL(SYS_sendmsg, place->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (place->most != SIZE_MAX && !has_space(place->fd))
        return -EAGAIN;
    return SYSCALL(SYS_writev, place->fd, parts, count);
}

/* RFC 3164, as syslog(3) writes it to /dev/log, without a time: user.info. A piece of at most
   this size is a line with or without its end, which is no part of the datagram. */
static long write_datagram(const struct place *place, const struct buffer *buffer, size_t size)
{
    char space[128];
    struct strbuf head = {space, 0, sizeof(space)};
    struct iovec parts[3];
    strbuf_add(&head, "<14>");
    strbuf_add(&head, identity.identifier);
    strbuf_add(&head, "[");
    strbuf_add(&head, identity.process);
    strbuf_add(&head, "]: ");
    parts[0] = (struct iovec){space, head.size};
    const unsigned count = buffer_data(buffer, size, parts + 1);
    struct iovec *const last = &parts[count];
    if (((const char *)last->iov_base)[last->iov_len - 1] == '\n')
        last->iov_len--;
    const long result = write_parts(place, parts, count + 1);
    return result < 0 ? result : (long)size;
}

long place_write(const struct place *place, const struct buffer *buffer, bool all)
{
    struct iovec parts[2];
    size_t size = buffer->size;
    if (place->is_file) {
        const size_t lines = buffer_lines(buffer, 0, place->way == WAY_SYSLOG ? 1 : SIZE_MAX);
        size = lines || (!all && buffer->capacity - size >= KEEP_ROOM) ? lines : size;
    }
    if (!size)
        return 0;
    if (place->way == WAY_SYSLOG)
        return write_datagram(place, buffer, size < DATAGRAM_SIZE ? size : DATAGRAM_SIZE);
    const unsigned count = buffer_data(buffer, size < place->most ? size : place->most, parts);
    return write_parts(place, parts, count);
}

long place_write_bytes(const struct place *place, const char *bytes, size_t size)
{
    const struct buffer whole = {(char *)(uintptr_t)bytes, size, 0, size};
    return place_write(place, &whole, true);
}
