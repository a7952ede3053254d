#include "config/environment.h"

#include <stdbool.h>

/* Whatever folder it is in: $LIB and symbolic links make one object of several paths. */
static const char object_name[] = "libnosigpipe.so";

static bool is_separator(char c)
{
    return c == ':' || c == ' ';
}

/* Whether the path of `size` characters names this object. */
static bool is_object(const char *path, size_t size)
{
    const size_t name_size = sizeof(object_name) - 1;
    if (size < name_size || (size > name_size && path[size - name_size - 1] != '/'))
        return false;
    for (size_t i = 0; i < name_size; i++) {
        if (path[size - name_size + i] != object_name[i])
            return false;
    }
    return true;
}

/* Copies the list onto itself without this object; false if nothing is left. A path keeps the
   separator before it. */
static bool remove_object(char *list)
{
    char *to = list;
    const char *path = list;
    const char *end;
    do {
        size_t size = 0;
        while (path[size] && !is_separator(path[size]))
            size++;
        end = path + size;
        if (!is_object(path, size)) {
            if (to > list)
                *to++ = path[-1];
            while (path < end)
                *to++ = *path++;
        }
        path = end + 1;
    } while (*end);
    *to = '\0';
    return to > list;
}

void environment_release(char **environment)
{
    char **to = environment;
    for (char **from = environment; from && *from; from++) {
        const char *const value = after_prefix(*from, "LD_PRELOAD=");
        if (value && !remove_object(*from + (value - *from)))
            continue;
        *to++ = *from;
    }
    if (environment)
        *to = NULL;
}
