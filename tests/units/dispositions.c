/*
 * Dispositions to the kernel and back: a query returns what the app has set, and what the
 * kernel holds runs one of the guard's functions, with the flags and the mask that the guard
 * needs.
 */
#include "../../shim/signal/disposition.h"

#include <string.h>

#include "../../shim/base/sigset.h"
#include "../../shim/config/options.h"
#include "../fuzz/check.h"

/* Replaces other parts of the shim. */
struct options options;
bool sandboxed;

/* Go programs that contain C export this. */
char _cgo_topofstack[1];

static uint64_t set_of(const int *signals, size_t count)
{
    uint64_t set = 0;
    for (size_t i = 0; i < count; i++)
        set |= signal_bit(signals[i]);
    return set;
}
#define SET(...) set_of((const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

/* What the stub that the kernel runs has called. */
static enum { NOTHING, GUARDED, FORWARDED, RESETHAND } called;
static uintptr_t passed;
static int number_called;
static siginfo_t the_info;
static int the_context;

void guard_handler(int signal_number, siginfo_t *info, void *context)
{
    CHECK(signal_number == SIGPIPE && info == &the_info && context == &the_context);
    called = GUARDED;
}

void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    CHECK(signal_number == SIGPIPE && info == &the_info && context == &the_context);
    called = FORWARDED;
    passed = handler;
}

void resethand_handler(int number, siginfo_t *info, void *context)
{
    CHECK(info == &the_info && context == &the_context);
    called = RESETHAND;
    number_called = number;
}

static void run(struct disposition kernel)
{
    called = NOTHING;
    CHECK(kernel.flags & SA_SIGINFO);
    ((handler_function *)kernel.handler)(SIGPIPE, &the_info, &the_context);
}

static bool same(struct disposition one, struct disposition other)
{
    return one.handler == other.handler && one.flags == other.flags && one.mask == other.mask;
}

/* All flags of sigaction(2), with SA_RESTORER, which libc adds. */
static const int flags[] = {SA_NOCLDSTOP, SA_SIGINFO,        SA_ONSTACK, SA_RESTART,
                            SA_NODEFER,   (int)SA_RESETHAND, 0x04000000};
enum { COMBINATIONS = 1 << sizeof(flags) / sizeof(flags[0]) };

static int combined(unsigned combination)
{
    int all = 0;
    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        all |= combination & 1u << i ? flags[i] : 0;
    return all;
}

/* `faults` are signals that a fault or a seccomp filter raises in the guard itself, `own` those
   that libc keeps for itself (nptl(7)); sigaction(2) never masks SIGKILL and SIGSTOP. */
static void check_guard_here(struct disposition app, struct disposition kernel)
{
    const uint64_t own = SET(32, 33);
    const uint64_t faults = SET(SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS);
    const uint64_t others = ~(faults | SET(SIGKILL, SIGSTOP, SIGPIPE));
    CHECK((kernel.mask & own) == own && (kernel.mask & app.mask) == app.mask);
    CHECK(!(kernel.flags & (int)SA_RESETHAND));
    if ((app.mask & ~sigpipe_bit) == 0)
        CHECK((kernel.mask & ~sigpipe_bit) == others);
    else
        CHECK(kernel.mask == (app.mask | own));
}

/* SIG_DFL with any flags and mask. */
static void try_defaults(void)
{
    const uint64_t masks[] = {0, sigpipe_bit, SET(SIGUSR1), SET(SIGHUP, 64, SIGPIPE), 1};
    for (unsigned i = 0; i < COMBINATIONS; i++) {
        for (size_t n = 0; n < sizeof(masks) / sizeof(masks[0]); n++) {
            const struct disposition app = {(uintptr_t)SIG_DFL, combined(i), masks[n]};
            const struct disposition kernel = disposition_to_kernel(app);
            CHECK(same(disposition_to_app(kernel), app));
            if (options.mode == MODE_IGNORE) {
                CHECK(kernel.handler == (uintptr_t)SIG_IGN);
                CHECK(disposition_is_ignored_default(kernel));
            }
            const struct disposition guard = disposition_guard(app);
            CHECK(options.mode == MODE_IGNORE || same(guard, kernel));
            CHECK(same(disposition_to_app(guard), app));
            CHECK(!disposition_is_ignored_default(guard));
            CHECK((guard.flags & SA_ONSTACK) && (guard.flags & SA_RESTART));
            check_guard_here(app, guard);
            run(guard);
            CHECK(called == GUARDED);
        }
    }
}

