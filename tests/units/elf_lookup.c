/* Functions found by name in the tables of an object. The oracle for libc's functions is the
   dynamic linker (dlsym(3)). They are found by libc's own hash table, and by one that is made
   here of its symbols (System V ABI, "Hash Table"). Also tests tables that are missing. */
#include "../../shim/link/elf_lookup.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The code under test makes no system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

static void *libc;
static const struct link_map *libc_map;

/* The number of symbols, from the section header of the file. */
static size_t count_symbols(void)
{
    struct stat status;
    const int fd = open(libc_map->l_name, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && fstat(fd, &status) == 0);
    const char *const file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK(file != MAP_FAILED && close(fd) == 0);
    const ElfW(Ehdr) *const header = (const ElfW(Ehdr) *)file;
    const ElfW(Shdr) *const sections = (const ElfW(Shdr) *)(file + header->e_shoff);
    size_t count = 0;
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_DYNSYM)
            count = sections[i].sh_size / sizeof(ElfW(Sym));
    }
    CHECK(munmap((void *)file, (size_t)status.st_size) == 0);
    return count;
}

static bool is_function(const ElfW(Sym) * symbol)
{
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC;
}

/* The dynamic linker does not find a name that only old programs may use (sigvec); the shim
   does. */
static unsigned check_name(const struct elf_object *object, const char *name, bool function)
{
    void *const theirs = dlsym(libc, name);
    void *const ours = elf_lookup_function(object, name, NEWEST);
    CHECK(!theirs || !function || ours == theirs);
    return theirs == NULL && ours != NULL;
}

static void check_names(const struct elf_object *object, size_t count)
{
    char other[256];
    unsigned functions = 0;
    unsigned old = 0;
    for (size_t i = 1; i < count; i++) {
        const ElfW(Sym) *const symbol = &object->symbols[i];
        const char *const name = object->strings + symbol->st_name;
        if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS)
            continue;
        CHECK(strlen(name) + 2 < sizeof(other));
        functions += is_function(symbol);
        old += check_name(object, name, is_function(symbol));
        CHECK((elf_lookup_symbol(object, name, NEWEST) != NULL) == is_function(symbol));
        snprintf(other, sizeof(other), "%s~", name);
        CHECK(!elf_lookup_function(object, other, NEWEST));
    }
    CHECK(functions > 1000 && old > 0 && old < functions / 2);
    CHECK(!elf_lookup_function(object, "", NEWEST));
    CHECK(!elf_lookup_function(object, "no_such_function", OLDEST));
}

/* The older versions that the table of calls names. */
static const struct {
    const char *name;
    const char *version;
} older_versions[] = {
#define OLD(name, older, newer) OLDER(name, older)
#define OLDER(name, version)    {#name, "GLIBC_" #version},
#include "../../shim/calls.def"
};

/* The dynamic linker finds the same function. */
static void check_older(const struct elf_object *object)
{
    for (size_t i = 0; i < sizeof(older_versions) / sizeof(older_versions[0]); i++)
        CHECK(elf_lookup_function(object, older_versions[i].name, OLDEST) ==
              dlvsym(libc, older_versions[i].name, older_versions[i].version));
}

/* As the ABI defines it. */
static uint32_t hash(const char *name)
{
    uint32_t h = 0;
    while (*name) {
        h = (h << 4) + (unsigned char)*name++;
        const uint32_t g = h & 0xf0000000;
        if (g)
            h ^= g >> 24;
        h &= ~g;
    }
    return h;
}

static void check_made_hash(const struct elf_object *libc_object, size_t count,
                            uint32_t buckets)
{
    struct elf_object object = *libc_object;
    uint32_t *const table = calloc(2 + buckets + count, sizeof(*table));
    uint32_t *const chains = table + 2 + buckets;
    CHECK(table);
    table[0] = buckets;
    table[1] = (uint32_t)count;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t *const bucket =
            &table[2 + hash(object.strings + object.symbols[i].st_name) % buckets];
        chains[i] = *bucket;
        *bucket = i;
    }
    object.gnu_hash = NULL;
    object.sysv_hash = table;
    check_names(&object, count);
    check_older(&object);
    free(table);
}

/* Of equal symbols the first is found, and without versions all are equal. The oldest version
   has the lowest number, whether hidden or not. */
static void versions(void)
{
    static ElfW(Sym) symbols[4];
    static ElfW(Half) numbers[4] = {0, 0x8003, 0x8002, 4};
    static uint32_t table[] = {1, 4, 1, 0, 2, 3, 0};
    struct elf_object object = {
        .symbols = symbols, .strings = "\0f", .versions = numbers, .sysv_hash = table};
    for (unsigned i = 1; i < 4; i++)
        symbols[i] = (ElfW(Sym)){.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1};
    CHECK(elf_lookup_symbol(&object, "f", NEWEST) == &symbols[3]);
    CHECK(elf_lookup_symbol(&object, "f", OLDEST) == &symbols[2]);
    numbers[3] = 0x8004;
    CHECK(elf_lookup_symbol(&object, "f", NEWEST) == &symbols[1]);
    numbers[3] = 1;
    CHECK(elf_lookup_symbol(&object, "f", OLDEST) == &symbols[3]);
    symbols[1].st_shndx = SHN_UNDEF;
    symbols[3].st_name = 0;
    CHECK(elf_lookup_symbol(&object, "f", NEWEST) == &symbols[2]);
    CHECK(elf_lookup_symbol(&object, "f", OLDEST) == &symbols[2]);
    symbols[2].st_info = STT_OBJECT;
    symbols[3].st_name = 1;
    CHECK(elf_lookup_symbol(&object, "f", OLDEST) == &symbols[3]);
    symbols[3].st_name = 0;
    CHECK(!elf_lookup_symbol(&object, "f", NEWEST) && !elf_lookup_symbol(&object, "f", OLDEST));
    symbols[1] = symbols[2] = symbols[3] =
        (ElfW(Sym)){.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1};
    object.versions = NULL;
    CHECK(elf_lookup_symbol(&object, "f", NEWEST) == &symbols[1]);
    CHECK(elf_lookup_symbol(&object, "f", OLDEST) == &symbols[1]);
}

