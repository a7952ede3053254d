/*
 * The entry point, for a static program whose PT_INTERP names this object: the kernel maps
 * both, and starts here instead of in the program (fs/binfmt_elf.c, load_elf_binary). The guard
 * is installed, and the program goes on as if there were no interpreter.
 */
#include <link.h>

#include "base/version.h"
#include "config/options.h"
#include "resident/resident.h"
#include "signal/guard.h"

uintptr_t resident_start(uintptr_t *stack);

__asm__(".pushsection .text._start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n\t" ENTRY_POINT(resident_start) ".popsection\n");

static void set_program_name(const char *path)
{
    for (const char *at = path; *at; at++) {
        if (*at == '/')
            path = at + 1;
    }
    program_invocation_short_name = (char *)(uintptr_t)path;
}

/* `stack` is what the kernel leaves there: argc, argv, NULL, envp, NULL, auxiliary vector. The
   result is the program's entry point. AT_BASE, the address of an interpreter, is 0 where there
   is none: a static-pie program of musl takes it for its own address. It is 0 already if this
   object itself is what was executed. */
uintptr_t resident_start(uintptr_t *stack)
{
    char **const arguments = (char **)(stack + 1);
    char **const environment = arguments + stack[0] + 1;
    char **end = environment;
    uintptr_t entry = 0;
    while (*end)
        end++;
    for (ElfW(auxv_t) *aux = (void *)(end + 1); aux->a_type != AT_NULL; aux++) {
        if (aux->a_type == AT_BASE) {
            if (!aux->a_un.a_val)
                version_show();
            aux->a_un.a_val = 0;
        }
        if (aux->a_type == AT_ENTRY)
            entry = (uintptr_t)aux->a_un.a_val;
    }
    if (arguments[0])
        set_program_name(arguments[0]);
    const char *const text = options_find(environment, true);
    if (options_read_off(text))
        return entry;
    guard_install();
    options_read(text);
    options.mode = MODE_CATCH;
    return entry;
}
