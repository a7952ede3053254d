/*
 * An interposed call that arrives while `next` does not have it: the guard is put up first,
 * then the system call is made here. Nothing in here needs a relocation, a lock or memory, so
 * it works from an IFUNC resolver as well.
 */
#ifndef NOSIGPIPE_FALLBACK_H
#define NOSIGPIPE_FALLBACK_H

#include "base/syscall.h"
#include "signal/guard.h"

/* Turns a raw result into libc's way to answer: it, or -1 with errno set (where there is one).
 */
long libc_result(long result);

/* FALLBACK_SYSCALL(number, up to six arguments): the protected system call, answered as libc
   would. Out of line, with up to five arguments where the interposer got them, so that one that
   has a `next` keeps and moves nothing for it. */
#define FALLBACK_SYSCALL(...)                                                                  \
    FALLBACK_PICK(__VA_ARGS__, FALLBACK_SYSCALL6, FALLBACK_SYSCALL5, FALLBACK_SYSCALL5,        \
                  FALLBACK_SYSCALL5, FALLBACK_SYSCALL5, FALLBACK_SYSCALL5, FALLBACK_SYSCALL5)  \
    (__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define FALLBACK_PICK(number, a, b, c, d, e, f, pick, ...) pick
#define FALLBACK_SYSCALL5(number, a, b, c, d, e, ...)                                          \
    fallback_syscall5((long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(number))
#define FALLBACK_SYSCALL6(number, a, b, c, d, e, f, ...)                                       \
    fallback_syscall6((long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f),        \
                      (long)(number))
long fallback_syscall5(long a, long b, long c, long d, long e, long number);
long fallback_syscall6(long a, long b, long c, long d, long e, long f, long number);

/* An offset of 64 bits in the two halves that pwritev2(2) takes; on a 64-bit kernel the first
   holds all of it, and the second is shifted out (fs/read_write.c, pos_from_hilo). */
#define FALLBACK_OFFSET(offset) (long)(offset), (long)((uint64_t)(offset) >> 32)

#endif
