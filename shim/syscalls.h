/*
 * Raw system calls, for the moments in which libc may not be used: before it is found,
 * inside the guard, and where a libc function would touch errno or be a cancellation point.
 *
 * Each returns what the kernel returned: a result, or a negated errno value (-4095 to -1).
 */
#ifndef NOSIGPIPE_SYSCALLS_H
#define NOSIGPIPE_SYSCALLS_H

#include <sys/syscall.h>

#if defined(__x86_64__)

/* The six-argument form serves all: the kernel does not look at arguments a call lacks.
   Registers and what they lose: syscall(2), "Architecture calling conventions". */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#else
#error "nosigpipe has no raw system call for this architecture yet: add it here and in arch.h"
#endif

/* RAW(number, up to six arguments of any integer or pointer type) */
#define RAW(...) RAW_PAD(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define RAW_PAD(number, a, b, c, d, e, f, ...)                                                 \
    raw_syscall((long)(number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),         \
                (long)(f))

/* The size of the kernel's signal set in bytes, which rt_sigaction(2) and its relatives ask
 * for. */
enum { KERNEL_SIGSET_SIZE = 8 };

#endif
