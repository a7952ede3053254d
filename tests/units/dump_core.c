/* A core: SIGABRT at its default and unblocked, sent to the calling thread. */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../shim/base/default_action.h"
#include "../../shim/base/kernel_sigaction.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The system calls in their order, one letter each. */
static char made[8];
static unsigned count;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct kernel_sigaction *const set = (const struct kernel_sigaction *)b;
    (void)e, (void)f;
    switch (number) {
    case SYS_rt_sigaction:
        CHECK(a == SIGABRT && set->handler == (uintptr_t)SIG_DFL && !set->flags && !set->mask);
        CHECK(!c && d == 8);
        made[count++] = 'd';
        return 0;
    case SYS_rt_sigprocmask:
        CHECK(a == SIG_UNBLOCK && *(unsigned long *)b == 1ul << (SIGABRT - 1) && !c && d == 8);
        made[count++] = 'u';
        return 0;
    case SYS_tgkill:
        CHECK(a == 11 && b == 12 && c == SIGABRT);
        made[count++] = 'a';
        return 0;
    default:
        CHECK(number == SYS_getpid || number == SYS_gettid);
        return number == SYS_getpid ? 11 : 12;
    }
}

int main(void)
{
    dump_core();
    CHECK(strcmp(made, "dua") == 0);
    return 0;
}
