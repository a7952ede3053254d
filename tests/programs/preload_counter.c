/* Another preloaded object that interposes the write family: counts each call by its name and
   passes it on. */
#include <string.h>

#include "../../shim/base/libc.h"
#include "preload_next.h"

static const char *const names[] = {
#define WRITE(result, name, ...) #name,
#include "../../shim/writes.def"
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

#define WRITE(result, name, parameters, arguments, ...)                                        \
    PASS_ON(result, name, parameters, arguments)
#include "../../shim/writes.def"
