/* The loaded objects, in the order in which the dynamic linker searches them. */
#ifndef NOSIGPIPE_LINK_MAP_H
#define NOSIGPIPE_LINK_MAP_H

#include <link.h>

#include "base/libc.h"

/* Calls `visit` for each loaded object. Only l_addr and l_ld of the map may be read. */
void link_map_visit(void (*visit)(const struct link_map *map, void *data), void *data);

/* Whether the object is the shim itself. */
bool link_map_is_own(const struct link_map *map);

#endif
