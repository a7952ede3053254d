/* The variables of an environment, environ(7): found, and without the shim. */
#ifndef NOSIGPIPE_ENVIRONMENT_H
#define NOSIGPIPE_ENVIRONMENT_H

#include <stddef.h>

/* The part of `string` after `prefix`, or NULL if it does not begin with `prefix`. Given an
   entry and "NAME=", it is the value of that variable. */
static inline const char *after_prefix(const char *string, const char *prefix)
{
    for (; *prefix; string++, prefix++) {
        if (*string != *prefix)
            return NULL;
    }
    return string;
}

/* The value of the first entry that begins with `name`, which is "NAME=", or NULL. */
static inline const char *environment_value(char **environment, const char *name)
{
    const char *value = NULL;
    for (; *environment && !value; environment++)
        value = after_prefix(*environment, name);
    return value;
}

/* children=release: removes the shim from LD_PRELOAD in an environment, in place, and the whole
   variable if nothing else is preloaded. All other entries stay, in their order. */
void environment_release(char **environment);

#endif
