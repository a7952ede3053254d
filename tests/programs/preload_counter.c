/* Another preloaded object that interposes the write family: counts each call by its name and
   passes it on. */
#include <string.h>

#include "../../shim/base/libc.h"
#include "preload_next.h"

/* What to do with the families of the table: all are of interest but one. */
#define OF_WRITE(...)    __VA_ARGS__
#define OF_VECTOR(...)   __VA_ARGS__
#define OF_COPY(...)     __VA_ARGS__
#define OF_SPLICE(...)   __VA_ARGS__
#define OF_TEE(...)      __VA_ARGS__
#define OF_SEND(...)     __VA_ARGS__
#define OF_MESSAGE(...)  __VA_ARGS__
#define OF_MESSAGES(...) __VA_ARGS__
#define OF_OTHER(...)

static const char *const names[] = {
#define CALL(result, name, parameters, arguments, family) OF_##family(#name, )
#include "../../shim/calls.def"
#undef CALL
};
enum { NAMES = sizeof(names) / sizeof(names[0]) };
static int counts[NAMES];

/* How often the call of that name was seen, or -1. */
int counted(const char *name);

int counted(const char *name)
{
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(names[i], name) == 0)
            return counts[i];
    }
    return -1;
}

static void note_call(const char *name)
{
    for (int i = 0; i < NAMES; i++)
        counts[i] += strcmp(names[i], name) == 0;
}

#define PASS_ON(result, name, parameters, arguments)                                           \
    result name parameters;                                                                    \
    result name parameters                                                                     \
    {                                                                                          \
        note_call(#name);                                                                      \
        return ((result(*) parameters)next_of(#name))arguments;                                \
    }

#define CALL(result, name, parameters, arguments, family)                                      \
    OF_##family(PASS_ON(result, name, parameters, arguments))
#include "../../shim/calls.def"
#undef CALL
