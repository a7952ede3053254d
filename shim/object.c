#include "object.h"

#include <elf.h>

#include "text.h"

/* glibc writes absolute addresses over the offsets of most dynamic sections, musl never does.
 */
static const void *dynamic_address(uintptr_t base, ElfW(Addr) value)
{
    return (const void *)(value < base ? base + value : value);
}

bool object_read(const struct link_map *map, struct object *object)
{
    const ElfW(Dyn) *entry = map->l_ld;
    *object = (struct object){.base = map->l_addr};
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        const void *address = dynamic_address(object->base, entry->d_un.d_ptr);
        switch (entry->d_tag) {
        case DT_SYMTAB:
            object->symbols = address;
            break;
        case DT_STRTAB:
            object->strings = address;
            break;
        case DT_VERSYM:
            object->versions = address;
            break;
        case DT_GNU_HASH:
            object->gnu_hash = address;
            break;
        case DT_HASH:
            object->sysv_hash = address;
            break;
        default:
            break;
        }
    }
    return object->symbols && object->strings && (object->gnu_hash || object->sysv_hash);
}

enum match { NO_MATCH, HIDDEN_MATCH, DEFAULT_MATCH };

/* A hidden version is one that new programs do not link with: good where there is no other
   (sigvec). The bit is from the symbol versioning of the LSB, "Version Table". */
static enum match match_symbol(const struct object *object, uint32_t index, const char *name)
{
    const ElfW(Sym) *symbol = &object->symbols[index];
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    if (symbol->st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC))
        return NO_MATCH;
    if (!text_equal(object->strings + symbol->st_name, name))
        return NO_MATCH;
    return object->versions && (object->versions[index] & 0x8000) ? HIDDEN_MATCH
                                                                  : DEFAULT_MATCH;
}

/* Keeps the better one of two matches; true where there can be none better. */
static bool keep_match(enum match match, uint32_t index, uint32_t *found)
{
    if (match == DEFAULT_MATCH || (match == HIDDEN_MATCH && *found == 0))
        *found = index;
    return match == DEFAULT_MATCH;
}

/* The table's layout: "GNU Hash ELF Sections" (Oracle); the hash is Bernstein's, times 33. */
static uint32_t find_by_gnu_hash(const struct object *object, const char *name)
{
    enum { WORD_BITS = 8 * sizeof(ElfW(Addr)) };
    const uint32_t *table = object->gnu_hash;
    const uint32_t buckets = table[0];
    const uint32_t first = table[1];
    const uint32_t filter_words = table[2];
    const uint32_t shift = table[3];
    const ElfW(Addr) *filter = (const ElfW(Addr) *)&table[4];
    const uint32_t *bucket = (const uint32_t *)&filter[filter_words];
    const uint32_t *chain = &bucket[buckets];

    uint32_t hash = 5381;
    for (const char *c = name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;

    ElfW(Addr) word = filter[(hash / WORD_BITS) % filter_words];
    if (!((word >> (hash % WORD_BITS)) & (word >> ((hash >> shift) % WORD_BITS)) & 1))
        return 0;
    uint32_t found = 0;
    uint32_t index = buckets ? bucket[hash % buckets] : 0;
    if (index < first)
        return 0;
    for (;; index++) {
        const uint32_t entry = chain[index - first];
        if ((entry | 1) == (hash | 1) &&
            keep_match(match_symbol(object, index, name), index, &found))
            break;
        if (entry & 1)
            break;
    }
    return found;
}

/* System V ABI, "Hash Table". */
static uint32_t find_by_sysv_hash(const struct object *object, const char *name)
{
    const uint32_t *table = object->sysv_hash;
    const uint32_t buckets = table[0];
    const uint32_t *bucket = &table[2];
    const uint32_t *chain = &bucket[buckets];

    uint32_t hash = 0;
    for (const char *c = name; *c; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ ((hash & 0xf0000000u) >> 24)) & 0x0fffffffu;
    }
    uint32_t found = 0;
    for (uint32_t index = buckets ? bucket[hash % buckets] : 0; index; index = chain[index]) {
        if (keep_match(match_symbol(object, index, name), index, &found))
            break;
    }
    return found;
}

const ElfW(Sym) * object_symbol(const struct object *object, const char *name)
{
    const uint32_t index =
        object->gnu_hash ? find_by_gnu_hash(object, name) : find_by_sysv_hash(object, name);
    return index ? &object->symbols[index] : NULL;
}

void *object_definition(const struct object *object, const char *name)
{
    const ElfW(Sym) *symbol = object_symbol(object, name);
    if (!symbol)
        return NULL;
    const uintptr_t address = object->base + symbol->st_value;
    /* Some CPUs' resolvers are told what the CPU can do, or, as here, nothing of it (glibc,
       sysdeps/aarch64/sys/ifunc.h). */
    if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
        return ((void *(*)(unsigned long, void *))address)(0, NULL);
    return (void *)address;
}