/* SIG_IGN, and handlers that the kernel holds unchanged. */
static void try_others(void)
{
    const uintptr_t handlers[] = {(uintptr_t)SIG_IGN, (uintptr_t)try_defaults};
    for (unsigned i = 0; i < COMBINATIONS; i++) {
        for (size_t n = 0; n < 2; n++) {
            const struct disposition app = {handlers[n], combined(i), SET(SIGUSR2, SIGPIPE)};
            if (n == 1 && (app.flags & (int)SA_RESETHAND))
                continue;
            CHECK(same(disposition_to_kernel(app), app));
            CHECK(same(disposition_to_app(app), app));
            CHECK(!disposition_is_ignored_default(app));
        }
    }
}

static void try_start(void)
{
    const struct disposition start = {(uintptr_t)SIG_DFL, 0, 0};
    const struct disposition kernel = disposition_at_start();
    CHECK(same(disposition_to_app(kernel), start) && disposition_is_at_start(start));
    CHECK(!disposition_is_at_start((struct disposition){(uintptr_t)SIG_DFL, 0, 1}));
    CHECK(!disposition_is_at_start((struct disposition){(uintptr_t)SIG_DFL, SA_RESTART, 0}));
    CHECK(!disposition_is_at_start((struct disposition){(uintptr_t)SIG_IGN, 0, 0}));
    check_guard_here(start, kernel);
    CHECK(kernel.flags == (SA_SIGINFO | SA_ONSTACK | SA_RESTART));
    run(kernel);
    CHECK(called == GUARDED);
}

/* As many handlers as there are slots, each with one argument and with three. Only their
 * addresses matter. */
enum { HANDLERS = 8 };
static char handlers[HANDLERS + 1];

static struct disposition resethand_of(int i, int more)
{
    return (struct disposition){(uintptr_t)&handlers[i], (int)SA_RESETHAND | more,
                                signal_bit(1 + i)};
}

static void try_resethand(int more)
{
    for (int i = 0; i < HANDLERS; i++) {
        const struct disposition app = resethand_of(i, more);
        const struct disposition kernel = disposition_to_kernel(app);
        CHECK(!(kernel.flags & (int)SA_RESETHAND) && kernel.mask == app.mask);
        CHECK(same(disposition_to_app(kernel), app));
        run(kernel);
        CHECK(called == RESETHAND);
        CHECK(handler_stub(RESETHAND_STUBS + number_called) == kernel.handler);
        struct handler_slot *const slot = handler_slot(number_called);
        CHECK(slot->handler == app.handler && !slot->spent);
        slot->spent = 1;
        CHECK(same(disposition_to_app(kernel), app));
        sandboxed = true; /* there the kernel holds the stub when the handler has run */
        CHECK(same(disposition_to_app(kernel),
                   (struct disposition){(uintptr_t)SIG_DFL, app.flags, app.mask}));
        disposition_to_kernel(app);
        CHECK(!slot->spent && same(disposition_to_app(kernel), app));
        sandboxed = false;
    }
    const struct disposition one_more = resethand_of(HANDLERS, more);
    CHECK(same(disposition_to_kernel(one_more), one_more));
    CHECK(same(disposition_to_kernel((struct disposition){(uintptr_t)SIG_IGN, more, 0}),
               (struct disposition){(uintptr_t)SIG_IGN, more, 0}));
}

