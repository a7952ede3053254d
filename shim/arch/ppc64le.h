/* 64-bit PowerPC, little-endian: Debian's ppc64el, with the ELFv2 ABI; see arch.h. */
#ifndef NOSIGPIPE_ARCH_PPC64LE_H
#define NOSIGPIPE_ARCH_PPC64LE_H

/*
 * There are two instructions for system calls, and `trap` says which was the last cause to
 * enter the kernel. Its lowest bits are flags (arch/powerpc/include/asm/ptrace.h). `sc` sets
 * CR0.SO to mark an error, whose number is positive; `scv` returns it negated, and leaves CR0
 * as it was (Documentation/arch/powerpc/syscall64-abi.rst). QEMU's user mode writes neither
 * `trap` nor orig_gpr3 (linux-user/ppc/signal.c, save_user_regs): the first argument is unknown
 * there.
 */
enum { TRAP_SC = 0xc00, TRAP_SCV = 0x3000, CR0_SO = 0x10000000 };
#define UC_REGISTER(context, number) ((context)->uc_mcontext.gp_regs[number])
#define UC_TRAP(context)             (UC_REGISTER(context, 40) & ~0xful)

static inline long register_result(unsigned long r3, unsigned long cr, unsigned long trap)
{
    return (long)(trap != TRAP_SCV && (cr & CR0_SO) ? 0 - r3 : r3);
}
#define SYSCALL_RESULT(context)                                                                \
    register_result(UC_REGISTER(context, 3), UC_REGISTER(context, 38), UC_TRAP(context))
#define SYSCALL_ARG1(context)                                                                  \
    (MAY_FOLLOW_SYSCALL(context) ? (long)UC_REGISTER(context, 34) : -1)
#define SYSCALL_ARG2(context) ((long)UC_REGISTER(context, 4))
#define SYSCALL_ARG3(context) ((long)UC_REGISTER(context, 5))
#define SYSCALL_ARG4(context) ((long)UC_REGISTER(context, 6))
#define SYSCALL_ARG5(context) ((long)UC_REGISTER(context, 7))
#define UC_PC(context)        ((uintptr_t)UC_REGISTER(context, 32))
#define UC_SP(context)        ((uintptr_t)UC_REGISTER(context, 1))

#define MAY_FOLLOW_SYSCALL(context)                                                            \
    (UC_TRAP(context) == TRAP_SC || UC_TRAP(context) == TRAP_SCV)
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE true

/* The kernel's frame for a handler: the context, the siginfo behind it, 128 bytes above the
   stack pointer (arch/powerpc/kernel/signal_64.c, struct rt_sigframe, and
   arch/powerpc/include/asm/ptrace.h, __SIGNAL_FRAMESIZE). Without SA_SIGINFO the kernel passes
   the address of the registers. */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(info), (uintptr_t)(context) == (cfa) + 128)

/* "li 0, number": addi 0, 0, number (Power ISA, 3.3.9). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    uint32_t word;
    __builtin_memcpy(&word, code, sizeof(word));
    return word >> 16 == 0x3800 ? word & 0xffff : UINT32_MAX;
}

/* r12 holds the entry point (arch/powerpc/kernel/process.c, start_thread), from which r2, the
   pointer to the table of addresses, is made. The callee saves its LR in the frame made here.
   r7 is a function for atexit(3), or 0 (ELF V2 ABI, 4.1.2.2). */
#define ENTRY_POINT(function)                                                                  \
    "addis 2, 12, .TOC.-_start@ha\n\t"                                                         \
    "addi 2, 2, .TOC.-_start@l\n\t"                                                            \
    "mr 3, 1\n\t"                                                                              \
    "mr 31, 1\n\t"                                                                             \
    "clrrdi 1, 1, 4\n\t"                                                                       \
    "li 0, 0\n\t"                                                                              \
    "mtlr 0\n\t"                                                                               \
    "stdu 0, -32(1)\n\t"                                                                       \
    "bl " #function "\n\t"                                                                     \
    "nop\n\t"                                                                                  \
    "mr 1, 31\n\t"                                                                             \
    "mr 12, 3\n\t"                                                                             \
    "mtctr 12\n\t"                                                                             \
    "li 3, 0\n\t"                                                                              \
    "li 7, 0\n\t"                                                                              \
    "li 31, 0\n\t"                                                                             \
    "mtlr 31\n\t"                                                                              \
    "bctr\n"

