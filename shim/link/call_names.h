/* The names of the interposed calls, and which of the write family a program counter is in. */
#ifndef NOSIGPIPE_CALL_NAMES_H
#define NOSIGPIPE_CALL_NAMES_H

#include <string.h>

#include "base/libc.h"

/* All names, each with its NUL, in the order of struct next. An empty one is the last. */
extern const char call_names[];

static inline const char *following_name(const char *name)
{
    return name + strlen(name) + 1;
}

/* Remembers where libc itself has the calls of the write family, for call_name_at(). */
void call_names_remember(void);

/* Whether it has done so. */
bool call_names_are_remembered(void);

/* The name of the call whose code in libc contains the program counter that a signal has
   interrupted, or from which that code was called, else "syscall". */
const char *call_name_at(uintptr_t program_counter, uintptr_t stack);

/* The same name as a constant, if it is one of the calls, else "syscall". */
const char *call_name(const char *name);

#endif
