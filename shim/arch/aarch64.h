/* AArch64, little-endian; see arch.h. */
#ifndef NOSIGPIPE_ARCH_AARCH64_H
#define NOSIGPIPE_ARCH_AARCH64_H

/* The first argument is lost: x0 holds the result, and the context has no orig_x0
   (arch/arm64/include/uapi/asm/sigcontext.h). */
#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.regs[0])
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.regs[1])
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.regs[2])
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.regs[3])
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.regs[4])
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.pc)
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.sp)

/* x8 still holds the call's number, which is small (include/uapi/asm-generic/unistd.h). */
#define MAY_FOLLOW_SYSCALL(context)   ((context)->uc_mcontext.regs[8] < 1024)
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE false

/* svc #0; Arm Architecture Reference Manual, C6.2, SVC. */
#define SYSCALL_INSTRUCTION MACHINE_CODE(0x01, 0x00, 0x00, 0xd4)

/* The kernel's frame for a handler begins with the siginfo (arch/arm64/kernel/signal.c, struct
   rt_sigframe). Without SA_SIGINFO the kernel passes the signal's number alone. */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(context), (uintptr_t)(info) == (cfa))

/* "mov x8, #number" (Arm Architecture Reference Manual, C6.2, MOVZ). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    uint32_t word;
    __builtin_memcpy(&word, code, sizeof(word));
    return (word & 0xffe0001f) == 0xd2800008 ? word >> 5 & 0xffff : UINT32_MAX;
}

#define CALL_FOR_VISITOR "svc #0; udf #0\n"

/* x0 is a function for atexit(3), or 0 (glibc, sysdeps/aarch64/start.S). x16 may jump to code
   that begins with a landing pad for calls ("BTI c"). */
#define ENTRY_POINT(function)                                                                  \
    "mov x29, #0\n\t"                                                                          \
    "mov x30, #0\n\t"                                                                          \
    "mov x0, sp\n\t"                                                                           \
    "bl " #function "\n\t"                                                                     \
    "mov x16, x0\n\t"                                                                          \
    "mov x0, #0\n\t"                                                                           \
    "mov x30, #0\n\t"                                                                          \
    "br x16\n"

/* "DWARF for the Arm 64-bit Architecture", 4.1: 0 to 30 are x0 to x30. 32 is unused there. */
enum { DWARF_FP = 29, DWARF_SP = 31, DWARF_PC = 32, DWARF_REGISTERS = 33 };

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    for (unsigned i = 0; i < DWARF_SP; i++)
        registers[i] = (uintptr_t)context->uc_mcontext.regs[i];
    registers[DWARF_SP] = UC_SP(context);
    registers[DWARF_PC] = UC_PC(context);
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("stp x19, x20, [%1, #19*8]\n\t"
                     "stp x21, x22, [%1, #21*8]\n\t"
                     "stp x23, x24, [%1, #23*8]\n\t"
                     "stp x25, x26, [%1, #25*8]\n\t"
                     "stp x27, x28, [%1, #27*8]\n\t"
                     "stp x29, x30, [%1, #29*8]\n\t"
                     "mov %0, sp\n\t"
                     "str %0, [%1, #31*8]\n\t"
                     "adr %0, .\n\t"
                     "str %0, [%1, #32*8]"
                     : "=&r"(here)
                     : "r"(registers)
                     : "memory");
}

static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    __asm__ volatile("mov %0, sp" : "=r"(*place));
}

/* Kernels have pages of 4, 16 or 64 KiB (arch/arm64/Kconfig). */
#define LARGEST_PAGE 65536

enum { RETURN_ADDRESS_SIZE = 0 };
#define HAS_LINK_REGISTER 1

static inline __attribute__((always_inline)) uintptr_t link_register_here(void)
{
    uintptr_t code;
    __asm__ volatile("mov %0, x30" : "=r"(code));
    return code;
}

/* Removes the signature, if the code signs return addresses: xpaclri, a nop on older CPUs (Arm
   Architecture Reference Manual, C6.2, XPACD). */
#define HAS_SIGNED_ADDRESSES 1
static inline uintptr_t registers_return_address(uintptr_t address)
{
    register uintptr_t x30 __asm__("x30") = address;
    __asm__("hint #7" : "+r"(x30));
    return x30;
}

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

#endif
