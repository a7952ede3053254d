#include "helper/helper.h"

#include <fcntl.h>

/* Debian's names of the folders for libraries of each CPU (multiarch tuples). */
#if defined(__x86_64__)
#define TUPLE "x86_64-linux-gnu"
#elif defined(__i386__)
#define TUPLE "i386-linux-gnu"
#elif defined(__aarch64__)
#define TUPLE "aarch64-linux-gnu"
#else
#define TUPLE "riscv64-linux-gnu"
#endif

#define OBJECT "libnosigpipe.so"

/* proc(5): a path that is out of reach has "(unreachable)" in front. */
static bool add_link(struct strbuf *path, const char *link)
{
    const long size = SYSCALL(SYS_readlinkat, AT_FDCWD, link, path->start, path->capacity);
    if (size <= 0 || *path->start != '/')
        return false;
    path->size = (size_t)size;
    return true;
}

/* Where there is no /proc: the path that this was started by, from the folder of that moment.
 */
static void add_executed(struct strbuf *path, const char *executed)
{
    if (*executed != '/') {
        const long size = SYSCALL(SYS_getcwd, path->start, path->capacity);
        path->size = size > 0 ? (size_t)size - 1 : 0;
        strbuf_add(path, path->size == 1 ? "" : "/");
    }
    strbuf_add(path, executed);
}

/* How much of a path is its folder, with the slash. */
static size_t folder_size(const char *path, size_t size)
{
    while (size && path[size - 1] != '/')
        size--;
    return size;
}

static bool is_there(struct strbuf *object, const char *folder, size_t size, const char *below)
{
    object->size = 0;
    strbuf_add_bytes(object, folder, size);
    strbuf_add(object, below);
    strbuf_add(object, OBJECT);
    strbuf_add_bytes(object, "", 1);
    return SYSCALL(SYS_faccessat, AT_FDCWD, object->start, R_OK) == 0;
}

bool object_find(const struct process *process, struct strbuf *self, struct strbuf *object)
{
    if (!add_link(self, "/proc/self/exe"))
        add_executed(self, process->executed ? process->executed : process->arguments[0]);
    strbuf_add_bytes(self, "", 1);
    const size_t beside = folder_size(self->start, self->size);
    const size_t above = beside ? folder_size(self->start, beside - 1) : 0;
    return is_there(object, self->start, beside, "") ||
           is_there(object, self->start, above, "lib/") ||
           is_there(object, self->start, above, "lib/" TUPLE "/") ||
           is_there(object, self->start, above, "lib64/");
}
