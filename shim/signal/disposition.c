#include "signal/disposition.h"

#include <stdatomic.h>

#include "base/seccomp.h"
#include "config/options.h"
#include "signal/handler_stubs.h"

/* SA_ONSTACK: a thread's own stack may be a few hundred bytes (Go's goroutines). SA_RESTART: a
   signal that is absorbed should not interrupt what the thread was doing. */
enum { GUARD_FLAGS = SA_SIGINFO | SA_ONSTACK | SA_RESTART };

/* The flags that the guard must have or must not have itself. The number of its entry says, a
   bit for each, whether the host asked for them. */
static const int encoded_flags[] = {SA_SIGINFO, SA_ONSTACK, SA_RESTART, (int)SA_RESETHAND};

/* Beside SIG_IGN: that the host has the default. Signal 32 is libc's own, which its
   sigfillset(3) leaves out, and a mask means nothing where no handler runs. */
static const uint64_t mark_ignored_default = UINT64_C(1) << 31;

uintptr_t resethand_stub(int number)
{
    return prel32_function(resethand_stubs, (unsigned)number);
}

struct handler_slot *handler_slot(int number)
{
    return &slots[number / 2];
}

void disposition_begin_sandbox(void)
{
    for (int i = 0; i < SLOTS; i++)
        slots[i].spent = 0;
}

/*
 * What the guard runs with blocked: all but what a fault or a seccomp filter raises in the
 * guard itself. A handler of the host's that broke in and wrote would have the signals of its
 * writes merged, since this one is blocked then, and libc's own, by which a thread is
 * cancelled, would end the guard in its midst.
 */
#define BIT(signal_number) (UINT64_C(1) << ((signal_number)-1))
static const uint64_t never_masked = BIT(SIGKILL) | BIT(SIGSTOP); /* sigaction(2) */
static const uint64_t faults = BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGABRT) | BIT(SIGBUS) |
                               BIT(SIGFPE) | BIT(SIGSEGV) | BIT(SIGSYS);
static const uint64_t guard_mask = ~(BIT(SIGPIPE) | never_masked | faults);

/* Those that cancel a thread or stop it for another: glibc's and musl's own two. No libc lets a
   host name them. */
static const uint64_t libc_signals = BIT(32) | BIT(33);

/* The mask of a disposition that the host has set, beside the guard, and back. SIGPIPE in it
   makes no difference there; the usual masks are none and SIGPIPE alone. */
static uint64_t mask_to_kernel(uint64_t app)
{
    return (app & ~BIT(SIGPIPE)) == 0 ? app | guard_mask : app | libc_signals;
}

static uint64_t mask_from_kernel(uint64_t kernel)
{
    return (kernel & ~BIT(SIGPIPE)) == guard_mask ? kernel & BIT(SIGPIPE)
                                                  : kernel & ~libc_signals;
}

static int index_of(uintptr_t handler, const int32_t *entries)
{
    for (int i = 0; i < 16; i++) {
        if (prel32_function(entries, (unsigned)i) == handler)
            return i;
    }
    return -1;
}

struct disposition disposition_at_start(void)
{
    uintptr_t entry = (uintptr_t)guard_stub_at_start;
    __asm__("" : "+r"(entry)); /* computed: else compilers keep a struct to copy, relocated */
    return (struct disposition){entry, GUARD_FLAGS, guard_mask};
}

bool disposition_is_at_start(struct disposition app)
{
    return app.handler == (uintptr_t)SIG_DFL && app.flags == 0 && app.mask == 0;
}

struct disposition disposition_guard(struct disposition app)
{
    unsigned number = 0;
    for (unsigned i = 0; i < 4; i++)
        number |= (app.flags & encoded_flags[i]) ? 1u << i : 0;
    app.handler = prel32_function(guard_stubs, number);
    app.flags = (app.flags & ~(int)SA_RESETHAND) | GUARD_FLAGS;
    app.mask = mask_to_kernel(app.mask);
    return app;
}

bool disposition_is_ignored_default(struct disposition kernel)
{
    return options.mode == MODE_IGNORE && kernel.handler == (uintptr_t)SIG_IGN &&
           (kernel.mask & mark_ignored_default);
}

bool disposition_is_overridden(struct disposition kernel)
{
    return options.handlers == HANDLERS_OVERRIDE &&
           (index_of(kernel.handler, resethand_stubs) >= 0 ||
            index_of(kernel.handler, go_stubs) >= 0);
}

/* The number of the entries for a handler: those of the slot that holds it, else of a free one
   that now does, else -1. The odd one is for a host that asked for SA_SIGINFO. */
static int number_for(struct disposition app)
{
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t there = 0;
        if (atomic_compare_exchange_strong(&slots[i].handler, &there, app.handler) ||
            there == app.handler)
            return 2 * i + ((app.flags & SA_SIGINFO) != 0);
    }
    return -1;
}

