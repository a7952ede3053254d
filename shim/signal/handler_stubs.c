#include "signal/handler_stubs.h"

/*
 * The functions that the kernel is given as SIGPIPE's handler. They are many, so that the
 * kernel's own record, by naming one of them, tells what the host asked for.
 */
#define SIXTEEN_TIMES(X)                                                                       \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

#define GUARD_ENTRY(n)                                                                         \
    static MEASURED void guard_entry_##n(int signal_number, siginfo_t *info, void *context)    \
    {                                                                                          \
        guard_signalled(signal_number, info, context);                                         \
    }
SIXTEEN_TIMES(GUARD_ENTRY)

/* The one for the default that a program starts with, which has no flag at all: libc adds
   SA_RESTORER to all that a program sets, and musl shows it (src/signal/sigaction.c). */
void guard_entry_at_start(int signal_number, siginfo_t *info, void *context)
{
    guard_signalled(signal_number, info, context);
}

/* handlers=override: the guard in the place of a handler of the host's. */
#define OVERRIDING_ENTRY(n)                                                                    \
    static MEASURED void overriding_entry_##n(int signal_number, siginfo_t *info,              \
                                              void *context)                                   \
    {                                                                                          \
        guard_signalled(signal_number, info, context);                                         \
    }
SIXTEEN_TIMES(OVERRIDING_ENTRY)

struct one_shot slots[SLOTS];

/*
 * One-shot handlers. The kernel puts SIG_DFL in the place of a SA_RESETHAND handler when it
 * delivers the signal, past every interposer, so such a handler is installed without that flag
 * and behind an entry that puts the guard up before it calls the handler.
 */
#define ONE_SHOT_ENTRY(n)                                                                      \
    static MEASURED void one_shot_entry_##n(int signal_number, siginfo_t *info, void *context) \
    {                                                                                          \
        (void)signal_number;                                                                   \
        guard_one_shot(n, info, context);                                                      \
    }
SIXTEEN_TIMES(ONE_SHOT_ENTRY)

/*
 * The handler of Go's runtime. In a thread that Go has not made, where nobody has asked
 * os/signal for SIGPIPE, it passes a broken write on to the default action: it sets that, and
 * raises the signal again past libc (raisebadsignal, runtime/signal_unix.go). Its entry lets
 * the guard know.
 */
#define PASSING_ENTRY(n)                                                                       \
    static MEASURED void passing_entry_##n(int signal_number, siginfo_t *info, void *context)  \
    {                                                                                          \
        guard_passing(slots[(n) / 2].handler, signal_number, info, context);                   \
    }
SIXTEEN_TIMES(PASSING_ENTRY)

/* clang-format off */
#define GUARD_DISTANCE(n)      DISTANCE(guard_entries, guard_entry_##n)
#define OVERRIDING_DISTANCE(n) DISTANCE(overriding_entries, overriding_entry_##n)
#define ONE_SHOT_DISTANCE(n)   DISTANCE(one_shot_entries, one_shot_entry_##n)
#define PASSING_DISTANCE(n)    DISTANCE(passing_entries, passing_entry_##n)
DISTANCES(guard_entries) SIXTEEN_TIMES(GUARD_DISTANCE) DISTANCES_END;
DISTANCES(overriding_entries) SIXTEEN_TIMES(OVERRIDING_DISTANCE) DISTANCES_END;
DISTANCES(one_shot_entries) SIXTEEN_TIMES(ONE_SHOT_DISTANCE) DISTANCES_END;
DISTANCES(passing_entries) SIXTEEN_TIMES(PASSING_DISTANCE) DISTANCES_END;
/* clang-format on */
