#include "signal/disposition.h"

#include <stdatomic.h>

#include "base/seccomp.h"
#include "base/sigset.h"
#include "config/options.h"

/* The flags that the guard itself needs or must not have. The number of its stub has a bit for
   each: whether the app has set it. */
static const int encoded_flags[] = {SA_SIGINFO, SA_ONSTACK, SA_RESTART, (int)SA_RESETHAND};

/* glibc and musl cancel a thread, or stop it for another thread, by these two. sigaddset(3)
   refuses them in musl and, since 2.28, in glibc; sigfillset(3) has always left them out. */
static const uint64_t libc_signals = SIGNAL_BIT(32) | SIGNAL_BIT(33);

/* In a mask beside SIG_IGN: the app has SIG_DFL. sigfillset(3) never sets signal 32, and the
   kernel does not use the mask where no handler runs. */
static const uint64_t mark_ignored_default = SIGNAL_BIT(32);

/* Translate the mask of a disposition that the guard stands for. The usual masks, none and
   SIGPIPE alone, become guard_mask. SIGPIPE in it records which of the two the app has set, and
   makes no difference to the guard. */
static uint64_t mask_to_kernel(uint64_t app)
{
    return (app & ~sigpipe_bit) == 0 ? app | guard_mask : app | libc_signals;
}

static uint64_t mask_from_kernel(uint64_t kernel)
{
    return (kernel & ~sigpipe_bit) == guard_mask ? kernel & sigpipe_bit
                                                 : kernel & ~libc_signals;
}

/* The number of the stub that the kernel holds, or -1. */
static int stub_of(struct disposition kernel)
{
    int stub = STUBS - 1;
    while (stub >= 0 && handler_stub(stub) != kernel.handler)
        stub--;
    return stub;
}

void disposition_begin_sandbox(void)
{
    for (int i = 0; i < SLOTS; i++)
        handler_slots[i].spent = 0;
}

struct disposition disposition_at_start(void)
{
    return (struct disposition){handler_stub(START_STUB), GUARD_FLAGS, guard_mask};
}

bool disposition_is_at_start(struct disposition app)
{
    return app.handler == (uintptr_t)SIG_DFL && app.flags == 0 && app.mask == 0;
}

struct disposition disposition_guard(struct disposition app)
{
    int number = 0;
    for (int i = 0; i < 4; i++)
        number |= (app.flags & encoded_flags[i]) ? 1 << i : 0;
    app.handler = handler_stub(GUARD_STUBS + number);
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
    return options.handlers == HANDLERS_OVERRIDE && stub_of(kernel) >= RESETHAND_STUBS;
}

/* Replaces the handler by a stub of this kind. False if it has no slot and none is free. */
static bool put_stub(struct disposition *app, int kind)
{
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t there = 0;
        if (atomic_compare_exchange_strong(&handler_slots[i].handler, &there, app->handler) ||
            there == app->handler) {
            const int number = 2 * i + ((app->flags & SA_SIGINFO) != 0);
            app->handler = handler_stub(kind + number);
            if (kind == RESETHAND_STUBS)
                handler_slots[i].spent = 0;
            app->flags = (app->flags & ~(int)SA_RESETHAND) | SA_SIGINFO;
            return true;
        }
    }
    return false;
}

/* Go programs that contain C export this symbol (runtime/cgo/callbacks.go). */
WEAK_IMPORT char _cgo_topofstack[];

/* Whether Go's runtime has set this: setsig in runtime/os_linux.go sets exactly these flags and
   masks every signal; libc takes its own two out of the mask. */
static bool is_of_go(struct disposition app)
{
    return _cgo_topofstack && app.handler != (uintptr_t)SIG_IGN &&
           app.flags == (SA_SIGINFO | SA_ONSTACK | SA_RESTART) &&
           (app.mask | libc_signals) == ~UINT64_C(0);
}

struct disposition disposition_to_kernel(struct disposition app)
{
    const bool resets = app.flags & (int)SA_RESETHAND;
    if (options.off)
        return app;
    if (app.handler == (uintptr_t)SIG_DFL) {
        if (options.mode != MODE_IGNORE)
            return disposition_guard(app);
        app.handler = (uintptr_t)SIG_IGN;
        app.mask |= mark_ignored_default;
    } else if (options.handlers == HANDLERS_OVERRIDE) {
        if (!put_stub(&app, resets ? RESETHAND_STUBS : GO_STUBS))
            return disposition_guard(app); /* a query then returns SIG_DFL */
        app.mask = mask_to_kernel(app.mask);
    } else if (resets && app.handler != (uintptr_t)SIG_IGN) {
        put_stub(&app, RESETHAND_STUBS); /* else the kernel resets it, and protection ends */
    } else if (is_of_go(app)) {
        put_stub(&app, GO_STUBS);
    }
    return app;
}

struct kernel_sigaction disposition_ignored_at_start(void)
{
    return (struct kernel_sigaction){.handler = (uintptr_t)SIG_IGN,
                                     .mask = mark_ignored_default};
}

static struct disposition decode_default(struct disposition kernel, int number)
{
    kernel.handler = (uintptr_t)SIG_DFL;
    kernel.flags &= ~GUARD_FLAGS;
    for (int i = 0; i < 4; i++)
        kernel.flags |= (number & 1 << i) ? encoded_flags[i] : 0;
    kernel.mask = mask_from_kernel(kernel.mask);
    return kernel;
}

static struct disposition decode_slot(struct disposition kernel, int stub)
{
    const bool resets = stub < GO_STUBS;
    const int number = stub - (resets ? RESETHAND_STUBS : GO_STUBS);
    struct handler_slot *const slot = handler_slot(number);
    /* In a sandbox the kernel still holds the stub when the handler has run. */
    kernel.handler =
        resets && sandboxed && slot->spent ? (uintptr_t)SIG_DFL : (uintptr_t)slot->handler;
    kernel.flags |= resets ? (int)SA_RESETHAND : 0;
    if (number % 2 == 0)
        kernel.flags &= ~SA_SIGINFO;
    if (options.handlers == HANDLERS_OVERRIDE)
        kernel.mask = mask_from_kernel(kernel.mask);
    return kernel;
}

struct disposition disposition_to_app(struct disposition kernel)
{
    const int stub = stub_of(kernel);
    if (stub == START_STUB)
        return (struct disposition){(uintptr_t)SIG_DFL, 0, 0};
    if (stub >= RESETHAND_STUBS)
        return decode_slot(kernel, stub);
    if (stub >= GUARD_STUBS)
        return decode_default(kernel, stub - GUARD_STUBS);
    if (disposition_is_ignored_default(kernel)) {
        kernel.handler = (uintptr_t)SIG_DFL;
        kernel.mask &= ~mark_ignored_default;
    }
    return kernel;
}
