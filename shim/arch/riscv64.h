/* RISC-V, 64 bits; see arch.h. */
#ifndef NOSIGPIPE_ARCH_RISCV64_H
#define NOSIGPIPE_ARCH_RISCV64_H

/* The first argument is lost: a0 (x10) holds the result, and the context has no orig_a0
   (arch/riscv/include/uapi/asm/ptrace.h, struct user_regs_struct). */
#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.__gregs[10])
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.__gregs[11])
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.__gregs[12])
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.__gregs[13])
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.__gregs[14])
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.__gregs[REG_PC])
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.__gregs[REG_SP])

/* a7 (x17) still holds the call's number, which is small
   (include/uapi/asm-generic/unistd.h). */
#define MAY_FOLLOW_SYSCALL(context)   ((context)->uc_mcontext.__gregs[17] < 1024)
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE false

/* ecall; "The RISC-V Instruction Set Manual", volume I, 2.8. */
#define SYSCALL_INSTRUCTION MACHINE_CODE(0x73, 0x00, 0x00, 0x00)

/* The kernel's frame for a handler begins with the siginfo (arch/riscv/kernel/signal.c, struct
   rt_sigframe). The kernel passes its address with and without SA_SIGINFO. */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(context), (uintptr_t)(info) == (cfa))

/* "li a7, number": addi a7, x0, number ("The RISC-V Instruction Set Manual", volume I, 2.4). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    uint32_t word;
    __builtin_memcpy(&word, code, sizeof(word));
    return (word & 0xfffff) == 0x00893 ? word >> 20 : UINT32_MAX;
}

#define CALL_FOR_VISITOR "ecall; unimp\n"

/* a0 is a function for atexit(3), or 0 (glibc, sysdeps/riscv/start.S). The linker makes
   addresses relative to gp ("RISC-V ELF psABI", global-pointer relaxation), which must not
   happen to the instruction that sets gp; the program sets its own. */
#define ENTRY_POINT(function)                                                                  \
    ".option push\n\t"                                                                         \
    ".option norelax\n\t"                                                                      \
    "lla gp, __global_pointer$\n\t"                                                            \
    ".option pop\n\t"                                                                          \
    "li s0, 0\n\t"                                                                             \
    "mv a0, sp\n\t"                                                                            \
    "call " #function "\n\t"                                                                   \
    "mv t1, a0\n\t"                                                                            \
    "li a0, 0\n\t"                                                                             \
    "li ra, 0\n\t"                                                                             \
    "jr t1\n"

/* "RISC-V ELF Specification", "DWARF Register Numbers": 0 to 31 are x0 to x31. x0 is always 0;
   in the context its place holds the program counter, and here too. */
enum { DWARF_PC = REG_PC, DWARF_SP = 2, DWARF_FP = 8, DWARF_REGISTERS = 32 };

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = context->uc_mcontext.__gregs[i];
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("sd ra, 1*8(%1)\n\t"
                     "sd sp, 2*8(%1)\n\t"
                     "sd s0, 8*8(%1)\n\t"
                     "sd s1, 9*8(%1)\n\t"
                     "sd s2, 18*8(%1)\n\t"
                     "sd s3, 19*8(%1)\n\t"
                     "sd s4, 20*8(%1)\n\t"
                     "sd s5, 21*8(%1)\n\t"
                     "sd s6, 22*8(%1)\n\t"
                     "sd s7, 23*8(%1)\n\t"
                     "sd s8, 24*8(%1)\n\t"
                     "sd s9, 25*8(%1)\n\t"
                     "sd s10, 26*8(%1)\n\t"
                     "sd s11, 27*8(%1)\n\t"
                     "auipc %0, 0\n\t"
                     "sd %0, 0(%1)"
                     : "=&r"(here)
                     : "r"(registers)
                     : "memory");
}

static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    __asm__ volatile("mv %0, sp" : "=r"(*place));
}

enum { RETURN_ADDRESS_SIZE = 0 };
#define HAS_LINK_REGISTER 1

static inline __attribute__((always_inline)) uintptr_t link_register_here(void)
{
    uintptr_t code;
    __asm__ volatile("mv %0, ra" : "=r"(code));
    return code;
}

/* The kernel's struct has a restorer only if SA_RESTORER is defined
   (include/linux/signal_types.h), and arch/riscv/include/uapi/asm/ has no signal.h. */
#define NO_RESTORER_MEMBER 1

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
    return a0;
}

#endif
