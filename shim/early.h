/*
 * An interposed call that arrives while `next` does not have it: the guard is put up first,
 * then the system call is made here. Nothing in here needs a relocation, a lock or memory, so
 * it works from an IFUNC resolver as well.
 */
#ifndef NOSIGPIPE_EARLY_H
#define NOSIGPIPE_EARLY_H

#include "guard.h"
#include "syscalls.h"

/* Turns a raw result into libc's way to answer: it, or -1 with errno set (where there is one).
 */
long early_result(long result);

/* EARLY(number, arguments...): the protected system call, answered as libc would. */
#define EARLY(...) (guard_install(), early_result(RAW(__VA_ARGS__)))

/* An offset of 64 bits in the two halves that pwritev2(2) takes; on a 64-bit kernel the first
   holds all of it, and the second is shifted out (fs/read_write.c, pos_from_hilo). */
#define EARLY_OFFSET(offset) (long)(offset), (long)((uint64_t)(offset) >> 32)

#endif
