/* Reads the app's memory, which may not be mapped, without a fault. */
#ifndef NOSIGPIPE_SAFE_READ_H
#define NOSIGPIPE_SAFE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies `size` bytes from an address of this process; false if the kernel cannot read all of
   them, where the shim would get SIGSEGV or SIGBUS. */
bool safe_read(void *to, uintptr_t from, size_t size);

#endif
