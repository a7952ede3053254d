/* x86-64; see arch.h. */
#ifndef NOSIGPIPE_ARCH_X86_64_H
#define NOSIGPIPE_ARCH_X86_64_H

#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.gregs[REG_RAX])
#define SYSCALL_ARG1(context)   ((long)(context)->uc_mcontext.gregs[REG_RDI])
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.gregs[REG_RSI])
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.gregs[REG_RDX])
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.gregs[REG_R10])
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.gregs[REG_R8])
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.gregs[REG_RIP])
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.gregs[REG_RSP])

/* `syscall` puts the address of the next instruction into rcx (Intel SDM, SYSCALL). On a CPU
   with FRED it writes no register (Intel's "Flexible Return and Event Delivery Specification",
   SYSCALL). */
#define MAY_FOLLOW_SYSCALL(context)                                                            \
    ((context)->uc_mcontext.gregs[REG_RCX] == (context)->uc_mcontext.gregs[REG_RIP])
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE true

/* syscall */
#define SYSCALL_INSTRUCTION MACHINE_CODE(0x0f, 0x05)

/* The kernel's frame for a handler begins with the return address, and the context is next
   (arch/x86/include/asm/sigframe.h, struct rt_sigframe). The kernel passes the address of the
   context with and without SA_SIGINFO. */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(info), (uintptr_t)(context) == (cfa))

/* "mov $number, %eax" (Intel SDM, MOV). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    uint32_t number;
    __builtin_memcpy(&number, code + 1, sizeof(number));
    return *code == 0xb8 ? number : UINT32_MAX;
}

#define CALL_FOR_VISITOR "syscall; ud2\n"

/* At the entry point edx is a function for atexit(3), or 0 (System V ABI). */
#define ENTRY_POINT(function)                                                                  \
    "xorl %ebp, %ebp\n\t"                                                                      \
    "movq %rsp, %rdi\n\t"                                                                      \
    "movq %rsp, %rbx\n\t"                                                                      \
    "andq $-16, %rsp\n\t"                                                                      \
    "call " #function "\n\t"                                                                   \
    "movq %rbx, %rsp\n\t"                                                                      \
    "xorl %ebx, %ebx\n\t"                                                                      \
    "xorl %ecx, %ecx\n\t"                                                                      \
    "xorl %edx, %edx\n\t"                                                                      \
    "xorl %esi, %esi\n\t"                                                                      \
    "xorl %edi, %edi\n\t"                                                                      \
    "jmp *%rax\n"

/* System V ABI, AMD64 supplement, figure 3.36 "DWARF Register Number Mapping". */
enum { DWARF_FP = 6, DWARF_SP = 7, DWARF_PC = 16, DWARF_REGISTERS = 17 };

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    static const unsigned char numbers[DWARF_REGISTERS] = {
        REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
        REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = (uintptr_t)context->uc_mcontext.gregs[numbers[i]];
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("movq %%rbx, 3*8(%1)\n\t"
                     "movq %%rbp, 6*8(%1)\n\t"
                     "movq %%rsp, 7*8(%1)\n\t"
                     "movq %%r12, 12*8(%1)\n\t"
                     "movq %%r13, 13*8(%1)\n\t"
                     "movq %%r14, 14*8(%1)\n\t"
                     "movq %%r15, 15*8(%1)\n\t"
                     "leaq 0(%%rip), %0\n\t"
                     "movq %0, 16*8(%1)"
                     : "=&r"(here)
                     : "r"(registers)
                     : "memory");
}

static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    __asm__ volatile("movq %%rsp, %0" : "=m"(*place));
}

enum { RETURN_ADDRESS_SIZE = 8 };

/* The kernel has no default restorer: without SA_RESTORER a handler cannot return
   (arch/x86/kernel/signal_64.c). */
#define RESTORER                                                                               \
    "movq $15, %rax\n"                                                                         \
    "syscall\n"

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
