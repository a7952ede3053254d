/* The names that an object exports (System V ABI, "Symbol Table" and "Hash Table"; "GNU Hash
   ELF Sections", Oracle). The tables are made here; some are damaged. */
#include "../../shim/unwind/symbolize.h"

#include <link.h>

#include "made.h"

/* The addresses of the tables; the load bias. */
enum { DYNAMIC = 0x10, STRINGS = 0x1100, HASH = 0x2000, GNU_HASH = 0x2400, SYMBOLS = 0x3000 };
enum { BIAS = MEMORY_START, CODE = 0x4000, SPACING = 0x40, SIZE = 0x20, MOST = 64 };

static ElfW(Sym) symbols[MOST];
static unsigned count;
static char strings[0x1000];
static size_t strings_size;
static uint32_t hash[2];
static uint32_t gnu_hash[4 + 2 * 2 + 3 + MOST]; /* two words of filter, three buckets */
static ElfW(Dyn) dynamic[260];
static unsigned entries;
static struct elf_image image;

static unsigned add_symbol(const char *name, unsigned type, uintptr_t value, size_t size)
{
    memcpy(strings + strings_size, name, strlen(name) + 1);
    symbols[count] = (ElfW(Sym)){.st_name = (ElfW(Word))strings_size,
                                 .st_info = (unsigned char)(STB_GLOBAL << 4 | type),
                                 .st_shndx = 7,
                                 .st_value = value,
                                 .st_size = size};
    strings_size += strlen(name) + 1;
    return count++;
}

static void add_entry(ElfW(Sxword) tag, uintptr_t value)
{
    dynamic[entries].d_tag = (__typeof__(dynamic[0].d_tag))tag;
    dynamic[entries++].d_un.d_ptr = value;
}

/* Three buckets with the symbols from the second on; the middle one is empty. */
static void hash_symbols(void)
{
    const uint32_t header[] = {3, 2, 2, 6};
    const uint32_t half = count / 2 > 2 ? count / 2 : 2;
    hash[0] = 1;
    hash[1] = count;
    memset(gnu_hash, 0, sizeof(gnu_hash));
    memcpy(gnu_hash, header, sizeof(header));
    uint32_t *const buckets = gnu_hash + 4 + 2 * sizeof(ElfW(Addr)) / 4;
    uint32_t *const chains = buckets + 3;
    buckets[0] = half;
    buckets[2] = 2;
    for (unsigned i = 2; i < count; i++)
        chains[i - 2] = 0x1234560 | (i == half - 1 || i == count - 1);
}

static void make_tables(void)
{
    made.size = 0;
    make_until(DYNAMIC);
    make_bytes(dynamic, sizeof(dynamic));
    make_until(STRINGS);
    make_bytes(strings, strings_size);
    make_until(HASH);
    make_bytes(hash, sizeof(hash));
    make_until(GNU_HASH);
    make_bytes(gnu_hash, sizeof(gnu_hash));
    make_until(SYMBOLS);
    make_bytes(symbols, count * sizeof(symbols[0]));
}

/* An object as glibc leaves it, with absolute addresses, or as it is in the file. */
static void sound_object(bool absolute, bool by_gnu_hash)
{
    const uintptr_t added = absolute ? BIAS : 0;
    memset(dynamic, 0, sizeof(dynamic));
    entries = count = 0;
    strings_size = 1;
    image =
        (struct elf_image){.start = BIAS + CODE, .load_bias = BIAS, .dynamic = BIAS + DYNAMIC};
    add_symbol("", STT_NOTYPE, 0, 0);
    symbols[add_symbol("of_another", STT_FUNC, CODE, SIZE)].st_shndx = SHN_UNDEF;
    add_entry(DT_NEEDED, 1);
    add_entry(DT_SYMTAB, SYMBOLS + added);
    add_entry(DT_STRTAB, STRINGS + added);
    if (by_gnu_hash)
        add_entry(DT_GNU_HASH, GNU_HASH + added);
    else
        add_entry(DT_HASH, HASH + added);
}

