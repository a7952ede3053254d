#include "base/safe_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

#include "base/syscall.h"

/* By proc_pid_mem(5), which a process may always do for its own memory (kernel/ptrace.c,
   __ptrace_may_access). */
static bool read_file(void *to, uintptr_t from, size_t size)
{
    const int fd = (int)SYSCALL(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const long copied = SYSCALL(SYS_pread64, fd, to, size, OFFSET(from));
    SYSCALL(SYS_close, fd);
    return copied == (long)size;
}

/* By process_vm_readv(2), or else by the file: some sandboxes refuse the call (EPERM) and some
   CPU emulators lack it (ENOSYS). */
bool safe_read(void *to, uintptr_t from, size_t size)
{
    const struct iovec local = {to, size};
    const struct iovec remote = {(void *)from, size};
    const long copied =
        SYSCALL(SYS_process_vm_readv, SYSCALL(SYS_getpid), &local, 1, &remote, 1, 0);
    return copied == -ENOSYS || copied == -EPERM ? read_file(to, from, size)
                                                 : copied == (long)size;
}
