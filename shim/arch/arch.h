/*
 * What differs between CPUs: the registers that a signal has interrupted, the registers that
 * unwinding follows, and how a system call is made. Each CPU's file defines:
 *
 * Registers in a signal handler's context
 *   SYSCALL_RESULT           a system call's result
 *   SYSCALL_ARG1 to 5        its arguments; no ARG1 if that register holds the result
 *   UC_PC, UC_SP             the program counter and the stack pointer
 *   MAY_FOLLOW_SYSCALL       whether a system call was the last instruction, as far as the
 *                            registers show
 *   MAY_FOLLOW_SYSCALL_CONCLUSIVE  the value of it that is certain. For the other value compare
 *                            the code before UC_PC with:
 *   SYSCALL_INSTRUCTION      the code of the instruction
 *
 * If libc does not contain the instruction but calls a function for it (i386)
 *   SYSCALL_FUNCTION_END     the code that follows it in that function
 *   SYSCALL_FUNCTION_RETURN  where that function's return address is
 *   SYSCALL_FUNCTION_SAVES, registers_leave_syscall_function  the number of words that
 *                            SYSCALL_FUNCTION_END pops, and the registers after it
 *
 * Unwinding; `registers` is an array of DWARF_REGISTERS words, with the numbers of DWARF
 *   DWARF_SP, DWARF_FP, DWARF_PC  the stack pointer, frame pointer and program counter
 *   registers_interrupted    fills it from a context
 *   registers_here           fills it for the function that calls this, but leaves out the
 *                            registers that a call may change: its caller has no use for them
 *   registers_note_sp        notes that function's stack pointer
 *   RETURN_ADDRESS_SIZE      the bytes that a call pushes
 *   HAS_LINK_REGISTER        defined if a call leaves its return address in a register. Then
 *                            link_register_here returns that of the function that calls this,
 *                            unless the function has stored anything on the stack
 *   HAS_SIGNED_ADDRESSES     defined if registers_return_address has a signature to remove from
 *                            a return address
 *
 * Signals
 *   NO_RESTORER_MEMBER       defined if the kernel's struct sigaction has no restorer
 *   RESTORER                 the code that a handler returns to, if rt_sigaction(2) needs one
 *   RESTORER_FOR_SIGINFO     1 if that is for handlers with SA_SIGINFO only
 *
 * System calls
 *   raw_syscall              takes a number and six arguments; the kernel ignores those that a
 *                            call does not have. Registers: syscall(2), "Architecture calling
 *                            conventions"
 *   raw_syscall5             the same without the sixth, if RAW_SYSCALL5 is defined
 */
#ifndef NOSIGPIPE_ARCH_H
#define NOSIGPIPE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#define MACHINE_CODE(...)                                                                      \
    {                                                                                          \
        __VA_ARGS__                                                                            \
    }

#if defined(__x86_64__) && defined(__LP64__)
#include "arch/x86_64.h"
#elif defined(__i386__)
#include "arch/i386.h"
#elif defined(__aarch64__) && defined(__LP64__) && defined(__AARCH64EL__)
#include "arch/aarch64.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch/riscv64.h"
#else
#error "nosigpipe does not know this architecture: it needs a file of its own in shim/arch/"
#endif

#if !defined(HAS_SIGNED_ADDRESSES)
static inline uintptr_t registers_return_address(uintptr_t address)
{
    return address;
}
#endif

#if !defined(RESTORER_FOR_SIGINFO)
#define RESTORER_FOR_SIGINFO 0
#endif

#if !defined(RAW_SYSCALL5)
#define raw_syscall5 raw_syscall
#endif

#endif
