/* The symbol tables of a loaded object, and the functions that it defines by a name. */
#ifndef NOSIGPIPE_ELF_LOOKUP_H
#define NOSIGPIPE_ELF_LOOKUP_H

#include "link/link_map.h"

/* The tables that a symbol lookup needs (elf(5)), or NULL; `base` is the load bias. */
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

/* Takes over the address in one entry of the dynamic section, if it is that of such a table. */
void elf_object_add(struct elf_object *object, const ElfW(Dyn) * entry);

/* Reads the dynamic section of a loaded object. False if the object has no symbols. */
bool elf_object_read(const struct link_map *map, struct elf_object *object);

/* Whether the symbol is a function that its object defines. */
bool elf_is_function(const ElfW(Sym) * symbol);

/* Which version of a name to find. NEWEST: the one that new programs are linked with, or a
   hidden one if there is no other (sigvec). OLDEST: the first that there was. The value masks
   the entries of the version table (LSB, "Symbol Versioning"), of which the lowest result wins:
   the highest bit hides a version from new programs, and the others are its number, which glibc
   assigns by age. */
enum version { NEWEST = 0x8000, OLDEST = 0x7fff };

/* The symbol of a function, or NULL. */
const ElfW(Sym) *
    elf_lookup_symbol(const struct elf_object *object, const char *name, enum version version);

/* The address of a function, or NULL. Calls the resolver of an IFUNC. */
void *elf_lookup_function(const struct elf_object *object, const char *name,
                          enum version version);

#endif
