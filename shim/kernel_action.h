/* SIGPIPE's disposition set and asked without libc: rt_sigaction(2). */
#ifndef NOSIGPIPE_KERNEL_ACTION_H
#define NOSIGPIPE_KERNEL_ACTION_H

#include "api.h"
#include "arch.h"
#include "disposition.h"
#include "syscalls.h"

/* The flag that says that a restorer is given. libc's headers do not name it. */
#define KERNEL_SA_RESTORER 0x04000000

/* The kernel's struct sigaction (include/linux/signal_types.h), not libc's. */
struct kernel_action {
    uintptr_t handler;
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

/* What a handler installed by kernel_action_set returns to, where the CPU needs that. Under
   this name gdb knows a signal frame, and sees the stack below it (gdb/amd64-linux-tdep.c,
   amd64_linux_sigtramp_p). */
void kernel_action_restorer(void) __asm__("__restore_rt");

/* Installs `set` (where not NULL) and fills `old` (where not NULL). 0 or a negated errno value.
   `old` has a value even where a seccomp filter answers 0 without making the call (seccomp(2),
   SECCOMP_RET_ERRNO). */
static inline long kernel_action_swap(int signal_number, const struct kernel_action *set,
                                      struct kernel_action *old)
{
    if (old)
        *old = (struct kernel_action){0};
    return RAW(SYS_rt_sigaction, signal_number, set, old, KERNEL_SIGSET_SIZE);
}

/* A kernel action for a disposition that is installed without libc, and back. */
static inline struct kernel_action kernel_action_for(struct disposition disposition)
{
    return (struct kernel_action){
        .handler = disposition.handler,
        .flags = (unsigned)disposition.flags | KERNEL_SA_RESTORER,
        .restorer = kernel_action_restorer,
        .mask = disposition.mask,
    };
}

static inline struct disposition kernel_action_disposition(const struct kernel_action *action)
{
    return (struct disposition){action->handler, (int)action->flags,
                                (unsigned long)action->mask};
}

#endif
