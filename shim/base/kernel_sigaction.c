#include "base/kernel_sigaction.h"

#include "base/sigset.h"

#if defined(RESTORER)
/* In assembly, since rt_sigreturn(2) takes the signal frame from the stack pointer: there must
   be no prologue. libgcc recognizes a signal frame by these two instructions
   (config/i386/linux-unwind.h). */
__asm__(".text\n"
        ".globl __restore_rt\n"
        ".hidden __restore_rt\n"
        ".type __restore_rt, @function\n"
        ".balign 16\n"
        "nop\n"
        "__restore_rt:\n" RESTORER ".size __restore_rt, . - __restore_rt\n");
#endif

long rt_sigaction(int signal_number, const struct kernel_sigaction *set,
                  struct kernel_sigaction *old)
{
    if (old)
        *old = (struct kernel_sigaction){0};
    return SYSCALL(SYS_rt_sigaction, signal_number, set, old, KERNEL_SIGSET_SIZE);
}

/* Whether a handler with these flags returns by rt_sigreturn(2). */
static bool is_for_rt_frame(int flags)
{
    return !RESTORER_FOR_SIGINFO || (flags & SA_SIGINFO);
}

bool kernel_sigaction_has_same_frame(int flags, int other_flags)
{
    return is_for_rt_frame(flags) == is_for_rt_frame(other_flags);
}

struct kernel_sigaction kernel_sigaction_for(struct disposition disposition)
{
    struct kernel_sigaction action = {
        .handler = disposition.handler,
        .flags = (unsigned)disposition.flags,
        .mask = disposition.mask,
    };
    if (is_for_rt_frame(disposition.flags)) { /* GCOVR_EXCL_BR_LINE */
        action.flags |= KERNEL_SIGACTION_FLAGS;
        action.restorer = kernel_sigaction_restorer;
    }
    return action;
}

struct kernel_sigaction kernel_sigaction_in_place(struct disposition disposition,
                                                  const struct kernel_sigaction *replaced)
{
    disposition.flags &= ~KERNEL_SA_RESTORER;
    struct kernel_sigaction action = kernel_sigaction_for(disposition);
    const bool serves =
        kernel_sigaction_has_same_frame(disposition.flags, (int)replaced->flags);
    if (serves) { /* GCOVR_EXCL_BR_LINE */
        action.flags = (action.flags & ~(unsigned long)KERNEL_SA_RESTORER) |
                       (replaced->flags & KERNEL_SA_RESTORER);
        action.restorer = replaced->restorer;
    }
    return action;
}

struct sigaction kernel_sigaction_to_libc(const struct kernel_sigaction *action)
{
    struct sigaction result = {.sa_handler = (sighandler_t)action->handler,
                               .sa_flags = (int)action->flags,
                               .sa_restorer = action->restorer};
    change_first_signals(&result.sa_mask, action->mask);
    return result;
}
