/*
 * The interrupted registers, as a signal handler finds them, on each CPU.
 *
 * REGISTERS_STATUS(context)    the register in which a system call returns its result
 * REGISTERS_ARGUMENT1, 2, 3(context) the registers that held the call's first arguments
 * REGISTERS_PC, REGISTERS_STACK(context) the program counter and the stack pointer
 * REGISTERS_BEHIND_CALL(context)  whether a system call is what has just been executed
 * DWARF_REGISTERS              how many registers unwinding follows, numbered as in DWARF
 * DWARF_STACK, DWARF_PC        the numbers of the stack pointer and the program counter
 * registers_interrupted, registers_here, registers_of_caller  sets of them, see below
 * NEEDS_RESTORER               whether rt_sigaction(2) must be told what a handler returns to
 */
#ifndef NOSIGPIPE_ARCH_H
#define NOSIGPIPE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#if defined(__x86_64__)

#define REGISTERS_STATUS(context)    ((long)(context)->uc_mcontext.gregs[REG_RAX])
#define REGISTERS_ARGUMENT1(context) ((long)(context)->uc_mcontext.gregs[REG_RDI])
#define REGISTERS_ARGUMENT2(context) ((long)(context)->uc_mcontext.gregs[REG_RSI])

#define REGISTERS_ARGUMENT3(context) ((long)(context)->uc_mcontext.gregs[REG_RDX])
#define REGISTERS_PC(context)        ((uintptr_t)(context)->uc_mcontext.gregs[REG_RIP])
#define REGISTERS_STACK(context)     ((uintptr_t)(context)->uc_mcontext.gregs[REG_RSP])

/* The instruction `syscall` leaves the address behind itself in rcx (Intel SDM, SYSCALL),
   so the program text, which may be unreadable, need not be looked at. */
#define REGISTERS_BEHIND_CALL(context)                                                         \
    ((context)->uc_mcontext.gregs[REG_RCX] == (context)->uc_mcontext.gregs[REG_RIP])

/* System V ABI, AMD64 supplement, figure 3.36 "DWARF Register Number Mapping". */
enum { DWARF_FRAME = 6, DWARF_STACK = 7, DWARF_PC = 16, DWARF_REGISTERS = 17 };

/* The registers that a signal has interrupted. */
static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    static const unsigned char numbers[DWARF_REGISTERS] = {
        REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
        REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = (uintptr_t)context->uc_mcontext.gregs[numbers[i]];
}

/* The registers of the function that this stands in. Those that a call need not keep are of no
   use to its caller and are left out. */
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

/* Makes the registers those of the caller of a function whose frame address is `frame`; `saved`
   is the two words that lie there, the caller's frame pointer and the return address (the ABI,
   figure 3.3). The other registers that a call keeps are hardly ever needed to go on. */
static inline void registers_of_caller(uintptr_t *registers, uintptr_t frame,
                                       const uintptr_t saved[2])
{
    registers[DWARF_FRAME] = saved[0];
    registers[DWARF_PC] = saved[1];
    registers[DWARF_STACK] = frame + 2 * sizeof(uintptr_t);
}

/* x86-64 has no default: without SA_RESTORER a handler cannot return
 * (arch/x86/kernel/signal_64.c). */
#define NEEDS_RESTORER 1

#else
#error "nosigpipe cannot read a signal context of this architecture yet"
#endif

#endif
