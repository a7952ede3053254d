/* A loaded ELF object, read from its headers in memory (System V ABI, "Object Files"). */
#ifndef NOSIGPIPE_ELF_IMAGE_H
#define NOSIGPIPE_ELF_IMAGE_H

#include "arch/arch.h"
#include "unwind/exidx.h"
#include "unwind/proc_maps.h"

struct elf_image {
    uintptr_t start; /* of the executable segments */
    uintptr_t end;
    uintptr_t load_bias;    /* the difference of addresses in memory and in the file */
    uintptr_t eh_frame_hdr; /* the address of .eh_frame_hdr, or 0 */
    uintptr_t dynamic;      /* the address of the dynamic section, or 0 */
#if defined(HAS_EXIDX)
    struct exidx_table exidx;
#endif
    struct map_name name;
};

/* Finds the object whose code is at an address. False if the address is not executable. If it
   is, but in no object, `image` is all zero afterwards. Before, `image` is all zero or the
   result of an earlier search, which is kept if it fits. */
bool elf_image_find(uintptr_t address, struct elf_image *image);

#endif
