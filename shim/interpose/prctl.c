#include "interpose/prctl.h"

#include <stdarg.h>

#include "base/seccomp.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "link/next.h"
#include "signal/disposition.h"
#include "signal/process.h"

/* A vfork child restricts only itself, but would note it in its parent's memory. So its
   restrictions are not noted; it is about to start a program. */
void sandbox_begin(void)
{
    if (options.off || sandboxed)
        return;
    const enum memory memory = process_memory();
    if (memory == MEMORY_OF_PARENT)
        return;
    guard_end_suppression(); /* a filter may look at a call's flags */
    process_prepare_for_sandbox(memory == MEMORY_OWN);
    disposition_begin_sandbox();
    sandboxed = true;
}

/* PR_SET_SECCOMP sets a filter, and PR_SET_NO_NEW_PRIVS precedes seccomp(2); prctl(2). */
void sandbox_note_prctl(unsigned long option)
{
    if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP)
        sandbox_begin();
}

EXPORT int prctl(int option, ...)
{
    unsigned long arguments[4];
    va_list list;
    va_start(list, option);
    for (int i = 0; i < 4; i++)
        arguments[i] = va_arg(list, unsigned long);
    va_end(list);
    sandbox_note_prctl((unsigned)option);
    if (!NEXT(prctl))
        return (int)FALLBACK_SYSCALL(SYS_prctl, option, arguments[0], arguments[1],
                                     arguments[2], arguments[3]);
    return next.prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
