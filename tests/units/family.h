/* The write family for units: definitions that note their arguments, and a call of each. */
#ifndef NOSIGPIPE_UNITS_FAMILY_H
#define NOSIGPIPE_UNITS_FAMILY_H

#include <fcntl.h>

#include "../../shim/link/next.h"
#include "seen.h"

/* clang-format off */
DEFINITION(ssize_t, write, (int fd, const void *data, size_t size), fd, data, size, 0, 0, 0)
DEFINITION(ssize_t, __write, (int fd, const void *data, size_t size), fd, data, size, 0, 0, 0)
DEFINITION(ssize_t, writev, (int fd, const struct iovec *parts, int count), fd, parts, count, 0, 0, 0)
DEFINITION(ssize_t, pwritev2, (int fd, const struct iovec *parts, int count, off_t offset, int flags), fd, parts, count, offset, flags, 0)
DEFINITION(ssize_t, pwritev64v2, (int fd, const struct iovec *parts, int count, off64_t offset, int flags), fd, parts, count, offset, flags, 0)
DEFINITION(ssize_t, sendfile, (int fd, int in, off_t *offset, size_t size), fd, in, offset, size, 0, 0)
DEFINITION(ssize_t, sendfile64, (int fd, int in, off64_t *offset, size_t size), fd, in, offset, size, 0, 0)
DEFINITION(ssize_t, splice, (int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size, unsigned flags), in, in_offset, out, out_offset, size, flags)
DEFINITION(ssize_t, tee, (int in, int out, size_t size, unsigned flags), in, out, size, flags, 0, 0)
DEFINITION(ssize_t, vmsplice, (int fd, const struct iovec *parts, size_t count, unsigned flags), fd, parts, count, flags, 0, 0)
DEFINITION(ssize_t, send, (int fd, const void *data, size_t size, int flags), fd, data, size, flags, 0, 0)
DEFINITION(ssize_t, __send, (int fd, const void *data, size_t size, int flags), fd, data, size, flags, 0, 0)
DEFINITION(ssize_t, sendto, (int fd, const void *data, size_t size, int flags, socket_address to, socklen_t to_size), fd, data, size, flags, SOCKET_ADDRESS(to), to_size)
DEFINITION(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), fd, message, flags, 0, 0, 0)
DEFINITION(int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags), fd, messages, count, flags, 0, 0)
DEFINITION(int, __sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags), fd, messages, count, flags, 0, 0)

/* The arguments of a call differ from each other, and none is 0. */
static char bytes[8];
static const struct iovec parts[2] = {{bytes, 3}, {bytes, 4}};
static off64_t offsets[2];
static struct mmsghdr messages[2];
static const struct sockaddr address = {.sa_family = AF_UNIX};
static const socket_address to = {&address};
enum { FD = 3, SIZE = 5, OTHER_FD = 7, FLAGS = 0x21, OFFSET_LOW = 0x456789, OFFSET_HIGH = 0x12 };
static const off64_t offset_given = (off64_t)OFFSET_HIGH << 32 | OFFSET_LOW;

/* X(name, the arguments, those that the definition gets, the system call, its arguments). The
   last are those of the system call's page in section 2 of the manual. */
#define WRITES(X) \
    X(write, (FD, bytes, SIZE), SIX(FD, bytes, SIZE, 0, 0, 0), SYS_write, SIX(FD, bytes, SIZE, 0, 0, 0)) \
    X(__write, (FD, bytes, SIZE), SIX(FD, bytes, SIZE, 0, 0, 0), SYS_write, SIX(FD, bytes, SIZE, 0, 0, 0)) \
    X(writev, (FD, parts, 2), SIX(FD, parts, 2, 0, 0, 0), SYS_writev, SIX(FD, parts, 2, 0, 0, 0)) \
    X(pwritev2, (FD, parts, 2, (off_t)offset_given, 9), SIX(FD, parts, 2, offset_given, 9, 0), \
      SYS_pwritev2, SIX(FD, parts, 2, offset_given, (off_t)offset_given >> 32, 9)) \
    X(pwritev64v2, (FD, parts, 2, offset_given, 9), SIX(FD, parts, 2, offset_given, 9, 0), \
      SYS_pwritev2, SIX(FD, parts, 2, offset_given, OFFSET_HIGH, 9)) \
    X(sendfile, (FD, OTHER_FD, (off_t *)offsets, SIZE), SIX(FD, OTHER_FD, offsets, SIZE, 0, 0), \
      SYS_sendfile, SIX(FD, OTHER_FD, offsets, SIZE, 0, 0)) \
    X(sendfile64, (FD, OTHER_FD, offsets, SIZE), SIX(FD, OTHER_FD, offsets, SIZE, 0, 0), \
      SYS_sendfile, SIX(FD, OTHER_FD, offsets, SIZE, 0, 0)) \
    X(splice, (OTHER_FD, offsets, FD, &offsets[1], SIZE, 9), SIX(OTHER_FD, offsets, FD, &offsets[1], SIZE, 9), \
      SYS_splice, SIX(OTHER_FD, offsets, FD, &offsets[1], SIZE, 9)) \
    X(tee, (OTHER_FD, FD, SIZE, 9), SIX(OTHER_FD, FD, SIZE, 9, 0, 0), SYS_tee, SIX(OTHER_FD, FD, SIZE, 9, 0, 0)) \
    X(vmsplice, (FD, parts, 2, 9), SIX(FD, parts, 2, 9, 0, 0), SYS_vmsplice, SIX(FD, parts, 2, 9, 0, 0))

/* `flags` is passed, and the definition gets `given`. */
#define SENDS(X, flags, given) \
    X(send, (FD, bytes, SIZE, flags), SIX(FD, bytes, SIZE, given, 0, 0), SYS_sendto, SIX(FD, bytes, SIZE, flags, 0, 0)) \
    X(__send, (FD, bytes, SIZE, flags), SIX(FD, bytes, SIZE, given, 0, 0), SYS_sendto, SIX(FD, bytes, SIZE, flags, 0, 0)) \
    X(sendto, (FD, bytes, SIZE, flags, to, 9), SIX(FD, bytes, SIZE, given, &address, 9), \
      SYS_sendto, SIX(FD, bytes, SIZE, flags, &address, 9)) \
    X(sendmsg, (FD, &messages[0].msg_hdr, flags), SIX(FD, &messages[0].msg_hdr, given, 0, 0, 0), \
      SYS_sendmsg, SIX(FD, &messages[0].msg_hdr, flags, 0, 0, 0)) \
    X(sendmmsg, (FD, messages, 2, flags), SIX(FD, messages, 2, given, 0, 0), SYS_sendmmsg, SIX(FD, messages, 2, flags, 0, 0)) \
    X(__sendmmsg, (FD, messages, 2, flags), SIX(FD, messages, 2, given, 0, 0), SYS_sendmmsg, SIX(FD, messages, 2, flags, 0, 0))
/* clang-format on */

#endif
