/*
 * syscall(2), libc's function for system calls by number. A call that sets SIGPIPE's
 * disposition, may block or send SIGPIPE, starts a program or restricts the process is treated
 * as the libc function for it is. The app's memory is read only after the kernel has read it.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "base/sigset.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/kill.h"
#include "interpose/prctl.h"
#include "interpose/rt_sigaction.h"
#include "interpose/sigmask.h"
#include "link/next.h"
#include "signal/guard_window.h"
#include "signal/hidden_mask.h"

/* Makes the call by libc's function, or itself while `next` lacks that. */
static long pass_on(long number, const long *a)
{
    if (!NEXT(syscall))
        return FALLBACK_SYSCALL(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* In the child of clone3(2), which may run on another stack, and whose handlers may have been
   reset (CLONE_CLEAR_SIGHAND). */
static __attribute__((used)) void in_child_of_clone3(void)
{
    if (!sandboxed)
        guard_reinstall();
}

/* A call that may send this process SIGPIPE. */
static long send_by_number(long number, const long arguments[6])
{
    const struct guard_window guard_window = guard_window_begin();
    const long result = pass_on(number, arguments);
    guard_window_end(guard_window);
    return result;
}

/* A call that starts a program. */
static long execute(long number, const long arguments[6])
{
    const struct guard_window guard_window = guard_window_begin_exec();
    const long result = pass_on(number, arguments);
    guard_window_end_exec(guard_window);
    return result;
}

/* A call that waits with the mask at the address `mask`, or NULL. */
static long wait_by_number(long number, const long arguments[6], long mask)
{
    note_wait((const sigset_t *)mask);
    return pass_on(number, arguments);
}

/* rt_sigpending(2), which takes a smaller set as well (kernel/signal.c). */
static long show_pending(const long arguments[6])
{
    enum { PLACE = (SIGPIPE - 1) / 8 };
    const long result = pass_on(SYS_rt_sigpending, arguments);
    if (result == 0 && (unsigned long)arguments[1] > PLACE && hidden_mask_hides())
        ((unsigned char *)arguments[0])[PLACE] &= (unsigned char)~(1u << ((SIGPIPE - 1) % 8));
    return result;
}

/* Makes the call, and returns what libc would. */
static long translate(long number, const long a[6])
{
#if defined(SYS_sigaction)
    long result;
    if (old_sigaction_by_number(number, a, &result))
        return result;
#endif
    switch (number) {
    case SYS_kill:
        if (a[1] == SIGPIPE)
            return kill_by_number((pid_t)a[0]);
        break;
    case SYS_tkill:
    case SYS_rt_sigqueueinfo:
        if (a[1] == SIGPIPE)
            return send_by_number(number, a);
        break;
    case SYS_tgkill:
    case SYS_rt_tgsigqueueinfo:
        if (a[2] == SIGPIPE)
            return send_by_number(number, a);
        break;
    case SYS_pidfd_send_signal:
        if (a[1] == SIGPIPE)
            return pidfd_kill_by_number((int)a[0], (const void *)a[2], (unsigned)a[3]);
        break;
    case SYS_rt_sigprocmask:
        if (a[3] == KERNEL_SIGSET_SIZE)
            return change_mask_by_number((int)a[0], (const sigset_t *)a[1], (sigset_t *)a[2]);
        break;
    case SYS_rt_sigaction:
        if (a[0] != SIGPIPE)
            note_blocked(); /* the handler may block SIGPIPE; its mask is not read */
        else if (a[3] == KERNEL_SIGSET_SIZE && !options.off)
            return rt_sigaction_by_number((const struct kernel_sigaction *)a[1],
                                          (struct kernel_sigaction *)a[2]);
        break;
    case SYS_rt_sigpending:
        return show_pending(a);
    case SYS_rt_sigsuspend:
        return wait_by_number(number, a, a[0]);
    case SYS_ppoll:
        return wait_by_number(number, a, a[3]);
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
        return wait_by_number(number, a, a[4]);
    case SYS_pselect6: /* the mask's address and its size are in memory */
        return wait_by_number(number, a, a[5]);
    case SYS_execve:
    case SYS_execveat:
        return execute(number, a);
    case SYS_prctl:
        sandbox_note_prctl((unsigned long)a[0]);
        break;
    case SYS_seccomp:
        if (a[0] == SECCOMP_SET_MODE_STRICT || a[0] == SECCOMP_SET_MODE_FILTER)
            sandbox_begin();
        break;
    default:
        break;
    }
    return pass_on(number, a);
}

#if defined(__i386__)
/* Like libc's, it reads as many arguments as there may be. Those that the caller has left out
   are read but never written: on the stack they may be variables of the caller's. A child of
   clone(2) on another stack cannot return from libc's function either. */
EXPORT long syscall(long number, ...)
{
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    const long result = translate(number, arguments);
    if (number == SYS_clone3 && result == 0)
        in_child_of_clone3();
    return result;
}
#else
/* A bit for each call that translate() treats, and for clone3. */
#define BIT_IN(word, number) ((number) / 64 == (word) ? UINT64_C(1) << ((number) % 64) : 0)
#define WORD(word)                                                                             \
    (BIT_IN(word, SYS_rt_sigaction) | BIT_IN(word, SYS_rt_sigprocmask) |                       \
     BIT_IN(word, SYS_kill) | BIT_IN(word, SYS_tkill) | BIT_IN(word, SYS_tgkill) |             \
     BIT_IN(word, SYS_rt_sigqueueinfo) | BIT_IN(word, SYS_rt_tgsigqueueinfo) |                 \
     BIT_IN(word, SYS_pidfd_send_signal) | BIT_IN(word, SYS_execve) |                          \
     BIT_IN(word, SYS_execveat) | BIT_IN(word, SYS_prctl) | BIT_IN(word, SYS_seccomp) |        \
     BIT_IN(word, SYS_rt_sigsuspend) | BIT_IN(word, SYS_ppoll) | BIT_IN(word, SYS_pselect6) |  \
     BIT_IN(word, SYS_epoll_pwait) | BIT_IN(word, SYS_epoll_pwait2) |                          \
     BIT_IN(word, SYS_rt_sigpending) | BIT_IN(word, SYS_clone3))
static __attribute__((used)) const uint64_t looked_at[] = {WORD(0), WORD(1), WORD(2), WORD(3),
                                                           WORD(4), WORD(5), WORD(6), WORD(7)};

static __attribute__((used)) long in_c(long number, long a, long b, long c, long d, long e,
                                       long f)
{
    const long arguments[] = {a, b, c, d, e, f};
    return translate(number, arguments);
}

/* A call without a bit jumps to libc with the registers and the stack as they came: the child
   of clone(2) may return on another stack, which has no frame of the shim's. The arguments
   behind `number` are variable in libc's prototype, but in the registers of parameters all the
   same.

   clone3_by_registers makes the system call, and installs the guard again in the child. */
#if defined(__x86_64__)
/* Without parameters in C: gcc -O0 would store them. */
EXPORT void syscall_by_registers(void) __asm__("syscall");

__attribute__((naked)) void syscall_by_registers(void)
{
    __asm__("movq next+%c0(%%rip), %%r11\n\t"
            "testq %%r11, %%r11\n\t"
            "je 1f\n\t"
            "cmpq $511, %%rdi\n\t"
            "ja 2f\n\t"
            "leaq %P1(%%rip), %%rax\n\t"
            "btq %%rdi, (%%rax)\n\t"
            "jc 1f\n"
            "2: jmp *%%r11\n"
            "1: cmpq %2, %%rdi\n\t"
            "jne %P3\n\t"
            "movq %%rsi, %%rdi\n\t"
            "movq %%rdx, %%rsi\n\t"
            "jmp clone3_by_registers"
            :
            : "i"(offsetof(struct next, syscall)), "i"(looked_at), "i"(SYS_clone3), "i"(in_c));
}

__asm__("clone3_by_registers:\n\t"
        "movl $435, %eax\n\t"
        "syscall\n\t"
        "movq %rax, %rdi\n\t"
        "testq %rax, %rax\n\t"
        "jne libc_result\n\t"
        "pushq %rax\n\t"
        "call in_child_of_clone3\n\t"
        "popq %rax\n\t"
        "ret");
#else
long clone3_by_registers(long arguments, long size);

EXPORT __typeof__(in_c) syscall_by_registers __asm__("syscall");

long syscall_by_registers(long number, long a, long b, long c, long d, long e, long f)
{
    const unsigned long word = (unsigned long)number / 64;
    if (number == SYS_clone3)
        return clone3_by_registers(a, b);
    if (!next.syscall || (word < 8 && ((looked_at[word] >> (number % 64)) & 1)))
        return in_c(number, a, b, c, d, e, f);
    return next.syscall(number, a, b, c, d, e, f);
}

#if defined(__aarch64__)
__asm__("clone3_by_registers:\n\t"
        "mov x8, #435\n\t"
        "svc #0\n\t"
        "cbz x0, 1f\n\t"
        "b libc_result\n"
        "1: stp x29, x30, [sp, #-16]!\n\t"
        "bl in_child_of_clone3\n\t"
        "ldp x29, x30, [sp], #16\n\t"
        "mov x0, #0\n\t"
        "ret");
#else
__asm__("clone3_by_registers:\n\t"
        "li a7, 435\n\t"
        "ecall\n\t"
        "beqz a0, 1f\n\t"
        "tail libc_result\n"
        "1: addi sp, sp, -16\n\t"
        "sd ra, 8(sp)\n\t"
        "call in_child_of_clone3\n\t"
        "ld ra, 8(sp)\n\t"
        "addi sp, sp, 16\n\t"
        "li a0, 0\n\t"
        "ret");
#endif
#endif
_Static_assert(SYS_clone3 == 435, "the number in clone3_by_registers");
#endif
