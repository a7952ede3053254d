/* The memory of a fuzzed process: the input's bytes at one address, and nothing else. */
#ifndef NOSIGPIPE_FUZZ_MEMORY_H
#define NOSIGPIPE_FUZZ_MEMORY_H

#include <errno.h>
#include <sys/uio.h>

#include "fuzz.h"

/* Low, so that short numbers point into it. */
enum { MEMORY_START = 0x10000, MOST_READS = 1 << 18 };

static struct {
    const uint8_t *bytes;
    size_t size;
    unsigned reads;
    bool refused; /* process_vm_readv(2), as in a sandbox */
    bool open;    /* /proc/self/mem */
} memory;

static inline void memory_begin(struct input input, bool refused)
{
    memory.bytes = input.at;
    memory.size = input.left;
    memory.reads = 0;
    memory.refused = refused;
    memory.open = false;
}

static inline long copy_memory(void *to, uintptr_t from, size_t size, long nothing)
{
    const uintptr_t at = from - MEMORY_START;
    CHECK(++memory.reads < MOST_READS); /* damage causes no endless loop */
    if (at >= memory.size)
        return nothing;
    const size_t there = memory.size - at < size ? memory.size - at : size;
    memcpy(to, memory.bytes + at, there);
    return (long)there;
}

/* The system calls of safe_read.c. */
static inline long memory_call(long number, long a, long b, long c, long d)
{
    const struct iovec *const to = (const struct iovec *)b;
    const struct iovec *const from = (const struct iovec *)d;
    switch (number) {
    case SYS_getpid:
        return 1;
    case SYS_process_vm_readv:
        CHECK(c == 1 && to->iov_len == from->iov_len);
        return memory.refused
                   ? -EPERM
                   : copy_memory(to->iov_base, (uintptr_t)from->iov_base, to->iov_len, -EFAULT);
    case SYS_openat:
        CHECK(strcmp((const char *)b, "/proc/self/mem") == 0 && !memory.open);
        memory.open = true;
        return 8;
    case SYS_pread64:
        CHECK(a == 8 && memory.open);
        return copy_memory((void *)b, (uintptr_t)d, (size_t)c, -EIO);
    case SYS_close:
        CHECK(a == 8 && memory.open);
        memory.open = false;
        return 0;
    default:
        refuse_call(number);
    }
}

#endif
