/*
 * glibc keeps a list of the objects for debuggers, which only has to be read.
 * dl_iterate_phdr(3) gives the same, but a program may define its own (ThreadSanitizer's do),
 * and no code of the program is ready when the constructor runs. So it is called only if there
 * is no such list (musl), or the shim is not in the list.
 */
#include "link/link_map.h"

WEAK_IMPORT struct r_debug _r_debug;
WEAK_IMPORT int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *),
                                void *data);

bool link_map_is_own(const struct link_map *map)
{
    return map->l_ld == _DYNAMIC;
}

/* The debuggers' list, or NULL if the shim is not in it: dlmopen(3) begins a list of its own.
 */
static const struct link_map *own_list(void)
{
    const struct link_map *const first = &_r_debug ? _r_debug.r_map : NULL;
    const struct link_map *map = first;
    while (map && !link_map_is_own(map))
        map = map->l_next;
    return map ? first : NULL;
}

struct visitor {
    void (*visit)(const struct link_map *map, void *data);
    void *data;
};

static int visit_one(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    const struct visitor *const visitor = data;
    struct link_map map = {.l_addr = info->dlpi_addr};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            map.l_ld = (ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    }
    visitor->visit(&map, visitor->data);
    return 0;
}

void link_map_visit(void (*visit)(const struct link_map *map, void *data), void *data)
{
    const struct link_map *map = own_list();
    if (!map && dl_iterate_phdr)
        dl_iterate_phdr(visit_one, &(struct visitor){visit, data});
    for (; map; map = map->l_next)
        visit(map, data);
}
