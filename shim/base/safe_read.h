/* Memory of the host's that may not be there, read without a fault. */
#ifndef NOSIGPIPE_SAFE_READ_H
#define NOSIGPIPE_SAFE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies `size` bytes from an address of this process, all of them or it returns false. The
   kernel tells where another way to look would raise SIGSEGV or SIGBUS. */
bool safe_read(void *to, uintptr_t from, size_t size);

#endif
