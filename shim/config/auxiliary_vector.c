#include "config/auxiliary_vector.h"

#include <link.h>

#include "base/libc.h"

WEAK_IMPORT unsigned long getauxval(unsigned long type);

/* Needs no libc: the auxiliary vector follows the environment. More than one NULL may be
   between them, since the dynamic linker removes variables if AT_SECURE is set (glibc,
   elf/dl-environ.c). */
static unsigned long find_value(char **environment, unsigned long type, unsigned long missing)
{
    while (*environment)
        environment++;
    while (!*environment)
        environment++;
    const ElfW(auxv_t) *entry = (const void *)environment;
    while (entry->a_type != AT_NULL && entry->a_type != type)
        entry++;
    return entry->a_type == AT_NULL ? missing : entry->a_un.a_val;
}

unsigned long auxiliary_value(char **environment, bool at_start, unsigned long type,
                              unsigned long missing)
{
    if (at_start)
        return find_value(environment, type, missing);
    return getauxval ? getauxval(type) : missing;
}

bool is_secure_execution(char **environment, bool at_start)
{
    return auxiliary_value(environment, at_start, AT_SECURE, 1) != 0;
}
