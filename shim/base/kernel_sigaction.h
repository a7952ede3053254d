/* Dispositions without libc: rt_sigaction(2). */
#ifndef NOSIGPIPE_KERNEL_SIGACTION_H
#define NOSIGPIPE_KERNEL_SIGACTION_H

#include "arch/arch.h"
#include "base/libc.h"
#include "base/syscall.h"

/* The flag for a restorer, which libc's headers do not name. */
#if defined(NO_RESTORER_MEMBER)
#define KERNEL_SA_RESTORER 0
#else
#define KERNEL_SA_RESTORER 0x04000000
#endif

/* Signals 1 to 64, in the kernel an array of unsigned long: ARM aligns a uint64_t to more. */
typedef uint64_t kernel_signals __attribute__((aligned(sizeof(unsigned long))));

/* The kernel's struct sigaction (include/linux/signal_types.h), not libc's. */
struct kernel_sigaction {
    uintptr_t handler;
    unsigned long flags;
#if !defined(NO_RESTORER_MEMBER)
    void (*restorer)(void);
#endif
    kernel_signals mask;
#if defined(NO_RESTORER_MEMBER)
    void (*restorer)(void); /* stays NULL; last, since the kernel does not have it */
#endif
};

/* The part of a struct sigaction that differs between the app and the kernel. The handler is an
   address, since it is a function of one argument or, with SA_SIGINFO, of three. */
struct disposition {
    uintptr_t handler;
    int flags;
    uint64_t mask; /* the signals 1 to 64 */
};

/* What a handler that rt_sigaction installs returns to, on a CPU that needs it. By this name
   gdb recognizes a signal frame and shows the stack below it (gdb/amd64-linux-tdep.c,
   amd64_linux_sigtramp_p). */
#if defined(RESTORER)
void kernel_sigaction_restorer(void) __asm__("__restore_rt");
enum { KERNEL_SIGACTION_FLAGS = KERNEL_SA_RESTORER };
#else
static void (*const kernel_sigaction_restorer)(void) = 0;
enum { KERNEL_SIGACTION_FLAGS = 0 };
#endif

/* Installs `set` and fills `old`; either may be NULL. Returns 0 or a negated errno value. `old`
   is zero if a seccomp filter returns 0 without making the call (seccomp(2),
   SECCOMP_RET_ERRNO). */
long rt_sigaction(int signal_number, const struct kernel_sigaction *set,
                  struct kernel_sigaction *old);

/* The kernel's struct for a disposition that is installed without libc. */
struct kernel_sigaction kernel_sigaction_for(struct disposition disposition);

/* Whether handlers with these flags can have the same restorer. */
bool kernel_sigaction_has_same_frame(int flags, int other_flags);

/* As kernel_sigaction_for, but takes the restorer of `replaced`, or that it has none, if their
   frames allow it: a libc that set no restorer would show another's in a query. */
struct kernel_sigaction kernel_sigaction_in_place(struct disposition disposition,
                                                  const struct kernel_sigaction *replaced);

/* Converts to libc's struct. */
struct sigaction kernel_sigaction_to_libc(const struct kernel_sigaction *action);

static inline struct disposition
kernel_sigaction_disposition(const struct kernel_sigaction *action)
{
    return (struct disposition){action->handler, (int)action->flags, action->mask};
}

#endif
