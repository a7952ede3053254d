/*
 * Raw system calls, for when the shim must not call libc: before it is found, in the guard, and
 * where a libc function would change errno or be a cancellation point. Each returns the
 * kernel's result, or a negated errno value (-4095 to -1).
 */
#ifndef NOSIGPIPE_SYSCALL_H
#define NOSIGPIPE_SYSCALL_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "arch/arch.h"

/* SYSCALL(number, up to six arguments of any integer or pointer type) */
#define SYSCALL(...)                                                                           \
    SYSCALL_PAD(SYSCALL_NAME(__VA_ARGS__, raw_syscall, raw_syscall5, raw_syscall5,             \
                             raw_syscall3, raw_syscall3, raw_syscall3, raw_syscall3, 0),       \
                __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define SYSCALL_NAME(number, a, b, c, d, e, f, name, ...) name
#define SYSCALL_PAD(name, number, a, b, c, d, e, f, ...)                                       \
    name((long)(number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* A 64-bit offset as the second or fourth argument: as one on a 64-bit CPU, or as two on a
   32-bit one, the first of which must be in an even register on ARM (syscall(2)). */
#if __SIZEOF_LONG__ == 8
#define OFFSET(offset) (long)(offset)
#elif defined(__arm__)
#define OFFSET(offset) 0, (long)(offset), (long)((uint64_t)(offset) >> 32)
#else
#define OFFSET(offset) (long)(offset), (long)((uint64_t)(offset) >> 32)
#endif

/* The size of the kernel's signal set in bytes, an argument of rt_sigaction(2) and the like. */
enum { KERNEL_SIGSET_SIZE = 8 };

#endif
