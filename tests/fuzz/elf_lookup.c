/* The functions that a loaded object defines: the lookup in hash tables, made as the linker
   makes them, gives what a search of all symbols gives. The shim trusts the tables, since the
   dynamic linker, which has loaded the object, reads them in the same way. */
#include "../../shim/link/elf_lookup.h"

#include "fuzz.h"

enum { MOST = 40, WORDS = 4, WORD_BITS = 8 * sizeof(ElfW(Addr)) };

struct tables {
    ElfW(Sym) symbols[MOST + 1];
    ElfW(Half) versions[MOST + 1];
    char strings[MOST * 4 + 1];
    ElfW(Dyn) dynamic[8];
};

static unsigned count;
static unsigned buckets;

static uint32_t gnu_hash(const char *name)
{
    uint32_t hash = 5381;
    while (*name)
        hash = (hash << 5) + hash + (unsigned char)*name++;
    return hash;
}

static uint32_t sysv_hash(const char *name)
{
    uint32_t hash = 0;
    while (*name) {
        hash = (hash << 4) + (unsigned char)*name++;
        const uint32_t high = hash & 0xf0000000;
        hash = (hash ^ high >> 24) & ~high;
    }
    return hash;
}

/* Names of one to three letters, so that many are equal. A GNU hash table needs the symbols in
   the order of their buckets. */
static void take_symbols(struct input *input, struct tables *tables)
{
    static const unsigned char types[] = {STT_FUNC, STT_FUNC, STT_GNU_IFUNC, STT_OBJECT};
    char names[MOST][4];
    const unsigned wanted = 1 + (unsigned)take_choice(input, MOST);
    for (unsigned i = 0; i < wanted; i++) {
        const size_t number = take_choice(input, 78);
        snprintf(names[i], sizeof(names[i]), "%.*s", 1 + (int)(number / 26), "xxx");
        names[i][0] = (char)('a' + number % 26);
    }
    count = 0;
    for (unsigned bucket = 0; bucket < buckets; bucket++) {
        for (unsigned i = 0; i < wanted; i++) {
            if (gnu_hash(names[i]) % buckets != bucket)
                continue;
            ElfW(Sym) *const symbol = &tables->symbols[++count];
            symbol->st_name = 1 + 4 * (count - 1);
            memcpy(tables->strings + symbol->st_name, names[i], sizeof(names[i]));
            const size_t kind = take_choice(input, 16);
            symbol->st_info = types[kind % 4];
            symbol->st_shndx = kind / 4 == 3 ? SHN_UNDEF : 7;
            tables->versions[count] = kind & 1 ? 0x8002 : 2;
        }
    }
}

static uint32_t *make_gnu_table(const struct tables *tables, unsigned words, unsigned shift)
{
    const size_t size = 16 + words * sizeof(ElfW(Addr)) + (buckets + count) * sizeof(uint32_t);
    uint32_t *const table = calloc(1, size);
    ElfW(Addr) *const filter = (ElfW(Addr) *)&table[4];
    uint32_t *const bucket = (uint32_t *)&filter[words];
    uint32_t *const chain = bucket + buckets;
    table[0] = buckets;
    table[1] = 1;
    table[2] = words;
    table[3] = shift;
    for (unsigned i = 1; i <= count; i++) {
        const uint32_t hash = gnu_hash(tables->strings + tables->symbols[i].st_name);
        ElfW(Addr) *const word = &filter[hash / WORD_BITS % words];
        *word |= (ElfW(Addr))1 << hash % WORD_BITS | (ElfW(Addr))1
                                                         << (hash >> shift) % WORD_BITS;
        if (!bucket[hash % buckets])
            bucket[hash % buckets] = i;
        else
            chain[i - 2] &= ~1U;
        chain[i - 1] = hash | 1;
    }
    return table;
}

static uint32_t *make_sysv_table(const struct tables *tables)
{
    uint32_t *const table = calloc(2 + buckets + count + 1, sizeof(*table));
    uint32_t *const bucket = table + 2;
    uint32_t *const chain = bucket + buckets;
    table[0] = buckets;
    table[1] = count + 1;
    for (unsigned i = count; i > 0; i--) {
        const uint32_t hash = sysv_hash(tables->strings + tables->symbols[i].st_name);
        chain[i] = bucket[hash % buckets];
        bucket[hash % buckets] = i;
    }
    return table;
}

