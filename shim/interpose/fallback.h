/*
 * What an interposer does while `next` lacks its call: it installs the guard, and then makes
 * the system call itself. This needs no relocation, lock or memory, so it works from an IFUNC
 * resolver too.
 */
#ifndef NOSIGPIPE_FALLBACK_H
#define NOSIGPIPE_FALLBACK_H

#include "base/syscall.h"
#include "signal/guard.h"

/* Where libc keeps errno. NULL in an app without libc. */
WEAK_IMPORT int *__errno_location(void);

/* Converts the result of a raw system call to libc's convention: returns it as it is, or -1
   with errno set (where there is one). */
long libc_result(long result);

/* FALLBACK_SYSCALL(number, up to six arguments): installs the guard and makes the system call;
   returns as libc_result() does. The functions are out of line and take up to five arguments in
   the registers that the interposer received them in, so an interposer that has a `next` saves
   and moves no register. */
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

/* A 64-bit offset as the two arguments that pwritev2(2) takes. A 64-bit kernel takes all of it
   from the first and shifts the second out (fs/read_write.c, pos_from_hilo). */
#define FALLBACK_OFFSET(offset) (long)(offset), (long)((uint64_t)(offset) >> 32)

#endif
