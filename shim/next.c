#include "next.h"

#include <elf.h>
#include <link.h>

#include "memory_read.h"
#include "text.h"

struct next next;

OPTIONAL int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data);

/* The names stand in the table itself, not behind pointers: nothing to relocate at start-up. */
static const char call_names[][32] = {
#define CALL(result, name, parameters, arguments, family) #name,
#include "calls.def"
#undef CALL
};

enum { CALL_COUNT = sizeof(call_names) / sizeof(call_names[0]) };
_Static_assert(sizeof(struct next) == CALL_COUNT * sizeof(void *), "one pointer for each call");

/* The tables of a loaded object that a symbol lookup needs; elf(5). */
struct object {
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Half) * versions;
    const uint32_t *gnu_hash;
    const uint32_t *sysv_hash;
};

/* glibc writes absolute addresses over the offsets of most dynamic sections, musl never does.
 */
static const void *dynamic_address(uintptr_t base, ElfW(Addr) value)
{
    return (const void *)(value < base ? base + value : value);
}

static bool read_object(const struct dl_phdr_info *info, struct object *object)
{
    const ElfW(Dyn) *entry = NULL;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    }
    *object = (struct object){.base = info->dlpi_addr};
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

static bool contains(const struct dl_phdr_info *info, const void *address)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t offset = (uintptr_t)address - info->dlpi_addr - segment->p_vaddr;
        if (segment->p_type == PT_LOAD && offset < segment->p_memsz)
            return true;
    }
    return false;
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

static const ElfW(Sym) * find_symbol(const struct object *object, const char *name)
{
    const uint32_t index =
        object->gnu_hash ? find_by_gnu_hash(object, name) : find_by_sysv_hash(object, name);
    return index ? &object->symbols[index] : NULL;
}

static void *find_definition(const struct object *object, const char *name)
{
    const ElfW(Sym) *symbol = find_symbol(object, name);
    if (!symbol)
        return NULL;
    const uintptr_t address = object->base + symbol->st_value;
    /* Some CPUs' resolvers are told what the CPU can do, or, as here, nothing of it (glibc,
       sysdeps/aarch64/sys/ifunc.h). */
    if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
        return ((void *(*)(unsigned long, void *))address)(0, NULL);
    return (void *)address;
}

/* The walk over the loaded objects, in the order in which the dynamic linker searches them. */
struct walk {
    bool everywhere; /* not only behind this object */
    bool behind;     /* whether this object has been passed */
};

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct walk *walk = data;
    struct object object;
    if (contains(info, &next)) {
        walk->behind = true;
    } else if ((walk->behind || walk->everywhere) && read_object(info, &object)) {
        void **slots = (void **)&next;
        for (size_t i = 0; i < CALL_COUNT; i++) {
            if (!slots[i])
                slots[i] = find_definition(&object, call_names[i]);
        }
    }
    return 0;
}

void next_find(void)
{
    if (!dl_iterate_phdr)
        return;
    struct walk walk = {0};
    dl_iterate_phdr(visit, &walk);
    /* A host that loads the object with dlopen(3) has libc before it. */
    if (!next.write) {
        walk.everywhere = true;
        dl_iterate_phdr(visit, &walk);
    }
}

/* The last definition in the order of loading is libc's own, behind those of other preloads. */
static struct {
    uintptr_t start;
    uintptr_t size;
} code[CALL_COUNT];

/* The segment of libc's code. */
static uintptr_t libc_start;
static uintptr_t libc_size;

static void remember_segment(const struct dl_phdr_info *info, uintptr_t address)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && address - start < segment->p_memsz) {
            libc_start = start;
            libc_size = segment->p_memsz;
        }
    }
}

static int visit_code(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    (void)data;
    struct object object;
    if (contains(info, &next) || !read_object(info, &object))
        return 0;
    for (size_t i = 0; i < CALL_COUNT; i++) {
        const ElfW(Sym) *symbol = find_symbol(&object, call_names[i]);
        if (symbol) {
            code[i].start = object.base + symbol->st_value;
            code[i].size = symbol->st_size;
            remember_segment(info, code[i].start);
        }
    }
    return 0;
}

void next_remember_code(void)
{
    if (dl_iterate_phdr)
        dl_iterate_phdr(visit_code, NULL);
}

static const char *name_at(uintptr_t program_counter)
{
    for (size_t i = 0; i < CALL_COUNT; i++) {
        /* Inclusive at the end: the counter is behind the instruction. */
        if (code[i].start && program_counter - code[i].start <= code[i].size)
            return call_names[i];
    }
    return NULL;
}

/* libc may have one function that makes the system calls for the others (glibc since 2.41:
   __syscall_cancel_arch). The one that called it returns to the name, near on the stack. */
const char *next_call_at(uintptr_t program_counter, uintptr_t stack)
{
    uintptr_t above[24];
    const char *name = name_at(program_counter);
    if (!name && program_counter - libc_start < libc_size &&
        memory_read(above, stack, sizeof(above))) {
        for (size_t i = 0; i < sizeof(above) / sizeof(above[0]) && !name; i++)
            name = name_at(above[i]);
    }
    return name ? name : "syscall";
}
