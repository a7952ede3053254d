/* The mappings of this process: /proc/self/maps, proc(5). */
#ifndef NOSIGPIPE_PROC_MAPS_H
#define NOSIGPIPE_PROC_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAP_NAME_SIZE = 64 };

/* The last part of a file's path, or a name that the kernel gives, such as [vdso]; cut off if
   it is too long. */
struct map_name {
    char bytes[MAP_NAME_SIZE];
    size_t size;
};

struct proc_map {
    bool executable;
    uintptr_t file_start; /* where the start of the mapped file is mapped, or 0 */
    struct map_name name; /* of that file */
};

/* Finds the mapping that contains an address. Takes no lock and calls no libc, so it works
   while the dynamic linker is at work. */
bool proc_maps_find(uintptr_t address, struct proc_map *map);

#endif
