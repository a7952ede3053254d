#include "link/elf_lookup.h"

#include <elf.h>
#include <string.h>

/* glibc adds the load bias to the addresses in most dynamic sections; musl, and the kernel in
   the vDSO, never do. No address in a file is as high as a load bias. */
void elf_object_add(struct elf_object *object, const ElfW(Dyn) * entry)
{
    const uintptr_t value = entry->d_un.d_ptr;
    const void *address = (const void *)(value < object->base ? object->base + value : value);
    if (entry->d_tag == DT_SYMTAB)
        object->symbols = address;
    else if (entry->d_tag == DT_STRTAB)
        object->strings = address;
    else if (entry->d_tag == DT_VERSYM)
        object->versions = address;
    else if (entry->d_tag == DT_GNU_HASH)
        object->gnu_hash = address;
    else if (entry->d_tag == DT_HASH)
        object->sysv_hash = address;
}

bool elf_object_read(const struct link_map *map, struct elf_object *object)
{
    const ElfW(Dyn) *entry = map->l_ld;
    *object = (struct elf_object){.base = map->l_addr};
    for (; entry && entry->d_tag != DT_NULL; entry++)
        elf_object_add(object, entry);
    return object->symbols && object->strings && (object->gnu_hash || object->sysv_hash);
}

bool elf_is_function(const ElfW(Sym) * symbol)
{
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_GNU_IFUNC);
}

/* What is looked for, and the index of the best symbol so far; symbol 0 is none. */
struct search {
    const struct elf_object *object;
    const char *name;
    enum version version;
    uint32_t found;
};

static bool matches(const struct search *search, uint32_t index)
{
    const ElfW(Sym) *symbol = &search->object->symbols[index];
    return elf_is_function(symbol) &&
           strcmp(search->object->strings + symbol->st_name, search->name) == 0;
}

static unsigned rank(const struct search *search, uint32_t index)
{
    const ElfW(Half) *versions = search->object->versions;
    return versions ? versions[index] & search->version : 0;
}

/* Keeps the symbol if it matches and is better than the one found so far. */
static void keep(struct search *search, uint32_t index)
{
    if (matches(search, index) &&
        (!search->found || rank(search, index) < rank(search, search->found)))
        search->found = index;
}

/* "GNU Hash ELF Sections" (Oracle). The hash is Bernstein's, times 33. */
static void find_by_gnu_hash(struct search *search)
{
    enum { WORD_BITS = 8 * sizeof(ElfW(Addr)) };
    const struct gnu_hash_header header = *search->object->gnu_hash;
    const ElfW(Addr) *filter = (const void *)(search->object->gnu_hash + 1);
    const uint32_t *bucket = (const void *)(filter + header.filter_words);
    const uint32_t *chain = bucket + header.buckets;

    uint32_t hash = 5381;
    for (const char *c = search->name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;

    const ElfW(Addr) word = filter[(hash / WORD_BITS) % header.filter_words];
    const ElfW(Addr) second = word >> ((hash >> header.filter_shift) % WORD_BITS);
    if (!((word >> (hash % WORD_BITS)) & second & 1))
        return;
    uint32_t index = header.buckets ? bucket[hash % header.buckets] : 0;
    if (index < header.first_symbol)
        return;
    for (;; index++) {
        const uint32_t entry = chain[index - header.first_symbol];
        if ((entry | 1) == (hash | 1))
            keep(search, index);
        if (entry & 1)
            return;
    }
}

/* System V ABI, "Hash Table". */
static void find_by_sysv_hash(struct search *search)
{
    const uint32_t *table = search->object->sysv_hash;
    const uint32_t buckets = table[0];
    const uint32_t *bucket = &table[2];
    const uint32_t *chain = &bucket[buckets];

    uint32_t hash = 0;
    for (const char *c = search->name; *c; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ ((hash & 0xf0000000u) >> 24)) & 0x0fffffffu;
    }
    for (uint32_t index = buckets ? bucket[hash % buckets] : 0; index; index = chain[index])
        keep(search, index);
}

const ElfW(Sym) *
    elf_lookup_symbol(const struct elf_object *object, const char *name, enum version version)
{
    struct search search = {.object = object, .name = name, .version = version};
    if (object->gnu_hash)
        find_by_gnu_hash(&search);
    else
        find_by_sysv_hash(&search);
    return search.found ? &object->symbols[search.found] : NULL;
}

void *elf_lookup_function(const struct elf_object *object, const char *name,
                          enum version version)
{
    const ElfW(Sym) *symbol = elf_lookup_symbol(object, name, version);
    if (!symbol)
        return NULL;
    const uintptr_t address = object->base + symbol->st_value;
    /* The resolvers of some CPUs take the CPU's features, of which 0 names none (glibc,
       sysdeps/aarch64/sys/ifunc.h). */
    if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
        return ((void *(*)(unsigned long, void *))address)(0, NULL);
    return (void *)address;
}
