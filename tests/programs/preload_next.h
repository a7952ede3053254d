/* What a preloaded object passes a call on to. */
#ifndef PRELOAD_NEXT_H
#define PRELOAD_NEXT_H

#include <dlfcn.h>

typedef void any_function(void);

static any_function *next_of(const char *name)
{
    union {
        void *object;
        any_function *code;
    } found = {dlsym(RTLD_NEXT, name)};
    return found.code;
}

#endif
