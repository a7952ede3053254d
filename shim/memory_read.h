/* Memory of the host's that may not be there, read without a fault. */
#ifndef NOSIGPIPE_MEMORY_READ_H
#define NOSIGPIPE_MEMORY_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "syscalls.h"

/* Copies `size` bytes from an address of this process, all of them or it returns false. The
   kernel answers EFAULT where another way to look would raise SIGSEGV or SIGBUS;
   process_vm_readv(2). */
static inline bool memory_read(void *to, uintptr_t from, size_t size)
{
    const struct iovec local = {to, size};
    const struct iovec remote = {(void *)from, size};
    return RAW(SYS_process_vm_readv, RAW(SYS_getpid), &local, 1, &remote, 1, 0) == (long)size;
}

#endif