/* When a sandbox begins, no handler counts as run, whatever a vfork child has written. */
static void try_sandbox_begins(void)
{
    const struct disposition app = resethand_of(0, 0);
    const struct disposition kernel = disposition_to_kernel(app);
    for (int i = 0; i < HANDLERS; i++)
        handler_slot(2 * i)->spent = 1;
    disposition_begin_sandbox();
    for (int i = 0; i < HANDLERS; i++)
        CHECK(!handler_slot(2 * i)->spent && handler_slot(2 * i)->handler);
    sandboxed = true;
    CHECK(same(disposition_to_app(kernel), app));
    sandboxed = false;
}

/* As setsig() of Go's runtime sets it (runtime/os_linux.go), and in other ways. */
static void try_go(uintptr_t handler, bool room)
{
    const int own = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    const uint64_t masks[] = {~UINT64_C(0), ~SET(32, 33), ~SET(32), ~SET(31), ~SET(34), 0};
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        const struct disposition app = {handler, own, masks[i]};
        const struct disposition kernel = disposition_to_kernel(app);
        CHECK(same(disposition_to_app(kernel), app));
        CHECK(kernel.flags == own && kernel.mask == masks[i]);
        CHECK((kernel.handler == handler) == (i >= 3 || !room));
        if (kernel.handler == handler)
            continue;
        run(kernel);
        CHECK(called == FORWARDED && passed == handler);
    }
    const struct disposition others[] = {
        {handler, own & ~SA_RESTART, ~UINT64_C(0)},
        {handler, own | SA_NODEFER, ~UINT64_C(0)},
        {(uintptr_t)SIG_IGN, own, ~UINT64_C(0)},
    };
    for (size_t i = 0; i < 3; i++)
        CHECK(same(disposition_to_kernel(others[i]), others[i]));
}

/* handlers=override: every handler is returned, but SIG_DFL for one more than there are slots.
 */
static void try_overriding(void)
{
    const uint64_t masks[] = {0, sigpipe_bit, SET(SIGUSR1), SET(SIGINT, SIGPIPE)};
    for (unsigned i = 0; i < COMBINATIONS * HANDLERS; i++) {
        const struct disposition app = {(uintptr_t)&handlers[i % HANDLERS],
                                        combined(i / HANDLERS), masks[i % 4]};
        const struct disposition kernel = disposition_to_kernel(app);
        CHECK(same(disposition_to_app(kernel), app));
        check_guard_here(app, kernel);
        run(kernel);
        CHECK(called == ((app.flags & (int)SA_RESETHAND) ? RESETHAND : FORWARDED));
    }
    /* The kernel keeps any flag with any signal. */
    const struct disposition other_flag = {(uintptr_t)&handlers[0], SA_NOCLDWAIT, 0};
    CHECK(same(disposition_to_app(disposition_to_kernel(other_flag)), other_flag));
    const struct disposition one_more = resethand_of(HANDLERS, SA_NODEFER);
    const struct disposition returned = disposition_to_app(disposition_to_kernel(one_more));
    CHECK(returned.handler == (uintptr_t)SIG_DFL && returned.flags == one_more.flags &&
          returned.mask == one_more.mask);
    run(disposition_to_kernel(one_more));
    CHECK(called == GUARDED);
}

static void try_off(void)
{
    const struct disposition app = {(uintptr_t)SIG_DFL, (int)SA_RESETHAND, 3};
    CHECK(same(disposition_to_kernel(app), app));
}

int main(void)
{
    try_go((uintptr_t)&handlers[0], true);
    for (int i = 0; i < HANDLERS; i++)
        disposition_to_kernel(resethand_of(i, 0));
    try_go((uintptr_t)&handlers[HANDLERS], false);
    for (options.mode = MODE_CATCH; options.mode <= MODE_FLAGS; options.mode++) {
        try_start();
        try_defaults();
        try_others();
        try_resethand(0);
        try_resethand(SA_NODEFER | SA_SIGINFO);
    }
    try_sandbox_begins();
    options.mode = MODE_CATCH;
    options.handlers = HANDLERS_OVERRIDE;
    try_overriding();
    options.off = true;
    try_off();
    return 0;
}
