#include "unwind/symbolize.h"

#include "base/safe_read.h"
#include "link/elf_lookup.h"

enum { MOST_ENTRIES = 256, MOST_SYMBOLS = 1 << 20, SYMBOLS_AT_ONCE = 16 };

static void read_dynamic(const struct elf_image *image, struct elf_object *object)
{
    ElfW(Dyn) entry = {.d_tag = DT_NULL};
    for (unsigned i = 0; image->dynamic && i < MOST_ENTRIES; i++) {
        if (!safe_read(&entry, image->dynamic + i * sizeof(entry), sizeof(entry)) ||
            entry.d_tag == DT_NULL)
            break;
        elf_object_add(object, &entry);
    }
}

/* The number of symbols, which only the hash tables give. The GNU one has no count, but the
   chain of the highest bucket ends with the last symbol ("GNU Hash ELF Sections", Oracle). */
static uint32_t count_by_gnu_hash(uintptr_t table)
{
    struct gnu_hash_header header = {0};
    uint32_t last = 0;
    safe_read(&header, table, sizeof(header));
    if (header.buckets > MOST_SYMBOLS)
        return 0;
    const uintptr_t buckets = table + sizeof(header) + header.filter_words * sizeof(ElfW(Addr));
    const uintptr_t chains = buckets + header.buckets * sizeof(uint32_t);
    uint32_t some[SYMBOLS_AT_ONCE];
    for (uint32_t i = 0; i < header.buckets; i += SYMBOLS_AT_ONCE) {
        const uint32_t left = header.buckets - i;
        const uint32_t count = left < SYMBOLS_AT_ONCE ? left : SYMBOLS_AT_ONCE;
        if (!safe_read(some, buckets + i * sizeof(uint32_t), count * sizeof(uint32_t)))
            return 0;
        for (uint32_t j = 0; j < count; j++)
            last = some[j] > last ? some[j] : last;
    }
    const uint32_t first = header.first_symbol;
    for (uint32_t entry = 0; last >= first && last < MOST_SYMBOLS && !(entry & 1); last++) {
        if (!safe_read(&entry, chains + (last - first) * sizeof(entry), sizeof(entry)))
            return 0;
    }
    return last;
}

static uint32_t count_symbols(const struct elf_object *object)
{
    uint32_t header[2]; /* the numbers of buckets and of symbols */
    uint32_t count = 0;
    if (object->sysv_hash && safe_read(header, (uintptr_t)object->sysv_hash, sizeof(header)))
        count = header[1];
    else if (object->gnu_hash)
        count = count_by_gnu_hash((uintptr_t)object->gnu_hash);
    return count < MOST_SYMBOLS ? count : MOST_SYMBOLS;
}

static bool holds(const ElfW(Sym) * symbol, uintptr_t address)
{
    return elf_is_function(symbol) &&
           address - code_address(symbol->st_value) < symbol->st_size;
}

/* Whether the candidate has the better-known name: "write", not "__write". */
static bool is_better(const char *strings, const ElfW(Sym) * candidate, const ElfW(Sym) * best)
{
    char one = '_';
    char other = '_';
    if (best->st_size == 0)
        return true;
    safe_read(&one, (uintptr_t)strings + candidate->st_name, sizeof(one));
    safe_read(&other, (uintptr_t)strings + best->st_name, sizeof(other));
    return one != '_' && other == '_';
}

static bool find_symbol(const struct elf_object *object, uintptr_t address, ElfW(Sym) * best)
{
    ElfW(Sym) some[SYMBOLS_AT_ONCE];
    const uint32_t all = count_symbols(object);
    best->st_size = 0;
    for (uint32_t i = 0; i < all; i += SYMBOLS_AT_ONCE) {
        const uint32_t count = all - i < SYMBOLS_AT_ONCE ? all - i : SYMBOLS_AT_ONCE;
        if (!safe_read(some, (uintptr_t)object->symbols + i * sizeof(some[0]),
                       count * sizeof(some[0])))
            return false;
        for (uint32_t j = 0; j < count; j++) {
            if (holds(&some[j], address) && is_better(object->strings, &some[j], best))
                *best = some[j];
        }
    }
    return best->st_size != 0;
}

__attribute__((noinline)) size_t symbolize(const struct elf_image *image, uintptr_t address,
                                           char *name, size_t capacity)
{
    struct elf_object object = {.base = image->load_bias};
    ElfW(Sym) symbol;
    read_dynamic(image, &object);
    if (!find_symbol(&object, address - image->load_bias, &symbol))
        return 0;
    for (size_t size = 0; size < capacity; size++) {
        if (!safe_read(&name[size], (uintptr_t)object.strings + symbol.st_name + size, 1))
            return 0;
        if (!name[size])
            return size;
    }
    return 0;
}
