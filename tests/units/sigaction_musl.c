/* signal() and its relatives where the libc is not glibc: as in musl, all set the same flags
   and an empty mask (src/signal/signal.c). */
#include "../fuzz/kernel.h"

#define gnu_get_libc_version no_version_of_glibc
#include "../../shim/interpose/sigaction.c" // NOLINT(bugprone-suspicious-include): with the name above

#include "call_parts.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* the old calls, too */

sighandler_t bsd_signal(int signal_number, sighandler_t handler);

static void handle(int signal_number)
{
    (void)signal_number;
}

static bool has_flags(sighandler_t handler, int flags)
{
    struct sigaction now;
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0 && first_signals(&now.sa_mask) == 0);
    return now.sa_handler == handler && now.sa_flags == flags;
}

static void try_names(void)
{
    sighandler_t (*const calls[])(int, sighandler_t) = {signal, bsd_signal, ssignal,
                                                        sysv_signal, __sysv_signal};
    start(MODE_CATCH);
    for (size_t i = 0; i < 5; i++) {
        CHECK(calls[i](SIGPIPE, handle) == SIG_DFL && has_flags(handle, SA_RESTART));
        CHECK(siginterrupt(SIGPIPE, 1) == 0 && has_flags(handle, 0));
        CHECK(calls[i](SIGPIPE, SIG_DFL) == handle && has_flags(SIG_DFL, SA_RESTART));
    }
    /* musl sets SIG_ERR like any other handler. */
    has_next = true;
    next.signal = signal;
    CHECK(needs_translation(SIGPIPE, SIG_DFL) && !needs_translation(SIGPIPE, SIG_ERR));
    options.mode = MODE_IGNORE;
    CHECK(needs_translation(SIGPIPE, SIG_ERR) && !needs_translation(SIGUSR1, SIG_ERR));
}

int main(void)
{
    in_child(try_names);
    return 0;
}
