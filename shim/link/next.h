/*
 * The calls as the host would have had them without the shim.
 *
 * There is none before next_find() has run, and where no library defines the call: then the
 * interposer makes the system call itself. So a call that arrives early (from an IFUNC resolver
 * or an allocator that is itself preloaded) works, and needs no relocation to do so.
 */
#ifndef NOSIGPIPE_NEXT_H
#define NOSIGPIPE_NEXT_H

#include "base/libc.h"

struct next {
#define CALL(result, name, parameters, arguments) result(*name) parameters;
#define OLD(name, older, newer)                   __typeof__(name) *old_##name;
#include "calls.def"
};

/* The interposers of older versions, which libc does not declare. */
#define OLD(name, older, newer) EXPORT __typeof__(name) old_##name;
#include "calls.def"

extern struct next next;

/* The write family comes first in it. */
enum {
    WRITE_FAMILY = 0
#define WRITE(...) +1
#include "writes.def"
};

/* The call `name`, or NULL. For the write family it is `next.name` itself, as for all once they
   are known to be there. */
#define NEXT(name) ((__typeof__(next.name))next_look_up(offsetof(struct next, name)))

/* The member at `offset`, which is looked up if it is not there yet. Safe in a signal handler,
   and in several threads at a time, which find the same. */
uintptr_t next_look_up(size_t offset);

/* Prepares to find what dlsym(RTLD_NEXT) would answer for each interposed call: the first
   definition in the objects behind this one, for old_NAME the oldest there. Reads memory only.
   dlsym itself is not asked: it is in libdl before glibc 2.34, and for a name that is missing
   it allocates and leaves a dlerror(3) behind that the host would see. */
void next_find(void);

/* libc's own, whatever the program has by these names; NULL without one. Found by next_find().
 */
struct next_own {
    pthread_t (*pthread_self)(void);
    int (*pthread_getcpuclockid)(pthread_t thread, clockid_t *clock);
    /* The object that they are in, up to its data; 0 where it is before this one, so that not
       all of its calls are interposed. */
    uintptr_t start;
    uintptr_t size;
};
extern struct next_own next_own;

#endif
