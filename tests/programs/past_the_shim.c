/*
 * past_the_shim WAY [OBJECT]: sets SIGPIPE's default by a signal(2) that is libc's own, past
 * every interposer, and makes a broken write. WAY: handle (looked up in libc alone), deepbind
 * or dlmopen (preload_default.so's, OBJECT, loaded so), or plain (this program's own).
 */
#include <dlfcn.h>
#include <errno.h>
#include <gnu/lib-names.h>
#include <signal.h>
#include <string.h>

#include "broken.h"

static void *loaded(const char *way, const char *object)
{
    if (strcmp(way, "handle") == 0)
        return dlopen(LIBC_SO, RTLD_LAZY);
    if (strcmp(way, "dlmopen") == 0)
        return dlmopen(LM_ID_NEWLM, object, RTLD_NOW);
    return dlopen(object, RTLD_NOW | (strcmp(way, "deepbind") == 0 ? RTLD_DEEPBIND : 0));
}

int main(int argc, char **argv)
{
    union {
        void *object;
        sighandler_t (*signal)(int, sighandler_t);
    } found;
    must(argc > 2, "usage");
    void *const handle = loaded(argv[1], argv[2]);
    must(handle != NULL, argv[2]);
    found.object = dlsym(handle, strcmp(argv[1], "handle") == 0 ? "signal" : "pass_to_signal");
    must(found.object != NULL, "dlsym");
    found.signal(SIGPIPE, SIG_DFL);
    const ssize_t result = write(broken_pipe(), "x", 1);
    printf("%zd %s\n", result, strerror(errno));
    return 0;
}
