/*
 * The interrupted registers, as a signal handler finds them, on each CPU.
 *
 * REGISTERS_STATUS(context)    the register in which a system call returns its result
 * REGISTERS_ARGUMENT1, 2, 3(context) the registers that held the call's first arguments
 * REGISTERS_PC, REGISTERS_STACK(context) the program counter and the stack pointer
 * REGISTERS_BEHIND_CALL(context)  whether a system call is what has just been executed
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

/* x86-64 has no default: without SA_RESTORER a handler cannot return
 * (arch/x86/kernel/signal_64.c). */
#define NEEDS_RESTORER 1

#else
#error "nosigpipe cannot read a signal context of this architecture yet"
#endif

#endif
