/*
 * syscall(2), libc's function for system calls by number. Those that set SIGPIPE's disposition,
 * may block it or send it go the way of their relatives that have a name.
 */
#include <errno.h>
#include <stdarg.h>

#include "early.h"
#include "kernel_action.h"
#include "masks.h"
#include "next.h"
#include "options.h"
#include "sent.h"
#include "signals.h"
#include "sigpipe.h"
#include "stand_in.h"

/* The call itself, by libc's function or, early, without it. */
static long pass_on(long number, const long *a)
{
    if (!NEXT(syscall))
        return EARLY(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* The call that sigaction_through makes. The host's restorer, if it has one, is kept. */
static int set_by_number(int signal_number, const struct sigaction *action,
                         struct sigaction *old)
{
    struct kernel_action set;
    struct kernel_action was;
    if (action) {
        set = kernel_action_for((struct disposition){
            (uintptr_t)action->sa_handler, action->sa_flags, first_signals(&action->sa_mask)});
        if (action->sa_restorer)
            set.restorer = action->sa_restorer;
    }
    if (early_result(kernel_action_swap(signal_number, action ? &set : NULL, &was)) != 0)
        return -1;
    if (old)
        *old = kernel_action_to_libc(&was);
    return 0;
}

static long set_disposition(const struct kernel_action *action, struct kernel_action *old)
{
    struct sigaction set;
    struct sigaction was;
    if (action)
        set = kernel_action_to_libc(action);
    const int result =
        sigaction_through(set_by_number, SIGPIPE, action ? &set : NULL, old ? &was : NULL);
    if (result == 0 && old)
        *old = (struct kernel_action){.handler = (uintptr_t)was.sa_handler,
                                      .flags = (unsigned)was.sa_flags,
                                      .restorer = was.sa_restorer,
                                      .mask = first_signals(&was.sa_mask)};
    return result;
}

/* Calls with the guard standing in, for a SIGPIPE that the host sends itself. */
static long send_by_number(long number, const long arguments[6])
{
    const struct stand_in stand_in = stand_in_begin();
    const long result = pass_on(number, arguments);
    stand_in_end(stand_in);
    return result;
}

static long translate(long number, const long arguments[6])
{
    switch (number) {
    case SYS_kill:
        if (arguments[1] == SIGPIPE)
            return sent_by_number((pid_t)arguments[0]);
        break;
    case SYS_tkill:
    case SYS_tgkill:
        if (arguments[number == SYS_tkill ? 1 : 2] == SIGPIPE)
            return send_by_number(number, arguments);
        break;
    case SYS_rt_sigprocmask:
        note_mask((const sigset_t *)arguments[1]);
        break;
    case SYS_rt_sigaction:
        if (arguments[0] == SIGPIPE && arguments[3] == KERNEL_SIGSET_SIZE && !options.off)
            return set_disposition((const struct kernel_action *)arguments[1],
                                   (struct kernel_action *)arguments[2]);
        break;
    default:
        break;
    }
    return pass_on(number, arguments);
}

/* As libc's own, it takes all the arguments that there may be. What the caller has left out is
   read, but never written: on the stack it may be a variable of the caller's. */
#if defined(__x86_64__)
static __attribute__((used)) long in_c(long number, ...)
#else
EXPORT long syscall(long number, ...)
#endif
{
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    return translate(number, arguments);
}

#if defined(__x86_64__)
/* The other system calls go on with registers and stack as they came, for a few instructions.
   Without parameters in C: gcc -O0 would store those that vary before the first of these. */
EXPORT void syscall_by_registers(void) __asm__("syscall");

__attribute__((naked)) void syscall_by_registers(void)
{
    __asm__("movq next+%c0(%%rip), %%r11\n\t"
            "testq %%r11, %%r11\n\t"
            "je 1f\n\t"
            "leal %c1(%%rdi), %%eax\n\t" /* rt_sigaction and rt_sigprocmask are neighbours */
            "cmpl $1, %%eax\n\t"
            "jbe 1f\n\t"
            "cmpq %2, %%rdi\n\t"
            "je 1f\n\t"
            "cmpq %3, %%rdi\n\t"
            "je 1f\n\t"
            "cmpq %4, %%rdi\n\t"
            "je 1f\n\t"
            "jmp *%%r11\n"
            "1: jmp %P5"
            :
            : "i"(offsetof(struct next, syscall)), "i"(-SYS_rt_sigaction), "i"(SYS_kill),
              "i"(SYS_tkill), "i"(SYS_tgkill), "i"(in_c));
}
_Static_assert(SYS_rt_sigprocmask == SYS_rt_sigaction + 1, "neighbours");
#endif
