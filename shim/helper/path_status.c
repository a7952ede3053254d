#include "helper/helper.h"

#include <fcntl.h>

long path_status(const char *path, int flags, struct file_status *status)
{
    const long fd = SYSCALL(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC | flags);
    if (fd < 0)
        return fd;
    const long result = file_status((int)fd, status);
    SYSCALL(SYS_close, fd);
    return result;
}
