#include "disposition.h"

#include <stdatomic.h>

/* The flags that the guard must have or must not have itself, so that a kernel's record of the
   guard cannot also say whether the host asked for them. The entry says it: a bit for each. */
static const int told_flags[] = {SA_SIGINFO, SA_ONSTACK, SA_RESTART, (int)SA_RESETHAND};

/* SA_ONSTACK: a thread's own stack may be a few hundred bytes (Go's goroutines). SA_RESTART: a
   signal that is absorbed should not interrupt what the thread was doing. */
enum { GUARD_FLAGS = SA_SIGINFO | SA_ONSTACK | SA_RESTART };

#define SIXTEEN_TIMES(X)                                                                       \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define GUARD_ENTRY(n)                                                                         \
    static void guard_entry_##n(int signal_number, siginfo_t *info, void *context)             \
    {                                                                                          \
        guard_signalled(signal_number, info, context);                                         \
    }
SIXTEEN_TIMES(GUARD_ENTRY)

/*
 * One-shot handlers. The kernel puts SIG_DFL in the place of a SA_RESETHAND handler when it
 * delivers the signal, past every interposer, so such a handler is installed without that flag
 * and behind an entry that puts the guard up before it calls the handler. The host's handler is
 * kept in a slot that is written once; its two entries are for a host that asked for SA_SIGINFO
 * and one that did not.
 */
enum { SLOTS = 8 };
static _Atomic(uintptr_t) slots[SLOTS];

#define ONE_SHOT_ENTRY(n)                                                                      \
    static void one_shot_entry_##n(int signal_number, siginfo_t *info, void *context)          \
    {                                                                                          \
        guard_one_shot((uintptr_t)one_shot_entry_##n, slots[(n) / 2], signal_number, info,     \
                       context);                                                               \
    }
SIXTEEN_TIMES(ONE_SHOT_ENTRY)

#define GUARD_NAME(n)    guard_entry_##n,
#define ONE_SHOT_NAME(n) one_shot_entry_##n,
static handler_function *const guard_entries[16] = {SIXTEEN_TIMES(GUARD_NAME)};
static handler_function *const one_shot_entries[2 * SLOTS] = {SIXTEEN_TIMES(ONE_SHOT_NAME)};

struct disposition disposition_at_start(void)
{
    return (struct disposition){(uintptr_t)guard_entry_0, GUARD_FLAGS};
}

static int index_of(uintptr_t handler, handler_function *const entries[16])
{
    for (int i = 0; i < 16; i++) {
        if ((uintptr_t)entries[i] == handler)
            return i;
    }
    return -1;
}

static struct disposition guard_for(int flags)
{
    unsigned entry = 0;
    for (unsigned i = 0; i < 4; i++)
        entry |= (flags & told_flags[i]) ? 1u << i : 0;
    return (struct disposition){(uintptr_t)guard_entries[entry],
                                (flags & ~(int)SA_RESETHAND) | GUARD_FLAGS};
}

/* The slot that holds the handler, else a free one that now does, else -1. */
static int slot_for(uintptr_t handler)
{
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t there = 0;
        if (atomic_compare_exchange_strong(&slots[i], &there, handler) || there == handler)
            return i;
    }
    return -1;
}

static struct disposition one_shot_for(struct disposition host)
{
    const int slot = slot_for(host.handler);
    if (slot < 0)
        return host; /* a ninth handler: the kernel resets it, and protection ends there */
    const int entry = 2 * slot + ((host.flags & SA_SIGINFO) != 0);
    return (struct disposition){(uintptr_t)one_shot_entries[entry],
                                (host.flags & ~(int)SA_RESETHAND) | SA_SIGINFO};
}

struct disposition disposition_to_kernel(struct disposition host)
{
    if (host.handler == (uintptr_t)SIG_DFL)
        return guard_for(host.flags);
    if (host.handler != (uintptr_t)SIG_IGN && (host.flags & (int)SA_RESETHAND))
        return one_shot_for(host);
    return host;
}

struct disposition disposition_to_host(struct disposition kernel)
{
    int entry = index_of(kernel.handler, guard_entries);
    if (entry >= 0) {
        struct disposition host = {(uintptr_t)SIG_DFL, kernel.flags & ~GUARD_FLAGS};
        for (unsigned i = 0; i < 4; i++)
            host.flags |= ((unsigned)entry & (1u << i)) ? told_flags[i] : 0;
        return host;
    }
    entry = index_of(kernel.handler, one_shot_entries);
    if (entry >= 0) {
        struct disposition host = {slots[entry / 2], kernel.flags | (int)SA_RESETHAND};
        if (entry % 2 == 0)
            host.flags &= ~SA_SIGINFO;
        return host;
    }
    return kernel;
}
