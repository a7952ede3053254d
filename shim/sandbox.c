#include "sandbox.h"

#include <stdarg.h>

#include "early.h"
#include "next.h"
#include "self.h"

bool sandboxed;

/* A filter is set by PR_SET_SECCOMP, or by seccomp(2) after PR_SET_NO_NEW_PRIVS; prctl(2). */
EXPORT int prctl(int option, ...)
{
    unsigned long arguments[4];
    va_list list;
    va_start(list, option);
    for (int i = 0; i < 4; i++)
        arguments[i] = va_arg(list, unsigned long);
    va_end(list);
    if (option == PR_SET_NO_NEW_PRIVS || option == PR_SET_SECCOMP) {
        self_prepare_for_sandbox();
        sandboxed = true;
    }
    if (!NEXT(prctl))
        return (int)EARLY(SYS_prctl, option, arguments[0], arguments[1], arguments[2],
                          arguments[3]);
    return next.prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
