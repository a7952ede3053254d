/*
 * namespace [OBJECT]: loads it beside a libc of its own, dlmopen(3), then makes broken calls.
 * Tells whether that libc was found: without one the object's fork() fails.
 */
#include "broken.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static void *load(const char *object)
{
    Lmid_t space = 0;
    void *const libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
    void *const loaded = libc && dlinfo(libc, RTLD_DI_LMID, &space) == 0
                             ? dlmopen(space, object, RTLD_NOW)
                             : NULL;
    if (!loaded)
        fprintf(stderr, "%s\n", dlerror());
    return loaded;
}

int main(int argc, char **argv)
{
    void *const object = argc > 1 ? load(argv[1]) : NULL;
    if (argc > 1 && !object)
        return 2;
    printf("write: %zd ", write(broken_pipe(), "x", 1));
    printf("%s\n", strerror(errno));
    if (object) {
        pid_t (*const call)(void) = (pid_t(*)(void))(uintptr_t)dlsym(object, "fork");
        int status = 0;
        const pid_t child = call();
        if (child == 0)
            _exit(3);
        printf("fork: %s\n",
               child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3
                   ? "made a child"
                   : "made none");
    }
    return 0;
}
