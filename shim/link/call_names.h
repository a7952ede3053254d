/* The names of the interposed calls, and which of the write family a program counter is in. */
#ifndef NOSIGPIPE_CALL_NAMES_H
#define NOSIGPIPE_CALL_NAMES_H

#include <string.h>

#include "base/libc.h"

/* All names in the order of struct next, each with its NUL. An empty name ends them. */
extern const char call_names[];

static inline const char *following_name(const char *name)
{
    return name + strlen(name) + 1;
}

/* Looks up where libc has the code of the write family, for call_name_at(). */
void call_names_remember(void);

/* Whether call_names_remember() has found libc. */
bool call_names_are_remembered(void);

/* The name of the call of the write family whose code in libc a signal has interrupted, else
   "syscall". `stack` is the interrupted stack pointer: libc's code may have been called by that
   of the write family. */
const char *call_name_at(uintptr_t program_counter, uintptr_t stack);

/* The entry of call_names that equals `name`, else "syscall". */
const char *call_name(const char *name);

#endif
