/* The names of functions in an object's dynamic symbol table (System V ABI, "Symbol Table"). */
#ifndef NOSIGPIPE_SYMBOLIZE_H
#define NOSIGPIPE_SYMBOLIZE_H

#include "unwind/elf_image.h"

/* Writes the name of the function that contains the address into `name`, without a NUL. Returns
   its length, or 0 if no exported function does or the name has `capacity` bytes or more. */
size_t symbolize(const struct elf_image *image, uintptr_t address, char *name, size_t capacity);

#endif
