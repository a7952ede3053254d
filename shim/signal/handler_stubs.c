#include "signal/disposition.h"

struct handler_slot handler_slots[SLOTS];

/* There are so many stubs because the kernel records nothing but the address of one. Only the
   table below names them, so `used` keeps them. */
#define STUB(name)                                                                             \
    static __attribute__((used)) void name(int signal_number, siginfo_t *info, void *context)
#define SIXTEEN_TIMES(X)                                                                       \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

/* Where the app sees the stub's address, it may call the stub itself, or set it without
   SA_SIGINFO: resident/guard.c. */
#if defined(NOSIGPIPE_RESIDENT)
#define GUARD(...) resident_guard((uintptr_t)__builtin_dwarf_cfa(), __VA_ARGS__)
#else
#define GUARD(...) guard_handler(__VA_ARGS__)
#endif

#define GUARD_STUB(n)                                                                          \
    STUB(guard_stub_##n)                                                                       \
    {                                                                                          \
        GUARD(signal_number, info, context);                                                   \
    }
SIXTEEN_TIMES(GUARD_STUB)

/* Stands for the disposition that a program starts with, which has no flags. GUARD_STUBS do
   not: libc adds SA_RESTORER to what a program sets, and musl returns that
   (src/signal/sigaction.c). */
GUARD_STUB(at_start)

/*
 * When the kernel delivers the signal to a handler with SA_RESETHAND, it sets SIG_DFL, which no
 * interposer sees. So the kernel gets one of these without that flag: it sets the guard and
 * then calls the handler.
 */
#define RESETHAND_STUB(n)                                                                      \
    STUB(resethand_stub_##n)                                                                   \
    {                                                                                          \
        (void)signal_number;                                                                   \
        resethand_handler(n, info, context);                                                   \
    }
SIXTEEN_TIMES(RESETHAND_STUB)

/*
 * Go's runtime forwards a broken write to the default action when its handler runs in a thread
 * that Go has not made and nobody has asked os/signal for SIGPIPE: it sets SIG_DFL and raises
 * the signal again, both past libc (raisebadsignal, runtime/signal_unix.go). The stub lets the
 * guard recognize that signal.
 */
#define GO_STUB(n)                                                                             \
    STUB(go_stub_##n)                                                                          \
    {                                                                                          \
        go_forwarding(handler_slot(n)->handler, signal_number, info, context);                 \
    }
SIXTEEN_TIMES(GO_STUB)

#define OFFSET_OF(stub)     ".long " #stub " - handler_stub_offsets\n"
#define GUARD_OFFSET(n)     OFFSET_OF(guard_stub_##n)
#define RESETHAND_OFFSET(n) OFFSET_OF(resethand_stub_##n)
#define GO_OFFSET(n)        OFFSET_OF(go_stub_##n)
/* clang-format off */
__asm__(".pushsection .rodata\n"
        ".balign 4\n"
        ".hidden handler_stub_offsets\n"
        ".globl handler_stub_offsets\n"
        "handler_stub_offsets:\n"
        SIXTEEN_TIMES(GUARD_OFFSET) GUARD_OFFSET(at_start)
        SIXTEEN_TIMES(RESETHAND_OFFSET) SIXTEEN_TIMES(GO_OFFSET)
        ".popsection\n");
/* clang-format on */
