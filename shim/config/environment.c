#include "config/environment.h"

#include <stdbool.h>

/* The folder is not compared: $LIB and symbolic links give one file several paths. */
static const char library_name[] = "libnosigpipe.so";

static bool is_separator(char c)
{
    return c == ':' || c == ' ';
}

/* Whether the last part of the path, which has `size` bytes, is the shim's file name. */
static bool is_library(const char *path, size_t size)
{
    const size_t name_size = sizeof(library_name) - 1;
    if (size < name_size || (size > name_size && path[size - name_size - 1] != '/'))
        return false;
    for (size_t i = 0; i < name_size; i++) {
        if (path[size - name_size + i] != library_name[i])
            return false;
    }
    return true;
}

/* Removes the shim from the list in place; false if nothing is left. Each other path keeps the
   separator before it. */
static bool remove_library(char *list)
{
    char *to = list;
    const char *path = list;
    const char *end;
    do {
        size_t size = 0;
        while (path[size] && !is_separator(path[size]))
            size++;
        end = path + size;
        if (!is_library(path, size)) {
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
        if (value && !remove_library(*from + (value - *from)))
            continue;
        *to++ = *from;
    }
    if (environment)
        *to = NULL;
}