/* What `sc` (0x44000002) and `scv 0` (0x44000001) have in common: all but the first byte in
   memory. No other instruction begins so (Power ISA, primary opcode 17). */
#define SYSCALL_INSTRUCTION MACHINE_CODE(0x00, 0x00, 0x44)

/* "64-Bit ELF V2 ABI Specification", 2.4, "DWARF Definition": 0 to 31 are r0 to r31, 65 is LR.
   The kernel's signal frame has the program counter in 67, which the ABI does not use
   (arch/powerpc/kernel/vdso/sigtramp64.S). The array leaves out what is between. */
enum { DWARF_SP = 1, DWARF_FP = 31, DWARF_LR = 32, DWARF_PC = 33, DWARF_REGISTERS = 34 };
#define REGISTER_INDEX(number)                                                                 \
    ((number) < 32 ? (number) : (number) == 65 ? DWARF_LR : (number) == 67 ? DWARF_PC : 65)

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    for (unsigned i = 0; i < 32; i++)
        registers[i] = UC_REGISTER(context, i);
    registers[DWARF_LR] = UC_REGISTER(context, 36);
    registers[DWARF_PC] = UC_PC(context);
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("std 1, 1*8(%1)\n\t"
                     "std 2, 2*8(%1)\n\t"
                     "std 14, 14*8(%1)\n\t"
                     "std 15, 15*8(%1)\n\t"
                     "std 16, 16*8(%1)\n\t"
                     "std 17, 17*8(%1)\n\t"
                     "std 18, 18*8(%1)\n\t"
                     "std 19, 19*8(%1)\n\t"
                     "std 20, 20*8(%1)\n\t"
                     "std 21, 21*8(%1)\n\t"
                     "std 22, 22*8(%1)\n\t"
                     "std 23, 23*8(%1)\n\t"
                     "std 24, 24*8(%1)\n\t"
                     "std 25, 25*8(%1)\n\t"
                     "std 26, 26*8(%1)\n\t"
                     "std 27, 27*8(%1)\n\t"
                     "std 28, 28*8(%1)\n\t"
                     "std 29, 29*8(%1)\n\t"
                     "std 30, 30*8(%1)\n\t"
                     "std 31, 31*8(%1)\n\t"
                     "bcl 20, 31, 1f\n"
                     "1: mflr %0\n\t"
                     "std %0, 33*8(%1)"
                     : "=&r"(here)
                     : "b"(registers)
                     : "lr", "memory");
}

/* A call through a pointer needs a frame, which has been made before this. */
static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    *place = (uintptr_t)__builtin_dwarf_cfa();
}

/* Kernels have pages of 4 or of 64 KiB (arch/powerpc/Kconfig). */
#define LARGEST_PAGE 65536

enum { RETURN_ADDRESS_SIZE = 0 };
#define HAS_LINK_REGISTER 1

/* Making the frame may have changed LR: gcc -Os calls a function that saves registers. */
static inline __attribute__((always_inline)) uintptr_t link_register_here(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long r0 __asm__("r0") = number;
    register long r3 __asm__("r3") = a;
    register long r4 __asm__("r4") = b;
    register long r5 __asm__("r5") = c;
    register long r6 __asm__("r6") = d;
    register long r7 __asm__("r7") = e;
    register long r8 __asm__("r8") = f;
    __asm__ volatile("sc\n\t"
                     "bns+ 1f\n\t"
                     "neg 3, 3\n"
                     "1:"
                     : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
                     :
                     : "r9", "r10", "r11", "r12", "cr0", "ctr", "xer", "memory");
    return r3;
}

#endif