static bool is_named(uintptr_t address, const char *expected)
{
    char name[32];
    const size_t size = symbolize(&image, BIAS + address, name, sizeof(name));
    return size == strlen(expected) && memcmp(name, expected, size) == 0;
}

/* One function among so many symbols: more than are read at a time, and fewer. */
static void each_of_many(void)
{
    static const unsigned counts[] = {1, 2, 13, 14, 15, 16, 30, 31, 46, MOST - 2};
    for (unsigned way = 0; way < 4 * sizeof(counts) / sizeof(counts[0]); way++) {
        const unsigned functions = counts[way / 4];
        sound_object(way & 1, way & 2);
        for (unsigned i = 0; i < functions; i++) {
            const char name[] = {'f', (char)('a' + i / 26), (char)('a' + i % 26), '\0'};
            add_symbol(name, STT_FUNC, CODE + i * SPACING, SIZE);
        }
        hash_symbols();
        make_tables();
        for (unsigned i = 0; i < functions; i++) {
            const char *const name = strings + symbols[i + 2].st_name;
            CHECK(is_named(CODE + i * SPACING, name));
            CHECK(is_named(CODE + i * SPACING + SIZE - 1, name));
            CHECK(is_named(CODE + i * SPACING - 1, "") &&
                  is_named(CODE + i * SPACING + SIZE, ""));
        }
    }
}

static void kinds(void)
{
    sound_object(true, true);
    add_symbol("data", STT_OBJECT, CODE, SIZE);
    add_symbol("section", STT_SECTION, CODE, SIZE);
    add_symbol("resolved", STT_GNU_IFUNC, CODE + SPACING, SIZE);
    hash_symbols();
    make_tables();
    CHECK(is_named(CODE, "") && is_named(CODE + SPACING, "resolved"));
}

/* Of several names the well-known one, wherever it is. */
static void several_names(void)
{
    static const char *const names[][3] = {{"write", "__write", "__libc_write"},
                                           {"__write", "write", "__libc_write"},
                                           {"__write", "__libc_write", "write"}};
    for (unsigned i = 0; i < 3; i++) {
        sound_object(true, true);
        for (unsigned j = 0; j < 3; j++)
            add_symbol(names[i][j], STT_FUNC, CODE, SIZE);
        hash_symbols();
        make_tables();
        CHECK(is_named(CODE, "write"));
    }
    /* Otherwise the first one. */
    sound_object(true, true);
    const unsigned first = add_symbol("one", STT_FUNC, CODE, SIZE);
    const unsigned second = add_symbol("two", STT_FUNC, CODE, SIZE);
    hash_symbols();
    make_tables();
    CHECK(is_named(CODE, "one"));
    /* Also if a name cannot be read. */
    symbols[second].st_name = 0x10000;
    make_tables();
    CHECK(is_named(CODE, "one"));
    symbols[second].st_name = symbols[first].st_name;
    symbols[first].st_name = 0x10000;
    make_tables();
    CHECK(is_named(CODE, "one"));
    sound_object(true, true);
    add_symbol("__one", STT_FUNC, CODE, SIZE);
    add_symbol("__two", STT_FUNC, CODE, SIZE);
    hash_symbols();
    make_tables();
    CHECK(is_named(CODE, "__one"));
}

static void one_function(bool by_gnu_hash)
{
    sound_object(true, by_gnu_hash);
    add_symbol("function", STT_FUNC, CODE, SIZE);
    hash_symbols();
    make_tables();
    CHECK(is_named(CODE, "function"));
}

/* More buckets than are read at a time; the last symbol is in one of them. */
static void many_buckets(void)
{
    for (unsigned bucket = 0; bucket < 40; bucket++) {
        one_function(true);
        memset(gnu_hash + 4, 0, sizeof(gnu_hash) - 4 * sizeof(gnu_hash[0]));
        gnu_hash[0] = 40;
        gnu_hash[2] = 0;
        gnu_hash[4 + bucket] = 2;
        gnu_hash[4 + 40] = 1;
        make_tables();
        CHECK(is_named(CODE, "function"));
    }
}

