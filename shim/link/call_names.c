#include "link/call_names.h"

#include "arch/arch.h"
#include "base/safe_read.h"
#include "link/elf_lookup.h"
#include "link/next.h"

/* One string, since an array of pointers would have to be relocated at the start. */
const char call_names[] =
#define CALL(result, name, parameters, arguments) #name "\0"
#define OLD(name, older, newer)                   #name "\0"
#include "calls.def"
    ;

/* The last two definitions in the order of loading. The last is libc's own, behind those of
   other preloads; the one before may be libpthread's, which a program with threads uses (glibc
   before 2.34). */
static struct code {
    uintptr_t start;
    uintptr_t size;
} code[2][WRITE_FAMILY];

/* The object of the last definitions, up to its dynamic section. */
static uintptr_t libc_start;
static uintptr_t libc_size;

static void visit_code(const struct link_map *map, void *data)
{
    (void)data;
    struct elf_object object;
    if (link_map_is_own(map) || !elf_object_read(map, &object))
        return;
    const char *name = call_names;
    for (size_t i = 0; i < WRITE_FAMILY; i++, name = following_name(name)) {
        const ElfW(Sym) *symbol = elf_lookup_symbol(&object, name, NEWEST);
        if (symbol) {
            code[1][i] = code[0][i];
            code[0][i] = (struct code){object.base + symbol->st_value, symbol->st_size};
            libc_start = object.base;
            libc_size = (uintptr_t)map->l_ld - object.base;
        }
    }
}

void call_names_remember(void)
{
    link_map_visit(visit_code, NULL);
}

bool call_names_are_remembered(void)
{
    return libc_size != 0;
}

/* The end counts as well, since the program counter is behind the system call's instruction. */
static bool is_in(const struct code *one, uintptr_t program_counter)
{
    return one->start && program_counter - one->start <= one->size;
}

static const char *name_at(uintptr_t program_counter)
{
    const char *name = call_names;
    for (size_t i = 0; i < WRITE_FAMILY; i++, name = following_name(name)) {
        if (is_in(&code[0][i], program_counter) || is_in(&code[1][i], program_counter))
            return name;
    }
    return NULL;
}

const char *call_name(const char *name)
{
    for (const char *known = call_names; *known; known = following_name(known)) {
        if (strcmp(known, name) == 0)
            return known;
    }
    return "syscall";
}

/* One function of libc may make the system calls for the others (glibc since 2.41:
   __syscall_cancel_arch). Then the return address into the write family is near on the stack.
 */
const char *call_name_at(uintptr_t program_counter, uintptr_t stack)
{
    const char *name = name_at(program_counter);
    const bool in_libc = program_counter - libc_start < libc_size;
    uintptr_t above;
    /* Three frames, each at least as large as the ABI demands. */
    enum { WORDS = 24 + CFA_ABOVE_SP / sizeof(above) * 3 };
    /* Read one word at a time: an alternate signal stack may have no space for more. */
    for (int i = 0; i < WORDS && !name && in_libc; i++, stack += sizeof(above))
        name = safe_read(&above, stack, sizeof(above)) ? name_at(above) : NULL;
    return name ? name : "syscall";
}
