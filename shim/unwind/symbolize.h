/* The names that an object exports: its dynamic symbol table (System V ABI, "Symbol Table"). */
#ifndef NOSIGPIPE_SYMBOLIZE_H
#define NOSIGPIPE_SYMBOLIZE_H

#include "unwind/elf_image.h"

/* Writes the name of the function that holds the address, without a NUL, into `name`. Returns
   its length, or 0 where no exported function holds it or its name has no less than `room`
   bytes.
 */
size_t symbolize(const struct elf_image *image, uintptr_t address, char *name, size_t capacity);

#endif
