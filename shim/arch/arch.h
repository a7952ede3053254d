/*
 * What differs from CPU to CPU: the interrupted registers, as a signal handler finds them, the
 * registers that unwinding follows, and how a system call is made.
 *
 * REGISTERS_STATUS(context)    the register in which a system call returns its result
 * REGISTERS_ARGUMENT1 to 5(context) the registers that held the call's first arguments; there
 *                              is no first one where it is the register of the result
 * REGISTERS_PC, REGISTERS_STACK(context) the program counter and the stack pointer
 * REGISTERS_BEHIND_CALL(context) whether a system call is what has just been executed, as far
 *                              as the registers tell
 * BEHIND_CALL_IS_SURE          true where they are sure when they say yes, false where they are
 *                              sure when they say no
 * CALL_INSTRUCTION             the instruction that calls, which decides where they are not
 * CALL_FUNCTION_END, REGISTERS_CALL_RETURN  where libc does not have that instruction: what
 *                              follows it, and where the address in libc then lies;
 *                              registers_leave_call does what follows, CALL_FUNCTION_SAVES
 * words DWARF_REGISTERS              how many registers unwinding follows, numbered as in DWARF
 * DWARF_STACK, DWARF_FRAME, DWARF_PC  the numbers of the stack pointer, the frame pointer and
 *                              the program counter
 * registers_interrupted, registers_here  sets of them, see there
 * registers_note_stack         notes the stack pointer of the function that this stands in
 * RETURNS_BY_REGISTER, registers_return_here  where that function returns to, on a CPU that has
 *                              it in a register
 * registers_return_address     what a return address points to
 * RETURN_ADDRESS_SIZE          how much of the stack a call takes for it
 * NO_RESTORER_MEMBER           where the kernel's struct sigaction has none
 * RESTORER                     the code that a handler returns to, where rt_sigaction(2) must
 *                              be told one
 * RESTORER_FOR_SIGINFO         where it is for handlers with SA_SIGINFO alone
 * raw_syscall                  a system call with its number and six arguments: the kernel does
 *                              not look at those that a call lacks. Registers and what they
 *                              lose: syscall(2), "Architecture calling conventions".
 * raw_syscall_5                the same for calls without the sixth, where RAW_SYSCALL_5 says
 *                              that it differs
 */
#ifndef NOSIGPIPE_ARCH_H
#define NOSIGPIPE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#if defined(__x86_64__) && defined(__LP64__)
#include "arch/x86_64.h"
#elif defined(__i386__)
#include "arch/i386.h"
#elif defined(__aarch64__) && defined(__LP64__) && defined(__AARCH64EL__)
#include "arch/aarch64.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch/riscv64.h"
#else
#error "nosigpipe does not know this architecture yet: it needs an arch_*.h of its own"
#endif

#if !defined(RAW_SYSCALL_5)
#define raw_syscall_5 raw_syscall
#endif

#endif
