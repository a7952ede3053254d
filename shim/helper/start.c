/* The first function in C. If the helper gets a second role, argument 0 selects it here. */
#include "helper/helper.h"

#include <link.h>

_Noreturn void helper_start(uintptr_t *stack);

/* The auxiliary vector follows the environment; getauxval(3), AT_EXECFN. */
static const char *executed_path(char **variables)
{
    while (*variables)
        variables++;
    const ElfW(auxv_t) *entry = (const void *)(variables + 1);
    while (entry->a_type != AT_NULL && entry->a_type != AT_EXECFN)
        entry++;
    return entry->a_type == AT_EXECFN ? (const char *)entry->a_un.a_val : NULL;
}

/* `stack` is what the kernel leaves there: argc, argv, NULL, envp, NULL, auxiliary vector. */
_Noreturn void helper_start(uintptr_t *stack)
{
    struct process process = {.arguments = (char **)(stack + 1)};
    process.variables = process.arguments + stack[0] + 1;
    process.executed = executed_path(process.variables);
    const int status = entrypoint(&process);
    for (;;)
        SYSCALL(SYS_exit_group, status);
}