static void long_names(void)
{
    char name[16];
    one_function(true);
    memset(name, '-', sizeof(name));
    CHECK(symbolize(&image, BIAS + CODE, name, 9) == 8 && name[9] == '-');
    CHECK(symbolize(&image, BIAS + CODE, name, 8) == 0);
    CHECK(symbolize(&image, BIAS + CODE, name, 0) == 0);
    /* A name whose end cannot be read. */
    symbols[2].st_name = 0x4000;
    make_tables();
    CHECK(is_named(CODE, ""));
}

static bool lacks(ElfW(Sxword) tag)
{
    one_function(true);
    for (unsigned i = 0; i < entries; i++) {
        if (dynamic[i].d_tag == tag)
            dynamic[i].d_tag = DT_NEEDED;
    }
    make_tables();
    return is_named(CODE, "");
}

static void damaged_sections(void)
{
    CHECK(lacks(DT_SYMTAB) && lacks(DT_STRTAB) && lacks(DT_GNU_HASH) && !lacks(DT_HASH));
    image.dynamic = 0;
    CHECK(is_named(CODE, "") && memory.reads < 100);
    image.dynamic = 0x100000;
    CHECK(is_named(CODE, ""));
    /* Entries after DT_NULL are ignored. */
    one_function(true);
    memmove(dynamic + 1, dynamic, entries * sizeof(dynamic[0]));
    dynamic[0].d_tag = DT_NULL;
    make_tables();
    CHECK(is_named(CODE, ""));
    /* A dynamic section without DT_NULL. */
    for (unsigned last = 255; last <= 256; last++) {
        one_function(true);
        for (unsigned i = entries; i < 260; i++)
            dynamic[i].d_tag = DT_NEEDED;
        dynamic[last] = dynamic[entries - 1];
        dynamic[entries - 1].d_tag = DT_NEEDED;
        make_tables();
        CHECK(is_named(CODE, last < 256 ? "function" : ""));
    }
}

static bool finds_with(unsigned word, uint32_t value)
{
    one_function(true);
    gnu_hash[word] = value;
    make_tables();
    return is_named(CODE, "function");
}

static void damaged_hashes(void)
{
    enum { BUCKETS = 4 + 2 * sizeof(ElfW(Addr)) / 4, CHAINS = BUCKETS + 3 };
    CHECK(finds_with(0, 3) && !finds_with(0, 0));
    CHECK(!finds_with(0, 1 << 20) && !finds_with(0, (1 << 20) + 1) &&
          !finds_with(0, UINT32_MAX));
    CHECK(!finds_with(2, 1 << 20) && !finds_with(2, (1 << 20) + 1) &&
          !finds_with(2, UINT32_MAX));
    CHECK(!finds_with(BUCKETS, UINT32_MAX) && !finds_with(BUCKETS, 1 << 20));
    CHECK(!finds_with(1, 9));                /* no bucket has any that is in the table */
    CHECK(!finds_with(CHAINS, 0));           /* a chain without an end */
    CHECK(!finds_with(BUCKETS, 2 + 0x4000)); /* one that is not there */
    CHECK(finds_with(BUCKETS + 1, 1));       /* not hashed */
    image.load_bias += 1;                    /* no code where it was */
    CHECK(is_named(CODE, ""));
    one_function(true);
    dynamic[3].d_un.d_ptr = made_end() - 8;
    make_tables();
    CHECK(is_named(CODE, ""));
    /* One table cannot be read, so the other gives the count. */
    one_function(true);
    add_entry(DT_HASH, 0x100000);
    make_tables();
    CHECK(is_named(CODE, "function"));
    one_function(false);
    hash[1] = 2;
    make_tables();
    CHECK(is_named(CODE, ""));
    /* A count of more symbols than there are, and of more than any object has. */
    hash[1] = UINT32_MAX;
    make_tables();
    CHECK(is_named(CODE, ""));
    dynamic[1].d_un.d_ptr = 0x100000;
    make_tables();
    CHECK(is_named(CODE, ""));
}

int main(void)
{
    each_of_many();
    kinds();
    several_names();
    many_buckets();
    long_names();
    damaged_sections();
    damaged_hashes();
    return 0;
}
