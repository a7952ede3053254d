/*
 * The constructor. The object is linked with -z initfirst, so that it runs before those of all
 * other objects; what arrives earlier still, early.h serves.
 */
#include "guard.h"
#include "kernel_action.h"
#include "next.h"
#include "self.h"
#include "sigpipe.h"

__attribute__((constructor)) static void start(void)
{
    unsigned long blocked = 0;
    self_remember();
    guard_install();
    if (guard_send_flag) {
        RAW(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, KERNEL_SIGSET_SIZE);
        if (blocked & sigpipe_bit)
            guard_take_signals();
    }
    next_find();
}
