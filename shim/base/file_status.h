/* What fstat(2) tells of a file. statx(2) tells it too, but only since Linux 4.11, and seccomp
   filters know it less. */
#ifndef NOSIGPIPE_FILE_STATUS_H
#define NOSIGPIPE_FILE_STATUS_H

#include <stdint.h>

struct file_status {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
};

/* Returns 0, or a negated errno value and leaves `status` as it was. */
long file_status(int fd, struct file_status *status);

#endif
