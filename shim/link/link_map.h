/* The objects that the dynamic linker has loaded, in the order in which it searches them. */
#ifndef NOSIGPIPE_LINK_MAP_H
#define NOSIGPIPE_LINK_MAP_H

#include <link.h>

#include "base/libc.h"

/* Calls `visit` for each. Of the map only l_addr and l_ld are to be read. */
void link_map_visit(void (*visit)(const struct link_map *map, void *data), void *data);

/* Whether it is this object. */
bool link_map_is_own(const struct link_map *map);

#endif
