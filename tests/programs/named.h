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
    /* One that only old programs can link with (sigvec) has to be asked for by its version, the
       first that the CPU's glibc had. */
    static const char *const versions[] = {"GLIBC_2.2.5", "GLIBC_2.0", "GLIBC_2.17"};
    for (int i = 0; i < 3 && !found.object; i++)
        found.object = dlvsym(RTLD_DEFAULT, name, versions[i]);
    return found.code;
}

#define NAMED(name, type) ((__typeof__(type) *)named(name))

#endif
