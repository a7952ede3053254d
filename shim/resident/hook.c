/*
 * The hook: libc's one system call for rt_sigaction(2) jumps here, once attach/ has put the
 * jump there. So the app's dispositions are translated as the interposers do
 * (interpose/sigaction.c), for SIGPIPE alone. The registers are those of the system call, which
 * changes rax, rcx and r11.
 */
#include <errno.h>

#include "base/syscall.h"
#include "resident/resident.h"
#include "signal/disposition.h"

#if defined(__x86_64__)

long resident_rt_sigaction(long signal_number, const struct kernel_sigaction *set,
                           struct kernel_sigaction *old, size_t size);

/* 128 bytes below the stack pointer are the app's (System V ABI, AMD64, "red zone"). */
/* clang-format off */
__asm__(".pushsection .text.resident_hook, \"ax\", @progbits\n"
        ".globl resident_hook\n"
        ".hidden resident_hook\n"
        "resident_hook:\n\t"
        "leaq -128(%rsp), %rsp\n\t"
        "pushfq\n\t"
        "pushq %rbp\n\t"
        "pushq %rdi\n\t"
        "pushq %rsi\n\t"
        "pushq %rdx\n\t"
        "pushq %r8\n\t"
        "pushq %r9\n\t"
        "pushq %r10\n\t"
        "movq %rsp, %rbp\n\t"
        "andq $-16, %rsp\n\t"
        "cld\n\t"
        "movq %r10, %rcx\n\t"
        "call resident_rt_sigaction\n\t"
        "movq %rbp, %rsp\n\t"
        "popq %r10\n\t"
        "popq %r9\n\t"
        "popq %r8\n\t"
        "popq %rdx\n\t"
        "popq %rsi\n\t"
        "popq %rdi\n\t"
        "popq %rbp\n\t"
        "popfq\n\t"
        "leaq 128(%rsp), %rsp\n\t"
        "movq resident_state+8(%rip), %rcx\n\t"
        "jmp *%rcx\n"
        ".popsection\n");
/* clang-format on */
_Static_assert(offsetof(struct resident_state, hook_return) == 8, "read by the code above");

/* Whether the app's memory can be read, as the kernel checks it: it reads the action before it
   looks at the signal's number (kernel/signal.c, rt_sigaction). */
static long check_readable(const struct kernel_sigaction *set)
{
    const long answer = SYSCALL(SYS_rt_sigaction, 0, set, NULL, KERNEL_SIGSET_SIZE);
    return answer == -EINVAL ? 0 : answer;
}

static struct kernel_sigaction to_kernel(const struct kernel_sigaction *set)
{
    struct kernel_sigaction action = *set;
    const struct disposition kernel = disposition_to_kernel(kernel_sigaction_disposition(set));
    action.handler = kernel.handler;
    action.flags = (unsigned)kernel.flags;
    action.mask = kernel.mask;
    /* Without it a handler cannot return, and the app had none to return from. */
    if (action.handler != set->handler && !(action.flags & KERNEL_SA_RESTORER)) {
        action.flags |= KERNEL_SA_RESTORER;
        action.restorer = kernel_sigaction_restorer;
    }
    return action;
}

static struct kernel_sigaction to_app(const struct kernel_sigaction *was)
{
    struct kernel_sigaction action = *was;
    const struct disposition app = disposition_to_app(kernel_sigaction_disposition(was));
    action.handler = app.handler;
    action.flags = (unsigned)app.flags;
    action.mask = app.mask;
    if (action.restorer == kernel_sigaction_restorer) {
        action.flags &= ~(unsigned long)KERNEL_SA_RESTORER;
        action.restorer = NULL;
    }
    return action;
}

__attribute__((used)) long resident_rt_sigaction(long signal_number,
                                                 const struct kernel_sigaction *set,
                                                 struct kernel_sigaction *old, size_t size)
{
    struct kernel_sigaction wanted;
    struct kernel_sigaction was;
    if ((int)signal_number != SIGPIPE || size != KERNEL_SIGSET_SIZE)
        return SYSCALL(SYS_rt_sigaction, signal_number, set, old, size);
    const long readable = set ? check_readable(set) : 0;
    if (readable != 0)
        return readable;
    if (set)
        wanted = to_kernel(set);
    const long answer = rt_sigaction(SIGPIPE, set ? &wanted : NULL, &was);
    if (answer != 0 || !old)
        return answer;
    /* The kernel answers EFAULT for memory that cannot be written. */
    const long writable = SYSCALL(SYS_rt_sigaction, SIGPIPE, NULL, old, KERNEL_SIGSET_SIZE);
    if (writable == 0)
        *old = to_app(&was);
    return writable;
}

#endif
