/*
 * nosigpipe-attach, which the launcher runs:
 *
 *   [--also=PATH]... visit OPTIONS PID...     [--also=PATH]... status PID...
 *   [--also=PATH]... release PID...           one TASK OPTIONS PID
 *   run FILE ARGUMENT-0 [ARGUMENT]...         probe
 *
 * The last two are all where a process that runs cannot be visited (attach/registers.h).
 */
#include "attach/attach.h"

#include <string.h>

_Noreturn void helper_start(uintptr_t *stack);

const char helper_name[] = "nosigpipe";
struct invocation invocation;

#if defined(R_RESTARTED)
#define VISIT(words) visit_processes(words)
#else
#define VISIT(words) usage("unknown task ", *(words))
#endif

int usage(const char *problem, const char *quoted)
{
    print_message(problem, quoted, " (nosigpipe-attach is run by 'nosigpipe --pid')", 0);
    return STATUS_FAILED;
}

static int attach(struct process *process)
{
    static const char *others[9];
    char **words = process->arguments + (process->arguments[0] != NULL);
    invocation.others = others;
    invocation.variables = process->variables;
    invocation.options = "";
    for (size_t i = 0; *words && after_prefix(*words, "--also=") && i < 8; words++)
        others[i++] = after_prefix(*words, "--also=");
    if (!*words)
        return usage("no task given", NULL);
    if (strcmp(*words, "run") == 0)
        return run_static(process, words + 1);
    if (strcmp(*words, "probe") == 0)
        return run_probe();
    return VISIT(words);
}

/* `stack` is what the kernel leaves there: argc, argv, NULL, envp, NULL, auxiliary vector. */
_Noreturn void helper_start(uintptr_t *stack)
{
    struct process process = {.arguments = (char **)(stack + 1)};
    process.variables = process.arguments + stack[0] + 1;
    const int status = attach(&process);
    for (;;)
        SYSCALL(SYS_exit_group, status);
}
