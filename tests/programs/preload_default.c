/* Loaded by past_the_shim.c: the signal(2) that an object gets depends on how it is loaded. */
#include <signal.h>

sighandler_t pass_to_signal(int signal_number, sighandler_t handler);

sighandler_t pass_to_signal(int signal_number, sighandler_t handler)
{
    return signal(signal_number, handler);
}
