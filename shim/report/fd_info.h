/* What a descriptor is, and its peer. */
#ifndef NOSIGPIPE_FD_INFO_H
#define NOSIGPIPE_FD_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_SIZE = 112 }; /* a Unix socket's path has 108 bytes at most; unix(7) */

/* An address as text: host:port for IPv4, [host]:port for IPv6 ([host%interface]:port for a
   link-local one), a path for a Unix socket or a FIFO (with @ for the NUL of an abstract one).
   Empty if there is none. */
struct address {
    char bytes[ADDRESS_SIZE];
    size_t size;
};

struct fd_info {
    const char *kind; /* tcp, tcp6, unix, pipe, fifo, socket, other, unknown */
    struct address local;
    struct address peer; /* also of a peer that is gone */
    long peer_pid;       /* of a Unix socket's peer, or 0 */
    uint64_t inode;      /* 0: unknown */
};

/* Describes a descriptor, or -1. Does not change the app's state: SO_ERROR is not read, since
   that clears it. */
void fd_info_get(int fd, struct fd_info *info);

/* Whether a write to the descriptor can raise SIGPIPE: a pipe's write end, or a socket. */
bool fd_may_break(int fd);

/* Whether the EPIPE of a write to this descriptor came with a SIGPIPE. Devices fail with EPIPE
   as well, and SOCK_SEQPACKET (net/unix/af_unix.c, unix_dgram_sendmsg), without SIGPIPE.
   Another thread may have closed or replaced the descriptor since: one that is closed counts as
   one that signals. */
bool fd_epipe_signals(int fd);

/* An option of a socket (SOL_SOCKET), or -1 if the descriptor is no socket or has none such. */
int fd_socket_option(int fd, int option);

#endif
