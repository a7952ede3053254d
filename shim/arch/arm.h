/* 32-bit ARM, ARMv7 with Linux's EABI, little-endian, in Thumb or ARM code; see arch.h. */
#ifndef NOSIGPIPE_ARCH_ARM_H
#define NOSIGPIPE_ARCH_ARM_H

#include <stddef.h>

/* The first argument is lost: r0 holds the result, and the context has no orig_r0
   (arch/arm/include/uapi/asm/sigcontext.h). */
#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.arm_r0)
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.arm_r1)
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.arm_r2)
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.arm_r3)
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.arm_r4)
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.arm_pc)
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.arm_sp)

/* r7 still holds the call's number. ARM's own calls begin at 0xf0000, and none of them writes
   (arch/arm/include/uapi/asm/unistd.h). */
#define MAY_FOLLOW_SYSCALL(context)   ((context)->uc_mcontext.arm_r7 < 1024)
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE false

/* The kernel's frame for a handler with SA_SIGINFO begins with the siginfo
   (arch/arm/kernel/signal.c, struct rt_sigframe). */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(context), (uintptr_t)(info) == (cfa))

/* In Thumb code "movs r7, #number", or "movw r7, #number" for those above 255; else "mov r7,
   #number" ("Arm Architecture Reference Manual", ARMv7-A, A8.8.102). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    if (code[0] == 0x40 && code[1] == 0xf2 && (code[3] & 0x8f) == 0x07)
        return (code[3] & 0x70U) << 4 | code[2];
    if (code[1] == 0x70 && code[2] == 0xa0 && code[3] == 0xe3)
        return code[0];
    return code[1] == 0x27 ? code[0] : UINT32_MAX;
}

/* r0 is a function for atexit(3), or 0 (glibc, sysdeps/arm/start.S). */
#define ENTRY_POINT(function)                                                                  \
    "mov fp, #0\n\t"                                                                           \
    "mov lr, #0\n\t"                                                                           \
    "mov r0, sp\n\t"                                                                           \
    "mov r4, sp\n\t"                                                                           \
    "bic r1, r0, #7\n\t"                                                                       \
    "mov sp, r1\n\t"                                                                           \
    "bl " #function "\n\t"                                                                     \
    "mov sp, r4\n\t"                                                                           \
    "mov ip, r0\n\t"                                                                           \
    "mov r0, #0\n\t"                                                                           \
    "mov r4, #0\n\t"                                                                           \
    "mov lr, #0\n\t"                                                                           \
    "bx ip\n"

/* svc #0, in Thumb and in ARM code; Arm Architecture Reference Manual for ARMv7-A, A8.8.229. */
#define SYSCALL_INSTRUCTION       MACHINE_CODE(0x00, 0xdf)
#define OTHER_SYSCALL_INSTRUCTION MACHINE_CODE(0x00, 0x00, 0x00, 0xef)

/* "DWARF for the Arm Architecture", 4.1: 0 to 15 are r0 to r15. */
enum { DWARF_FP = 11, DWARF_SP = 13, DWARF_PC = 15, DWARF_REGISTERS = 16 };

/* The registers of a context stand in the order of their numbers. */
static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    const char *const there =
        (const char *)&context->uc_mcontext + offsetof(mcontext_t, arm_r0);
    __builtin_memcpy(registers, there, DWARF_REGISTERS * sizeof(*registers));
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("add %0, %1, #4*4\n\t"
                     "stmia %0, {r4-r11}\n\t"
                     "str sp, [%1, #13*4]\n\t"
                     "str lr, [%1, #14*4]\n\t"
                     "mov %0, pc\n\t"
                     "str %0, [%1, #15*4]"
                     : "=&r"(here)
                     : "r"(registers)
                     : "memory");
}

/* That before the function has stored anything: code for Thumb has few registers to spare, so
   the compiler may store some first. */
static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    *place = (uintptr_t)__builtin_dwarf_cfa();
}

#define HAS_EXIDX 1
enum { RETURN_ADDRESS_SIZE = 0 };
#define HAS_LINK_REGISTER 1

static inline __attribute__((always_inline)) uintptr_t link_register_here(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

/* Bit 0 of a code pointer says that the code is Thumb ("Procedure Call Standard for the Arm
   Architecture", 6.5). */
#define HAS_MARKED_ADDRESSES 1
static inline uintptr_t code_address(uintptr_t pointer)
{
    return pointer & ~(uintptr_t)1;
}

#define HAS_SIGNED_ADDRESSES 1
static inline uintptr_t registers_return_address(uintptr_t address)
{
    return code_address(address);
}

/* The kernel has code to return to in a page of its own. A handler without SA_SIGINFO gets
   another frame and returns by sigreturn(2) (arch/arm/kernel/signal.c, setup_return). */
#define RESTORER_FOR_SIGINFO 1

/* r7 may be the frame pointer of Thumb code. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    register long r5 __asm__("r5") = f;
    long saved;
    __asm__ volatile("mov %1, r7\n\t"
                     "mov r7, %2\n\t"
                     "svc #0\n\t"
                     "mov r7, %1"
                     : "+r"(r0), "=&r"(saved)
                     : "r"(number), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory", "cc");
    return r0;
}

#endif
