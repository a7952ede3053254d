/*
 * Raw system calls, for the moments in which libc may not be used: before it is found,
 * inside the guard, and where a libc function would touch errno or be a cancellation point.
 *
 * Each returns what the kernel returned: a result, or a negated errno value (-4095 to -1).
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
                             raw_syscall5, raw_syscall5, raw_syscall5, raw_syscall5, 0),       \
                __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define SYSCALL_NAME(number, a, b, c, d, e, f, name, ...) name
#define SYSCALL_PAD(name, number, a, b, c, d, e, f, ...)                                       \
    name((long)(number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* An offset of 64 bits as the one argument that a 64-bit CPU has for it, or as two. */
#if __SIZEOF_LONG__ == 8
#define OFFSET(offset) (long)(offset)
#else
#define OFFSET(offset) (long)(offset), (long)((uint64_t)(offset) >> 32)
#endif

/* The size of the kernel's signal set in bytes, which rt_sigaction(2) and its relatives ask
 * for. */
enum { KERNEL_SIGSET_SIZE = 8 };

#endif
