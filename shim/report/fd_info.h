/* What a descriptor is, and who was at the other end. */
#ifndef NOSIGPIPE_FD_INFO_H
#define NOSIGPIPE_FD_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_SIZE = 112 }; /* a Unix socket's path has 108 bytes at most; unix(7) */

/* An address as bytes: host:port for the internet, [host]:port for IPv6 ([host%interface]:port
   where it is one of a link), a path (with @ for the NUL of an abstract one) for a Unix socket
   or a FIFO. Empty where there is none. */
struct address {
    char bytes[ADDRESS_SIZE];
    size_t size;
};

struct fd_info {
    const char *kind; /* tcp, tcp6, unix, pipe, fifo, socket, other, unknown */
    struct address local;
    struct address peer; /* of the peer that is gone, too */
    long peer_pid;       /* of a Unix socket's peer, or 0 */
    uint64_t inode;      /* 0 where it is not known */
};

/* Describes a descriptor, -1 included. The host's state is left as it is: SO_ERROR is not read,
   since that clears it. */
void fd_info_get(int fd, struct fd_info *info);

/* Whether a write to the descriptor can raise SIGPIPE: a pipe's write end, or a socket. */
bool fd_may_break(int fd);

/* An option of a socket (SOL_SOCKET), or -1 where there is none or it is no socket. */
int fd_socket_option(int fd, int option);

#endif