/* The symbol with the highest rank is found; 0: none. For the newest version, a hidden one has
   rank 1 and the default one 2. For the oldest, a lower number has a higher rank. */
static unsigned rank(const struct tables *tables, const ElfW(Sym) * symbol, const char *name,
                     bool versions, enum version wanted)
{
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    if (symbol->st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC) ||
        strcmp(tables->strings + symbol->st_name, name) != 0)
        return 0;
    const unsigned version = versions ? tables->versions[symbol - tables->symbols] : 0;
    return wanted == OLDEST ? 0x8000 - version % 0x8000 : 2 - version / 0x8000;
}

static void *resolved(void)
{
    return (void *)&count;
}

static void check_name(const struct elf_object *object, const struct tables *tables,
                       const char *name, enum version version)
{
    unsigned best = 0;
    for (unsigned i = 1; i <= count; i++) {
        const unsigned one = rank(tables, &tables->symbols[i], name, object->versions, version);
        best = one > best ? one : best;
    }
    const ElfW(Sym) *const found = elf_lookup_symbol(object, name, version);
    CHECK((found != NULL) == (best != 0));
    void *const definition = elf_lookup_function(object, name, version);
    CHECK((definition != NULL) == (best != 0));
    if (!found)
        return;
    CHECK(found > tables->symbols && found <= tables->symbols + count);
    CHECK(rank(tables, found, name, object->versions, version) == best);
    const bool indirect = ELF64_ST_TYPE(found->st_info) == STT_GNU_IFUNC;
    CHECK((uintptr_t)definition == (indirect ? (uintptr_t)&count : (uintptr_t)&resolved));
}

static void check_versions(const struct elf_object *object, const struct tables *tables,
                           const char *name)
{
    check_name(object, tables, name, NEWEST);
    check_name(object, tables, name, OLDEST);
}

/* The address of the table, or its offset if the loader leaves that there (musl). */
static ElfW(Addr) place(const void *table, uintptr_t base, bool offsets)
{
    return (uintptr_t)table - (offsets ? base : 0);
}

static uintptr_t lowest(const void *a, const void *b, const void *c)
{
    const uintptr_t low = (uintptr_t)a < (uintptr_t)b ? (uintptr_t)a : (uintptr_t)b;
    return low < (uintptr_t)c ? low : (uintptr_t)c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct tables *const tables = calloc(1, sizeof(*tables));
    struct elf_object object;
    ElfW(Dyn) *entry = tables->dynamic;
    const size_t which = take_choice(&input, 4);
    const bool versions = take_choice(&input, 2);
    buckets = 1 + (unsigned)take_choice(&input, 9);
    const unsigned words = 1U << take_choice(&input, 3);
    const unsigned shift = 5 + (unsigned)take_choice(&input, 3);
    take_symbols(&input, tables);
    uint32_t *const gnu = make_gnu_table(tables, words, shift);
    uint32_t *const sysv = make_sysv_table(tables);

    const uintptr_t base = lowest(tables, gnu, sysv);
    const bool offsets = which & 1;
    for (unsigned i = 1; i <= count; i++)
        tables->symbols[i].st_value = (uintptr_t)&resolved - base;
    *entry++ = (ElfW(Dyn)){DT_SYMTAB, {place(tables->symbols, base, offsets)}};
    *entry++ = (ElfW(Dyn)){DT_STRTAB, {place(tables->strings, base, offsets)}};
    if (versions)
        *entry++ = (ElfW(Dyn)){DT_VERSYM, {place(tables->versions, base, offsets)}};
    if (which & 2)
        *entry = (ElfW(Dyn)){DT_GNU_HASH, {place(gnu, base, offsets)}};
    else
        *entry = (ElfW(Dyn)){DT_HASH, {place(sysv, base, offsets)}};
    const struct link_map map = {.l_addr = base, .l_ld = tables->dynamic};
    CHECK(elf_object_read(&map, &object));
    for (char name[4] = "a"; name[0] <= 'z'; name[0]++) {
        name[1] = name[2] = '\0';
        check_versions(&object, tables, name);
        name[1] = 'x';
        check_versions(&object, tables, name);
        name[2] = 'x';
        check_versions(&object, tables, name);
    }
    free(gnu);
    free(sysv);
    free(tables);
    return 0;
}

/* The code under test makes no system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}
