/*
 * What differs from CPU to CPU: the interrupted registers, as a signal handler finds them, the
 * registers that unwinding follows, and how a system call is made.
 *
 * SYSCALL_RESULT(context)    the register in which a system call returns its result
 * SYSCALL_ARG1 to 5(context) the registers that held the call's first arguments; there
 *                              is no first one where it is the register of the result
 * UC_PC, UC_SP(context) the program counter and the stack pointer
 * MAY_FOLLOW_SYSCALL(context) whether a system call is what has just been executed, as far
 *                              as the registers tell
 * MAY_FOLLOW_SYSCALL_IS_SURE_OF          true where they are sure when they say yes, false
 * where they are sure when they say no SYSCALL_INSTRUCTION             the instruction that
 * calls, which decides where they are not SYSCALL_FUNCTION_END, SYSCALL_FUNCTION_RETURN  where
 * libc does not have that instruction: what follows it, and where the address in libc then
 * lies; registers_leave_syscall_function does what follows, SYSCALL_FUNCTION_SAVES words
 * DWARF_REGISTERS              how many registers unwinding follows, numbered as in DWARF
 * DWARF_SP, DWARF_FP, DWARF_PC  the numbers of the stack pointer, the frame pointer and
 *                              the program counter
 * registers_interrupted, registers_here  sets of them, see there
 * registers_note_sp         notes the stack pointer of the function that this stands in
 * HAS_LINK_REGISTER, link_register_here  where that function returns to, on a CPU that has
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
 * raw_syscall5                the same for calls without the sixth, where RAW_SYSCALL5 says
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

#if !defined(RAW_SYSCALL5)
#define raw_syscall5 raw_syscall
#endif

#endif