/* Where the slots are full: a one-shot handler is reset by the kernel, and protection ends
   then; an overridden one is not remembered. */
static struct disposition resethand(struct disposition app)
{
    const int number = number_for(app);
    if (number < 0)
        return app;
    slots[number / 2].spent = 0;
    app.handler = prel32_function(resethand_stubs, (unsigned)number);
    app.flags = (app.flags & ~(int)SA_RESETHAND) | SA_SIGINFO;
    return app;
}

/* Go programs that have C in them export this one (runtime/cgo/callbacks.go). */
WEAK_IMPORT char _cgo_topofstack[];

/* As setsig of runtime/os_linux.go asks for it: by no other flags, and with every signal
   masked, of which libc leaves out its own two (32 and 33). */
static bool is_of_go(struct disposition app)
{
    static const uint64_t own = 3ull << 31;
    return _cgo_topofstack && app.handler != (uintptr_t)SIG_IGN &&
           app.flags == (SA_SIGINFO | SA_ONSTACK | SA_RESTART) && (app.mask | own) == ~0ull;
}

static struct disposition go_forwarding_to(struct disposition app)
{
    const int number = number_for(app);
    if (number >= 0)
        app.handler = prel32_function(go_stubs, (unsigned)number);
    return app;
}

static struct disposition overridden(struct disposition app)
{
    const int number = number_for(app);
    const bool resets = app.flags & (int)SA_RESETHAND;
    if (number < 0)
        return disposition_guard(app);
    app.handler = prel32_function(resets ? resethand_stubs : go_stubs, (unsigned)number);
    app.flags = (app.flags & ~(int)SA_RESETHAND) | SA_SIGINFO;
    app.mask = mask_to_kernel(app.mask);
    return app;
}

static struct disposition ignored_default(struct disposition app)
{
    app.handler = (uintptr_t)SIG_IGN;
    app.mask |= mark_ignored_default;
    return app;
}

struct disposition disposition_to_kernel(struct disposition app)
{
    if (options.off)
        return app;
    if (app.handler == (uintptr_t)SIG_DFL) {
        return options.mode == MODE_IGNORE ? ignored_default(app) : disposition_guard(app);
    }
    if (options.handlers == HANDLERS_OVERRIDE)
        return overridden(app);
    if (app.handler != (uintptr_t)SIG_IGN && (app.flags & (int)SA_RESETHAND))
        return resethand(app);
    return is_of_go(app) ? go_forwarding_to(app) : app;
}

struct kernel_sigaction disposition_ignored_at_start(void)
{
    const struct disposition start = {(uintptr_t)SIG_DFL, 0, 0};
    const struct disposition ignored = disposition_to_kernel(start);
    return (struct kernel_sigaction){.handler = ignored.handler, .mask = ignored.mask};
}

static struct disposition decode_default(struct disposition kernel, unsigned number)
{
    kernel.handler = (uintptr_t)SIG_DFL;
    kernel.flags &= ~GUARD_FLAGS;
    for (unsigned i = 0; i < 4; i++)
        kernel.flags |= (number & (1u << i)) ? encoded_flags[i] : 0;
    kernel.mask = mask_from_kernel(kernel.mask);
    return kernel;
}

static struct disposition decode_slot(struct disposition kernel, int number, int flags)
{
    kernel.handler = slots[number / 2].handler;
    kernel.flags = number % 2 ? flags : flags & ~SA_SIGINFO;
    if (options.handlers == HANDLERS_OVERRIDE)
        kernel.mask = mask_from_kernel(kernel.mask);
    return kernel;
}

/* In a sandbox the entry stays when the handler has run (guard.c, resethand_handler). */
static struct disposition decode_resethand(struct disposition kernel, int number)
{
    kernel = decode_slot(kernel, number, kernel.flags | (int)SA_RESETHAND);
    if (sandboxed && slots[number / 2].spent)
        kernel.handler = (uintptr_t)SIG_DFL;
    return kernel;
}

struct disposition disposition_to_app(struct disposition kernel)
{
    if (kernel.handler == (uintptr_t)guard_stub_at_start)
        return (struct disposition){(uintptr_t)SIG_DFL, 0, 0};
    int number = index_of(kernel.handler, guard_stubs);
    if (number >= 0)
        return decode_default(kernel, (unsigned)number);
    number = index_of(kernel.handler, resethand_stubs);
    if (number >= 0)
        return decode_resethand(kernel, number);
    number = index_of(kernel.handler, go_stubs);
    if (number >= 0)
        return decode_slot(kernel, number, kernel.flags);
    if (disposition_is_ignored_default(kernel)) {
        kernel.handler = (uintptr_t)SIG_DFL;
        kernel.mask &= ~mark_ignored_default;
    }
    return kernel;
}
