/* What replaces calls of the write family in `next` (writes.def). */
#ifndef NOSIGPIPE_NEXT_WRITES_H
#define NOSIGPIPE_NEXT_WRITES_H

#include "link/next.h"

/* The argument of that number from a list in parentheses; number 0 is 1. */
#define ARGUMENT(number, arguments)    EXPAND(ARGUMENT_##number, UNPACK arguments, 0)
#define EXPAND(macro, ...)             macro(__VA_ARGS__)
#define UNPACK(...)                    __VA_ARGS__
#define ARGUMENT_0(...)                1
#define ARGUMENT_1(a, ...)             a
#define ARGUMENT_2(a, b, ...)          b
#define ARGUMENT_3(a, b, c, ...)       c
#define ARGUMENT_4(a, b, c, d, ...)    d
#define ARGUMENT_5(a, b, c, d, e, ...) e

/* What `next` had before calls in it were replaced. */
extern struct next real;

/* Puts the function of that prefix in the place of a call that libc has. */
#define REPLACE_NEXT(prefix, name)                                                             \
    if (next.name)                                                                             \
        next.name = prefix##name;

#endif
