/* Replacing calls of the write family (writes.def) in `next`. */
#ifndef NOSIGPIPE_NEXT_WRITES_H
#define NOSIGPIPE_NEXT_WRITES_H

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

/* `next` as it was before its calls were replaced: what the replacements call. */
extern struct next real;

/* Replaces a call, if libc has it, by the function whose name has this prefix. */
#define REPLACE_NEXT(prefix, name)                                                             \
    if (next.name)                                                                             \
        next.name = prefix##name;

#endif
