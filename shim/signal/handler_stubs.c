#include "signal/handler_stubs.h"

/*
 * The functions that the kernel is given as SIGPIPE's handler. They are many, so that the
 * kernel's own record, by naming one of them, tells what the host asked for.
 */
#define SIXTEEN_TIMES(X)                                                                       \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define GUARD_STUB(n)                                                                          \
    static USED void guard_stub_##n(int signal_number, siginfo_t *info, void *context)         \
    {                                                                                          \
        guard_handler(signal_number, info, context);                                           \
    }
SIXTEEN_TIMES(GUARD_STUB)

/* The one for the default that a program starts with, which has no flag at all: libc adds
   SA_RESTORER to all that a program sets, and musl shows it (src/signal/sigaction.c). */
void guard_stub_at_start(int signal_number, siginfo_t *info, void *context)
{
    guard_handler(signal_number, info, context);
}

struct handler_slot slots[SLOTS];

/*
 * One-shot handlers. The kernel puts SIG_DFL in the place of a SA_RESETHAND handler when it
 * delivers the signal, past every interposer, so such a handler is installed without that flag
 * and behind an entry that puts the guard up before it calls the handler.
 */
#define RESETHAND_STUB(n)                                                                      \
    static USED void resethand_stub_##n(int signal_number, siginfo_t *info, void *context)     \
    {                                                                                          \
        (void)signal_number;                                                                   \
        resethand_handler(n, info, context);                                                   \
    }
SIXTEEN_TIMES(RESETHAND_STUB)

/*
 * The handler of Go's runtime. In a thread that Go has not made, where nobody has asked
 * os/signal for SIGPIPE, it passes a broken write on to the default action: it sets that, and
 * raises the signal again past libc (raisebadsignal, runtime/signal_unix.go). Its entry lets
 * the guard know.
 */
#define GO_STUB(n)                                                                             \
    static USED void go_stub_##n(int signal_number, siginfo_t *info, void *context)            \
    {                                                                                          \
        go_forwarding(slots[(n) / 2].handler, signal_number, info, context);                   \
    }
SIXTEEN_TIMES(GO_STUB)

/* clang-format off */
#define GUARD_PREL32(n)      PREL32(guard_stubs, guard_stub_##n)
#define RESETHAND_PREL32(n)   PREL32(resethand_stubs, resethand_stub_##n)
#define GO_PREL32(n)    PREL32(go_stubs, go_stub_##n)
PREL32_TABLE(guard_stubs) SIXTEEN_TIMES(GUARD_PREL32) PREL32_END;
PREL32_TABLE(resethand_stubs) SIXTEEN_TIMES(RESETHAND_PREL32) PREL32_END;
PREL32_TABLE(go_stubs) SIXTEEN_TIMES(GO_PREL32) PREL32_END;
/* clang-format on */
