#include "unwind/symbolize.h"

#include <link.h>

#include "base/safe_read.h"

enum { MOST_ENTRIES = 256, MOST_SYMBOLS = 1 << 20, SYMBOLS_AT_ONCE = 16 };

/* Addresses; 0 where there is none. */
struct tables {
    uintptr_t symbols;
    uintptr_t strings;
    uintptr_t hash;
    uintptr_t gnu_hash;
};

/* glibc has added the bias to the addresses in the dynamic section, musl and the kernel (in the
   vDSO) have not. No address in a file is as high as a bias. */
static uintptr_t place(const struct elf_image *image, uintptr_t address)
{
    return address < image->load_bias ? address + image->load_bias : address;
}

static void read_dynamic(const struct elf_image *image, struct tables *tables)
{
    ElfW(Dyn) entry = {.d_tag = DT_NULL};
    for (unsigned i = 0; image->dynamic && i < MOST_ENTRIES; i++) {
        if (!safe_read(&entry, image->dynamic + i * sizeof(entry), sizeof(entry)) ||
            entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_SYMTAB)
            tables->symbols = place(image, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_STRTAB)
            tables->strings = place(image, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_HASH)
            tables->hash = place(image, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_GNU_HASH)
            tables->gnu_hash = place(image, entry.d_un.d_ptr);
    }
}

/* The number of symbols, which only the hash tables tell. A GNU one has no count: the chain of
   the highest bucket ends with the last symbol ("GNU Hash ELF Sections", Oracle). */
static uint32_t count_by_gnu_hash(uintptr_t table)
{
    struct {
        uint32_t buckets, first, filter_words, shift;
    } header = {0};
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
    for (uint32_t entry = 0; last >= header.first && last < MOST_SYMBOLS && !(entry & 1);
         last++)
        if (!safe_read(&entry, chains + (last - header.first) * sizeof(entry), sizeof(entry)))
            return 0;
    return last;
}

static uint32_t count_symbols(const struct tables *tables)
{
    uint32_t header[2]; /* of buckets, of symbols */
    uint32_t count = 0;
    if (tables->hash && safe_read(header, tables->hash, sizeof(header)))
        count = header[1];
    else if (tables->gnu_hash)
        count = count_by_gnu_hash(tables->gnu_hash);
    return count < MOST_SYMBOLS ? count : MOST_SYMBOLS;
}

static bool holds(const ElfW(Sym) * symbol, uintptr_t address)
{
    const unsigned type = ELF32_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && (type == STT_FUNC || type == STT_GNU_IFUNC) &&
           address - symbol->st_value < symbol->st_size;
}

/* Of several names the one that people know: "write", not "__write". */
static bool is_better(uintptr_t strings, const ElfW(Sym) * candidate, const ElfW(Sym) * best)
{
    char one = '_';
    char other = '_';
    if (best->st_size == 0)
        return true;
    safe_read(&one, strings + candidate->st_name, sizeof(one));
    safe_read(&other, strings + best->st_name, sizeof(other));
    return one != '_' && other == '_';
}

static bool find_symbol(const struct tables *tables, uintptr_t address, ElfW(Sym) * best)
{
    ElfW(Sym) some[SYMBOLS_AT_ONCE];
    const uint32_t all = count_symbols(tables);
    best->st_size = 0;
    for (uint32_t i = 0; i < all; i += SYMBOLS_AT_ONCE) {
        const uint32_t count = all - i < SYMBOLS_AT_ONCE ? all - i : SYMBOLS_AT_ONCE;
        if (!safe_read(some, tables->symbols + i * sizeof(some[0]), count * sizeof(some[0])))
            return false;
        for (uint32_t j = 0; j < count; j++) {
            if (holds(&some[j], address) && is_better(tables->strings, &some[j], best))
                *best = some[j];
        }
    }
    return best->st_size != 0;
}

__attribute__((noinline)) size_t symbolize(const struct elf_image *image, uintptr_t address,
                                           char *name, size_t room)
{
    struct tables tables = {0};
    ElfW(Sym) symbol;
    read_dynamic(image, &tables);
    if (!find_symbol(&tables, address - image->load_bias, &symbol))
        return 0;
    for (size_t size = 0; size < room; size++) {
        if (!safe_read(&name[size], tables.strings + symbol.st_name + size, 1))
            return 0;
        if (!name[size])
            return size;
    }
    return 0;
}
