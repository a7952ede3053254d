/* A loaded ELF object, as its headers in memory tell of it (System V ABI, "Object Files"). */
#ifndef NOSIGPIPE_ELF_IMAGE_H
#define NOSIGPIPE_ELF_IMAGE_H

#include "unwind/proc_maps.h"

struct elf_image {
    uintptr_t start; /* its code */
    uintptr_t end;
    uintptr_t load_bias;    /* what the loader has added to the addresses in the file */
    uintptr_t eh_frame_hdr; /* .eh_frame_hdr, or 0 */
    uintptr_t dynamic;      /* the dynamic section, or 0 */
    struct map_name name;   /* empty where there is code at the address, but no object */
};

/* Finds what the code at an address is part of; false where no code is. `image` may hold the
   result of an earlier search, which is used again if it fits; before the first it is all zero.
 */
bool elf_image_find(uintptr_t address, struct elf_image *image);

#endif
