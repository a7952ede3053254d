/* Replacing calls of the write family (writes.def) in `next`. */
#ifndef NOSIGPIPE_NEXT_WRITES_H
#define NOSIGPIPE_NEXT_WRITES_H

#include <string.h>

#include "link/next.h"

/* The argument of this number from a list in parentheses; for number 0 it is 1. */
#define ARGUMENT(number, arguments)    EXPAND(ARGUMENT_##number, UNPACK arguments, 0)
#define EXPAND(macro, ...)             macro(__VA_ARGS__)
#define UNPACK(...)                    __VA_ARGS__
#define ARGUMENT_0(...)                1
#define ARGUMENT_1(a, ...)             a
#define ARGUMENT_2(a, b, ...)          b
#define ARGUMENT_3(a, b, c, ...)       c
#define ARGUMENT_4(a, b, c, d, ...)    d
#define ARGUMENT_5(a, b, c, d, e, ...) e

/* Each file that replaces calls has one of these, `real`: what was in `next` before, which its
   replacements call. It is the beginning of struct next (calls.def). */
struct next_writes {
#define WRITE(result, name, parameters, ...) result(*name) parameters;
#include "writes.def"
};
#define WRITE(result, name, ...)                                                               \
    _Static_assert(offsetof(struct next_writes, name) == offsetof(struct next, name), #name);
#include "writes.def"

static inline void keep_next(struct next_writes *real)
{
    memcpy(real, &next, sizeof(*real));
}

/* Replaces a call, if libc has it, by the function whose name has this prefix. */
#define REPLACE_NEXT(prefix, name)                                                             \
    if (next.name)                                                                             \
        next.name = prefix##name;

#endif
