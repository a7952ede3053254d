#include "report/broken_fd.h"

#include "arch/arch.h"

#if !defined(SYSCALL_ARG1)

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/syscall.h"
#include "report/fd_info.h"

enum { MOST_DESCRIPTORS = 1024 };

/* The kernel's struct linux_dirent64; getdents(2). */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

/* POLLERR: the pipe has no reader; poll(2). */
static bool is_broken_pipe(int fd)
{
    struct pollfd polled = {.fd = fd};
    const struct timespec at_once = {0};
    return SYSCALL(SYS_ppoll, &polled, 1, &at_once, NULL, 0) == 1 && (polled.revents & POLLERR);
}

/* Sending 0 bytes sends nothing and does not clear a pending error (net/unix/af_unix.c,
   unix_stream_sendmsg). With TCP it would clear the error. */
static bool is_broken_unix(int fd)
{
    return SYSCALL(SYS_sendto, fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0) == -EPIPE;
}

/* In all states but these, this side is shut down (include/net/tcp_states.h). */
static bool is_broken_tcp(int fd)
{
    unsigned char info[4] = {0}; /* struct tcp_info begins with the state */
    socklen_t size = sizeof(info);
    if (SYSCALL(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, info, &size) != 0)
        return false;
    return info[0] != TCP_ESTABLISHED && info[0] != TCP_CLOSE_WAIT && info[0] != TCP_SYN_SENT &&
           info[0] != TCP_SYN_RECV && info[0] != TCP_LISTEN;
}

static bool is_broken(int fd)
{
    const int type = fd_socket_option(fd, SO_TYPE);
    if (type < 0)
        return fd_may_break(fd) && is_broken_pipe(fd);
    if (type != SOCK_STREAM)
        return false;
    return fd_socket_option(fd, SO_DOMAIN) == AF_UNIX ? is_broken_unix(fd) : is_broken_tcp(fd);
}

/* A decimal number, or -1 for other names ("." and ".."). */
static int number_of(const char *name)
{
    int number = *name ? 0 : -1;
    for (; *name; name++) {
        if (*name < '0' || *name > '9')
            return -1;
        number = number * 10 + (*name - '0');
    }
    return number;
}

struct search {
    int found;
    bool several; /* broken ones, or too many to check */
    unsigned left;
};

/* Checks the entries from `start` to `end`. False once there are several broken descriptors:
   which one broke cannot be known then. */
static bool check_entries(struct search *search, const char *start, const char *end)
{
    for (const struct entry *entry; start < end; start += entry->size) {
        entry = (const struct entry *)(const void *)start;
        const int fd = number_of(entry->name);
        if (search->left-- == 0)
            search->several = true;
        else if (is_broken(fd)) {
            search->several = search->found >= 0;
            search->found = fd;
        }
        if (search->several)
            return false;
    }
    return true;
}

int broken_fd_find(void)
{
    struct search search = {-1, false, MOST_DESCRIPTORS};
    char space[512] __attribute__((aligned(8)));
    long size;
    const int folder =
        (int)SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (folder < 0)
        return -1;
    do
        size = SYSCALL(SYS_getdents64, folder, space, sizeof(space));
    while (size > 0 && check_entries(&search, space, space + size));
    SYSCALL(SYS_close, folder);
    return search.several ? -1 : search.found;
}

#endif
