/* Definitions for units that note their arguments. */
#ifndef NOSIGPIPE_UNITS_SEEN_H
#define NOSIGPIPE_UNITS_SEEN_H

#include <errno.h>
#include <string.h>

#include "../../shim/base/libc.h"
#include "../fuzz/check.h"

/* The last call: of a definition by its name, or of the kernel ("") by its number. Not static:
   libc's headers declare functions as "leaf", so gcc assumes that they change no static
   variable. */
struct {
    const char *name;
    long number;
    long arguments[6];
    unsigned calls;
    void (*meanwhile)(void); /* what happens during a call of a definition, or NULL */
} seen;

/* The result of the next calls, and errno if it is -1. */
static long next_answer;
static int next_error;

static inline void note(const char *name, long number, const long arguments[6])
{
    seen.name = name;
    seen.number = number;
    memcpy(seen.arguments, arguments, sizeof(seen.arguments));
    seen.calls++;
}

#define SIX(a, b, c, d, e, f)                                                                  \
    ((const long[]){(long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)})

/* Whether this call, and no other, was made since the last check. */
static inline bool was_called(const char *name, long number, const long arguments[6])
{
    const bool once = seen.calls == 1;
    seen.calls = 0;
    return once && strcmp(seen.name, name) == 0 && seen.number == number &&
           memcmp(seen.arguments, arguments, sizeof(seen.arguments)) == 0;
}

#define DEFINITION(result, name, parameters, ...)                                              \
    static result next_##name parameters                                                       \
    {                                                                                          \
        note(#name, 0, SIX(__VA_ARGS__));                                                      \
        if (seen.meanwhile)                                                                    \
            seen.meanwhile();                                                                  \
        if (next_answer == -1)                                                                 \
            errno = next_error;                                                                \
        return (result)next_answer;                                                            \
    }

#endif
