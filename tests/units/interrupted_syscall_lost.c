/* The call that a signal has interrupted, as on a CPU that loses the first argument. The
   descriptor has been noted before the call, or is the only one that is broken. tests/arch
   tests those CPUs themselves. */
#include "../fuzz/kernel.h"

#undef SYSCALL_ARG1
#define follows_syscall          lost_is_behind_call
#define interrupted_syscall_read lost_read
#include "../../shim/report/interrupted_syscall.c" // NOLINT(bugprone-suspicious-include): with the names above

#include <string.h>

#include "../fuzz/check.h"

bool sandboxed;

static const char *call;
static int fd_noted;
static int broken;
static unsigned notes_requested;
static unsigned searches;

bool call_names_are_remembered(void)
{
    return true;
}

const char *call_name_at(uintptr_t program_counter, uintptr_t stack)
{
    (void)program_counter, (void)stack;
    return call;
}

const char *usdt_call_at(uintptr_t program_counter)
{
    (void)program_counter;
    return call;
}

bool fd_may_break(int fd)
{
    return fd >= 0;
}

int current_call_fd(const ucontext_t *context)
{
    CHECK(context);
    notes_requested++;
    return fd_noted;
}

int broken_fd_find(void)
{
    searches++;
    return broken;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    abort();
}

#if defined(__x86_64__)
static int descriptor(const char *name)
{
    ucontext_t context;
    struct event event = {.call = "unknown", .fd = -1, .context = &context};
    memset(&context, 0, sizeof(context));
    context.uc_mcontext.gregs[REG_RAX] = -EPIPE;
    context.uc_mcontext.gregs[REG_RDX] = 33;
    call = name;
    notes_requested = searches = 0;
    lost_read(&event, &context);
    CHECK(event.call == name);
    return event.fd;
}

int main(void)
{
    fd_noted = 5;
    broken = 6;
    CHECK(descriptor("write") == 5 && searches == 0);
    /* A call outside libc has noted nothing. */
    CHECK(descriptor("syscall") == 6 && notes_requested == 0);
    CHECK(descriptor("splice") == 33); /* it is another argument */
    fd_noted = -1;
    CHECK(descriptor("write") == 6 && notes_requested == 1 && searches == 1);
    fd_noted = 0;
    CHECK(descriptor("write") == 0);
    broken = -1;
    CHECK(descriptor("syscall") == -1);
    sandboxed = true; /* system calls may be forbidden, so that no descriptor is checked */
    broken = 6;
    fd_noted = -1;
    CHECK(descriptor("write") == -1 && descriptor("syscall") == -1 && searches == 0);
    fd_noted = 5;
    CHECK(descriptor("write") == 5);
    return 0;
}
#else
int main(void)
{
    return 0;
}
#endif
