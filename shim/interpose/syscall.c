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

/* rt_sigpending(2), which takes a smaller set as well (kernel/signal.c): the first bytes of the
   whole one, which is of longs. */
static long show_pending(const long arguments[6])
{
    enum {
        BYTE = (SIGPIPE - 1) / 8,
        PLACE = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? (int)sizeof(long) - 1 - BYTE : BYTE
    };
    const long result = pass_on(SYS_rt_sigpending, arguments);
    if (result == 0 && (unsigned long)arguments[1] > PLACE && hidden_mask_hides())
        ((unsigned char *)arguments[0])[PLACE] &= (unsigned char)~(1u << ((SIGPIPE - 1) % 8));
    return result;
}

/* Makes the call, and returns what libc would. */
static long translate(long number, const long a[6])
{
#if defined(HAS_OLD_SIGACTION)
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

#if __SIZEOF_LONG__ == 4
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
#if defined(HAS_OLD_SIGACTION)
#define OLD_BITS(word)                                                                         \
    (BIT_IN(word, SYS_signal) | BIT_IN(word, SYS_sigaction) | BIT_IN(word, SYS_sigprocmask) |  \
     BIT_IN(word, SYS_sigsuspend))
#else
#define OLD_BITS(word) 0
#endif
#define WORD(word)                                                                             \
    (BIT_IN(word, SYS_rt_sigaction) | BIT_IN(word, SYS_rt_sigprocmask) |                       \
     BIT_IN(word, SYS_kill) | BIT_IN(word, SYS_tkill) | BIT_IN(word, SYS_tgkill) |             \
     BIT_IN(word, SYS_rt_sigqueueinfo) | BIT_IN(word, SYS_rt_tgsigqueueinfo) |                 \
     BIT_IN(word, SYS_pidfd_send_signal) | BIT_IN(word, SYS_execve) |                          \
     BIT_IN(word, SYS_execveat) | BIT_IN(word, SYS_prctl) | BIT_IN(word, SYS_seccomp) |        \
     BIT_IN(word, SYS_rt_sigsuspend) | BIT_IN(word, SYS_ppoll) | BIT_IN(word, SYS_pselect6) |  \
     BIT_IN(word, SYS_epoll_pwait) | BIT_IN(word, SYS_epoll_pwait2) |                          \
     BIT_IN(word, SYS_rt_sigpending) | BIT_IN(word, SYS_clone3) | OLD_BITS(word))
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
#elif defined(__powerpc64__)
/* In assembly: since r2 differs behind a call through a pointer, gcc does not make it a jump.
   It may be one here: who calls an exported function restores r2 (ELF V2 ABI, 2.3.6). The
   function around it gives it the operand. */
static __attribute__((used)) void define_syscall(void)
{
    __asm__(".pushsection .text\n\t"
            ".globl syscall\n\t"
            ".type syscall, @function\n\t"
            ".balign 4\n"
            "syscall:\n\t"
            "addis 2, 12, .TOC.-syscall@ha\n\t"
            "addi 2, 2, .TOC.-syscall@l\n\t"
            ".localentry syscall, .-syscall\n\t"
            "cmpdi 3, 435\n\t"
            "beq clone3_by_registers\n\t"
            "addis 12, 2, next+%c0@toc@ha\n\t"
            "ld 12, next+%c0@toc@l(12)\n\t"
            "cmpdi 12, 0\n\t"
            "beq in_c\n\t"
            "mtctr 12\n\t"
            "cmpldi 3, 511\n\t"
            "bgtctr\n\t"
            "addis 11, 2, looked_at@toc@ha\n\t"
            "addi 11, 11, looked_at@toc@l\n\t"
            "rlwinm 0, 3, 29, 20, 28\n\t" /* the offset of the word: number / 64 * 8 */
            "ldx 11, 11, 0\n\t"
            "clrldi 0, 3, 58\n\t"
            "srd 11, 11, 0\n\t"
            "andi. 11, 11, 1\n\t"
            "beqctr\n\t"
            "b in_c\n\t"
            ".size syscall, . - syscall\n"
            "clone3_by_registers:\n\t"
            "mr 3, 4\n\t"
            "mr 4, 5\n\t"
            "li 0, 435\n\t"
            "sc\n\t"
            "bso 2f\n\t"
            "cmpdi 3, 0\n\t"
            "bne libc_result\n\t"
            /* Its stack is new, so that it may end above the stack pointer. */
            "mflr 0\n\t"
            "stdu 1, -48(1)\n\t"
            "std 0, 32(1)\n\t"
            "bl in_child_of_clone3\n\t"
            "nop\n\t"
            "ld 0, 32(1)\n\t"
            "addi 1, 1, 48\n\t"
            "mtlr 0\n\t"
            "li 3, 0\n\t"
            "blr\n"
            "2: neg 3, 3\n\t"
            "b libc_result\n"
            ".popsection"
            :
            : "i"(offsetof(struct next, syscall)));
}
#elif defined(__s390x__)
/* A call with r6, which is a parameter that is preserved, is never made a jump (GCC,
   s390_function_ok_for_sibcall). */
static __attribute__((used)) void define_offset(void)
{
    __asm__(".set syscall_in_next, %0" : : "i"(offsetof(struct next, syscall)));
}

__asm__(".globl syscall\n\t"
        ".type syscall, @function\n"
        "syscall:\n\t"
        ".cfi_startproc\n\t"
        "clgfi %r2, 511\n\t"
        "jh 1f\n\t"
        "srlg %r1, %r2, 6\n\t"
        "sllg %r0, %r1, 3\n\t"
        "larl %r1, looked_at\n\t"
        "agr %r1, %r0\n\t"
        "lg %r0, 0(%r1)\n\t"
        "srlg %r0, %r0, 0(%r2)\n\t"
        "tmll %r0, 1\n\t"
        "jnz 2f\n"
        "1: lgrl %r1, next + syscall_in_next\n\t"
        "ltgr %r1, %r1\n\t"
        "jgz in_c\n\t"
        "br %r1\n"
        "2: cghi %r2, 435\n\t"
        "jgne in_c\n\t"
        "lgr %r2, %r3\n\t"
        "lgr %r3, %r4\n\t"
        "jg clone3_by_registers\n\t"
        ".cfi_endproc\n\t"
        ".size syscall, . - syscall");

/* The bytes above the stack pointer, where a called function may save registers, are not there
   on the child's stack. */
__asm__("clone3_by_registers:\n\t"
        "lghi %r1, 435\n\t"
        "svc 0\n\t"
        "ltgr %r2, %r2\n\t"
        "jgne libc_result\n\t"
        "aghi %r15, -168\n\t"
        "stg %r14, 160(%r15)\n\t"
        "brasl %r14, in_child_of_clone3\n\t"
        "lg %r14, 160(%r15)\n\t"
        "aghi %r15, 168\n\t"
        "lghi %r2, 0\n\t"
        "br %r14");
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
