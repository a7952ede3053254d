/* The functions that a loaded object defines, found by name in its tables. */
#ifndef NOSIGPIPE_OBJECT_H
#define NOSIGPIPE_OBJECT_H

#include "loaded.h"

/* The tables of a loaded object that a symbol lookup needs; elf(5). */
struct object {
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Half) * versions;
    const uint32_t *gnu_hash;
    const uint32_t *sysv_hash;
};

/* False where the object has no symbols. */
bool object_read(const struct link_map *map, struct object *object);

/* The symbol of a function, or NULL. */
const ElfW(Sym) * object_symbol(const struct object *object, const char *name);

/* The function itself, or NULL. */
void *object_definition(const struct object *object, const char *name);

#endif
