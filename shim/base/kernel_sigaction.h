/* SIGPIPE's disposition set and asked without libc: rt_sigaction(2). */
#ifndef NOSIGPIPE_KERNEL_SIGACTION_H
#define NOSIGPIPE_KERNEL_SIGACTION_H

#include "arch/arch.h"
#include "base/libc.h"
#include "base/syscall.h"

/* The flag that says that a restorer is given. libc's headers do not name it. */
#if defined(NO_RESTORER_MEMBER)
#define KERNEL_SA_RESTORER 0
#else
#define KERNEL_SA_RESTORER 0x04000000
#endif

/* The kernel's struct sigaction (include/linux/signal_types.h), not libc's. */
struct kernel_sigaction {
    uintptr_t handler;
    unsigned long flags;
#if !defined(NO_RESTORER_MEMBER)
    void (*restorer)(void);
#endif
    uint64_t mask;
#if defined(NO_RESTORER_MEMBER)
    void (*restorer)(void); /* behind what the kernel knows: stays NULL */
#endif
};

/* The part of a struct sigaction that the two sides see differently. The handler is an address,
   since it is a function of one argument or, with SA_SIGINFO, of three. */
struct disposition {
    uintptr_t handler;
    int flags;
    uint64_t mask; /* the signals 1 to 64 */
};

/* What a handler installed by kernel_action_set returns to, where the CPU needs that. Under
   this name gdb knows a signal frame, and sees the stack below it (gdb/amd64-linux-tdep.c,
   amd64_linux_sigtramp_p). */
#if defined(RESTORER)
void kernel_sigaction_restorer(void) __asm__("__restore_rt");
enum { KERNEL_SIGACTION_FLAGS = KERNEL_SA_RESTORER };
#else
static void (*const kernel_sigaction_restorer)(void) = 0;
enum { KERNEL_SIGACTION_FLAGS = 0 };
#endif

/* Installs `set` (where not NULL) and fills `old` (where not NULL). 0 or a negated errno value.
   `old` has a value even where a seccomp filter answers 0 without making the call (seccomp(2),
   SECCOMP_RET_ERRNO). */
long rt_sigaction(int signal_number, const struct kernel_sigaction *set,
                  struct kernel_sigaction *old);

/* A kernel action for a disposition that is installed without libc. */
struct kernel_sigaction kernel_sigaction_for(struct disposition disposition);

/* Whether the restorer of a handler with these flags serves one with those. */
bool kernel_sigaction_has_same_frame(int flags, int other_flags);

/* The same in the place of another, whose restorer it takes over, if that serves, or that it
   has none: a libc that set one without shows it. */
struct kernel_sigaction kernel_sigaction_in_place(struct disposition disposition,
                                                  const struct kernel_sigaction *replaced);

/* The same in libc's struct. */
struct sigaction kernel_sigaction_to_libc(const struct kernel_sigaction *action);

static inline struct disposition
kernel_sigaction_disposition(const struct kernel_sigaction *action)
{
    return (struct disposition){action->handler, (int)action->flags, action->mask};
}

#endif
