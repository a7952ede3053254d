/* The auxiliary vector: what the kernel tells a program at its start, getauxval(3). */
#ifndef NOSIGPIPE_AUXILIARY_VECTOR_H
#define NOSIGPIPE_AUXILIARY_VECTOR_H

#include <stdbool.h>

/* The value of the first entry of a type (AT_SECURE, say), or `missing` if there is none.
   `at_start`: the environment is where the kernel has put it, with the vector behind. Otherwise
   libc is asked. */
unsigned long auxiliary_value(char **environment, bool at_start, unsigned long type,
                              unsigned long missing);

/* Whether the app has more privileges than its caller, or may have (AT_SECURE). */
bool is_secure_execution(char **environment, bool at_start);

#endif
