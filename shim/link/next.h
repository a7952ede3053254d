/*
 * The next definition of each interposed call: what the app would call without the shim.
 *
 * It is NULL before next_find() has run, and if no library defines the call. Then the
 * interposer makes the system call itself. So a call that arrives early (from an IFUNC resolver
 * or from another preloaded object, an allocator for one) works, and needs no relocation to do
 * so.
 */
#ifndef NOSIGPIPE_NEXT_H
#define NOSIGPIPE_NEXT_H

#include "base/libc.h"

struct next {
#define CALL(result, name, parameters, arguments) result(*name) parameters;
#define OLD(name, older, newer)                   __typeof__(name) *old_##name;
#include "calls.def"
};

/* The interposers of older symbol versions, which libc does not declare. */
#define OLD(name, older, newer) EXPORT __typeof__(name) old_##name;
#include "calls.def"

extern struct next next;

/* The number of calls of the write family, which come first in struct next. */
enum {
    WRITE_FAMILY = 0
#define WRITE(...) +1
#include "writes.def"
};

/* The next definition of the call `name`, or NULL. Those of the write family are also in
   `next.name` from next_find() on, the others from their first NEXT() on. */
#define NEXT(name) ((__typeof__(next.name))next_look_up(offsetof(struct next, name)))

/* The member at `offset` of struct next, which is looked up the first time. Safe in a signal
   handler, and in several threads at once, since all find the same. */
uintptr_t next_look_up(size_t offset);

/* Looks up the write family, and prepares the lookup of all other calls. The result is that of
   dlsym(RTLD_NEXT): the first definition in the objects behind the shim, and for old_NAME the
   oldest one there. Only reads memory, and calls IFUNC resolvers. dlsym() itself is not called:
   it is in libdl before glibc 2.34, and for a missing name it allocates and leaves a dlerror(3)
   that the app would see. */
void next_find(void);

/* Functions of libc itself, even if the program defines the same names; NULL without libc.
   next_find() sets them. */
struct next_own {
    pthread_t (*pthread_self)(void);
    int (*pthread_getcpuclockid)(pthread_t thread, clockid_t *clock);
    /* libc, up to its dynamic section; 0 if libc comes before the shim, so that not all of its
       calls are interposed. */
    uintptr_t start;
    uintptr_t size;
};
extern struct next_own next_own;

#endif
