/* What the kernel knows of this process's memory: /proc/self/maps, proc(5). */
#ifndef NOSIGPIPE_PROC_MAPS_H
#define NOSIGPIPE_PROC_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAP_NAME_SIZE = 64 };

/* The last part of a file's path, or a name of the kernel's own such as [vdso]. Cut off where
   it is too long. */
struct map_name {
    char bytes[MAP_NAME_SIZE];
    size_t size;
};

struct proc_map {
    bool executable;
    uintptr_t file_start; /* where the start of the file is mapped that this is part of; or 0 */
    struct map_name name; /* of that file */
};

/* Finds the mapping that holds an address. No lock is taken and no libc is asked, so the
   dynamic linker may be in the middle of anything. */
bool proc_maps_find(uintptr_t address, struct proc_map *map);

#endif