/* One function, by a table with one bucket ("GNU Hash ELF Sections", Oracle), and by tables of
   objects that export nothing: they have no buckets, or empty ones. */
static void small_tables(void)
{
    enum { BITS = 8 * sizeof(ElfW(Addr)), SHIFT = 6, WORDS = sizeof(ElfW(Addr)) / 4 };
    static const uint32_t no_buckets[2] = {0, 0};
    static uint32_t gnu[4 + WORDS + 2] = {1, 1, 1, SHIFT};
    static const ElfW(Sym)
        symbols[2] = {{0}, {.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1}};
    struct elf_object object = {
        .symbols = symbols, .strings = "\0write", .sysv_hash = no_buckets};
    CHECK(!elf_lookup_symbol(&object, "write", NEWEST));
    uint32_t gnu_hash = 5381;
    for (const char *c = "write"; *c; c++)
        gnu_hash = gnu_hash * 33 + (unsigned char)*c;
    const ElfW(Addr) filter =
        (ElfW(Addr))1 << gnu_hash % BITS | (ElfW(Addr))1 << (gnu_hash >> SHIFT) % BITS;
    memcpy(&gnu[4], &filter, sizeof(filter));
    gnu[4 + WORDS] = 1;
    gnu[4 + WORDS + 1] = gnu_hash | 1;
    object.gnu_hash = (const void *)gnu;
    CHECK(elf_lookup_symbol(&object, "write", NEWEST) == &symbols[1] &&
          !elf_lookup_symbol(&object, "writ", NEWEST));
    gnu[4 + WORDS] = 0;
    CHECK(!elf_lookup_symbol(&object, "write", NEWEST));
    gnu[0] = 0;
    gnu[4 + WORDS] = gnu_hash | 1;
    CHECK(!elf_lookup_symbol(&object, "write", NEWEST));
}

/* The dynamic section as the loader of musl leaves it, and with the load bias added (glibc). */
static void dynamic_sections(void)
{
    enum { SYMTAB, STRTAB, VERSYM, HASH, GNU, NEEDED };
    static char base[0x100];
    static const ElfW(Sxword)
        tags[] = {DT_SYMTAB, DT_STRTAB, DT_VERSYM, DT_HASH, DT_GNU_HASH, DT_NEEDED};
    ElfW(Dyn) dynamic[7] = {{0}};
    const struct link_map map = {.l_addr = (uintptr_t)base, .l_ld = dynamic};
    struct elf_object object;
    for (unsigned way = 0; way < 2; way++) {
        for (unsigned lacking = 0; lacking < 6; lacking++) {
            for (unsigned i = 0; i < 6; i++) {
                dynamic[i].d_tag =
                    i == lacking ? DT_DEBUG : (__typeof__(dynamic[0].d_tag))tags[i];
                dynamic[i].d_un.d_ptr = 8 * (uintptr_t)i + (way ? (uintptr_t)base : 0);
            }
            const char *const at = base;
            CHECK(elf_object_read(&map, &object) == (lacking != SYMTAB && lacking != STRTAB));
            CHECK(object.base == (uintptr_t)base);
            CHECK((const char *)object.symbols == (lacking == SYMTAB ? NULL : at));
            CHECK(object.strings == (lacking == STRTAB ? NULL : at + 8));
            CHECK((const char *)object.versions == (lacking == VERSYM ? NULL : at + 16));
            CHECK((const char *)object.sysv_hash == (lacking == HASH ? NULL : at + 24));
            CHECK((const char *)object.gnu_hash == (lacking == GNU ? NULL : at + 32));
        }
    }
    dynamic[HASH].d_tag = dynamic[GNU].d_tag = DT_DEBUG;
    CHECK(!elf_object_read(&map, &object));
    dynamic[0].d_tag = DT_NULL;
    CHECK(!elf_object_read(&map, &object) && !object.strings);
    CHECK(!elf_object_read(&(struct link_map){.l_ld = NULL}, &object));
}

int main(void)
{
    struct elf_object object;
    libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    CHECK(libc && dlinfo(libc, RTLD_DI_LINKMAP, &libc_map) == 0);
    CHECK(elf_object_read(libc_map, &object) && object.gnu_hash && object.versions);
    const size_t count = count_symbols();
    check_names(&object, count);
    check_older(&object);
    check_made_hash(&object, count, 1024);
    check_made_hash(&object, count, 61);
    versions();
    small_tables();
    dynamic_sections();
    return 0;
}
