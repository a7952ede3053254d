/* The functions that a loaded object defines, found by name in its tables. */
#ifndef NOSIGPIPE_ELF_LOOKUP_H
#define NOSIGPIPE_ELF_LOOKUP_H

#include "link/link_map.h"

/* The tables of a loaded object that a symbol lookup needs; elf(5). */
struct elf_object {
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Half) * versions;
    const struct gnu_hash_header *gnu_hash;
    const uint32_t *sysv_hash;
};

/* What a GNU hash table begins with ("GNU Hash ELF Sections", Oracle). The words of the Bloom
   filter, the buckets and the chains follow. */
struct gnu_hash_header {
    uint32_t buckets, first_symbol, filter_words, filter_shift;
};

/* Keeps the address that one entry of a dynamic section gives, where it is one of the tables.
   `object->base` is the load bias. */
void elf_object_add(struct elf_object *object, const ElfW(Dyn) * entry);

/* False where the object has no symbols. */
bool elf_object_read(const struct link_map *map, struct elf_object *object);

/* Whether the symbol is a function that its object defines. */
bool elf_is_function(const ElfW(Sym) * symbol);

/* Which one of several versions of a name: what new programs are linked with, or, where there
   is none such (sigvec), one that only old ones have; or the first that there was. In terms of
   the version table (LSB, "Symbol Versioning"): the bits of an entry by which the lowest one is
   it. The highest bit says that a version is hidden from new programs, the others count the
   versions, which glibc numbers by their age. */
enum version { NEWEST = 0x8000, OLDEST = 0x7fff };

/* The symbol of a function, or NULL. */
const ElfW(Sym) *
    elf_lookup_symbol(const struct elf_object *object, const char *name, enum version version);

/* The function itself, or NULL. */
void *elf_lookup_function(const struct elf_object *object, const char *name,
                          enum version version);

#endif
