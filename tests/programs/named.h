/* Functions that the headers hide, or whose libc may lack them, looked up by name. */
#ifndef NAMED_H
#define NAMED_H

#include <dlfcn.h>

typedef void named_function(void);

static inline named_function *named(const char *name)
{
    union {
        void *object;
        named_function *code;
    } found = {dlsym(RTLD_DEFAULT, name)};
    /* One that only old programs can link with (sigvec) has to be asked for by its version. */
    if (!found.object)
        found.object = dlvsym(RTLD_DEFAULT, name, "GLIBC_2.2.5");
    return found.code;
}

#define NAMED(name, type) ((__typeof__(type) *)named(name))

#endif
