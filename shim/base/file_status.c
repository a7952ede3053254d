#include "base/file_status.h"

#include <linux/types.h>
/* Needs the types. */
#include <asm/stat.h>

#include "base/syscall.h"

long file_status(int fd, struct file_status *status)
{
    /* The kernel's own struct: libc's may be another, as with _TIME_BITS=64 on a 32-bit CPU. */
#if defined(SYS_fstat64)
    struct stat64 answer = {0};
    const long result = SYSCALL(SYS_fstat64, fd, &answer);
#else
    struct stat answer = {0};
    const long result = SYSCALL(SYS_fstat, fd, &answer);
#endif
    if (result == 0) {
        status->device = answer.st_dev;
        status->inode = answer.st_ino;
        status->size = (uint64_t)answer.st_size;
        status->mode = answer.st_mode;
        status->user = answer.st_uid;
        status->group = answer.st_gid;
    }
    return result;
}
