#include "helper/helper.h"

#include <fcntl.h>

/* Debian's names of the library folders of each CPU (multiarch tuples). */
#if defined(__x86_64__)
#define TUPLE "x86_64-linux-gnu"
#elif defined(__i386__)
#define TUPLE "i386-linux-gnu"
#elif defined(__aarch64__)
#define TUPLE "aarch64-linux-gnu"
#elif defined(__powerpc64__)
#define TUPLE "powerpc64le-linux-gnu"
#elif defined(__s390x__)
#define TUPLE "s390x-linux-gnu"
#elif defined(__arm__)
#define TUPLE "arm-linux-gnueabihf"
#else
#define TUPLE "riscv64-linux-gnu"
#endif

#define LIBRARY "libnosigpipe.so"

/* Without a NUL. A path that the process cannot reach begins with "(unreachable)"; proc(5). */
static bool add_link(struct strbuf *path, const char *link)
{
    const long size = SYSCALL(SYS_readlinkat, AT_FDCWD, link, path->start, path->capacity);
    if (size <= 0 || *path->start != '/')
        return false;
    path->size = (size_t)size;
    return true;
}

/* Without /proc: the path that execve(2) was given, relative to the current folder. */
static void add_executed(struct strbuf *path, const char *executed)
{
    if (*executed != '/') {
        const long size = SYSCALL(SYS_getcwd, path->start, path->capacity);
        path->size = size > 0 ? (size_t)size - 1 : 0;
        strbuf_add(path, path->size == 1 ? "" : "/");
    }
    strbuf_add(path, executed);
}

/* The length of a path up to its last slash, that included. */
static size_t folder_size(const char *path, size_t size)
{
    while (size && path[size - 1] != '/')
        size--;
    return size;
}

static bool is_there(struct strbuf *library, const char *folder, size_t size, const char *below)
{
    library->size = 0;
    strbuf_add_bytes(library, folder, size);
    strbuf_add(library, below);
    strbuf_add(library, LIBRARY);
    strbuf_add_bytes(library, "", 1);
    return SYSCALL(SYS_faccessat, AT_FDCWD, library->start, R_OK) == 0;
}

bool find_library(const struct process *process, struct strbuf *self, struct strbuf *library)
{
    if (!add_link(self, "/proc/self/exe"))
        add_executed(self, process->executed ? process->executed : process->arguments[0]);
    strbuf_add_bytes(self, "", 1);
    const size_t beside = folder_size(self->start, self->size);
    const size_t above = beside ? folder_size(self->start, beside - 1) : 0;
    return is_there(library, self->start, beside, "") ||
           is_there(library, self->start, above, "lib/") ||
           is_there(library, self->start, above, "lib/" TUPLE "/") ||
           is_there(library, self->start, above, "lib64/");
}
