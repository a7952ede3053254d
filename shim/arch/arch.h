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
 *   SYSCALL_INSTRUCTION      the code of the instruction, or its first bytes
 *   SYSCALL_INSTRUCTION_SIZE  its whole size, if the code above is not all of it. Then
 *                            SYSCALL_NUMBER gives the call's number from it and the registers
 *   OTHER_SYSCALL_INSTRUCTION  another code of it, if defined
 *
 * If libc does not contain the instruction but calls a function for it (i386)
 *   SYSCALL_FUNCTION_END     the code that follows it in that function
 *   SYSCALL_FUNCTION_RETURN  where that function's return address is
 *   SYSCALL_FUNCTION_SAVES, registers_leave_syscall_function  the number of words that
 *                            SYSCALL_FUNCTION_END pops, and the registers after it
 *
 * Unwinding; `registers` is an array of DWARF_REGISTERS words, with the numbers of DWARF
 *   DWARF_SP, DWARF_FP, DWARF_PC  the stack pointer, frame pointer and program counter
 *   REGISTER_INDEX           the place in the array of a register's number in DWARF, if that is
 *                            not the number; from DWARF_REGISTERS on it has none
 *   registers_interrupted    fills it from a context
 *   registers_here           fills it for the function that calls this, but leaves out the
 *                            registers that a call may change: its caller has no use for them
 *   registers_note_sp        notes that function's stack pointer
 *   RETURN_ADDRESS_SIZE      the bytes that a call pushes
 *   CFA_ABOVE_SP             if not 0: how far the canonical frame address is above the stack
 *                            pointer that the caller has
 *   HAS_LINK_REGISTER        defined if a call leaves its return address in a register. Then
 *                            link_register_here returns that of the function that calls this,
 *                            unless the function has stored anything on the stack
 *   HAS_EXIDX                defined if functions have .ARM.exidx, not .eh_frame
 *   HAS_SIGNED_ADDRESSES     defined if registers_return_address has a signature to remove from
 *                            a return address
 *   HAS_MARKED_ADDRESSES     defined if a pointer to code is not the address of the code, which
 *                            code_address returns
 *
 * Memory
 *   LARGEST_PAGE             the size of the largest pages that a kernel may have, if not 4096
 *
 * Signals
 *   SIGNAL_FRAME_REGISTERS   defined if no call frame information describes the code that a
 *                            handler returns to: where above the stack pointer the mcontext_t
 *                            is, by the code's first two bytes; 0 if they are others
 *   NO_RESTORER_MEMBER       defined if the kernel's struct sigaction has no restorer
 *   RESTORER                 the code that a handler returns to, if rt_sigaction(2) needs one
 *   RESTORER_FOR_SIGINFO     1 if that is for handlers with SA_SIGINFO only
 *   IS_SIGNAL_FRAME          whether the kernel has called a handler with SA_SIGINFO that has
 *                            this canonical frame address and these arguments
 *
 * System calls
 *   raw_syscall              takes a number and six arguments; the kernel ignores those that a
 *                            call does not have. Registers: syscall(2), "Architecture calling
 *                            conventions"
 *   raw_syscall5             the same without the sixth, if RAW_SYSCALL5 is defined
 *   raw_syscall3             the same with three, if RAW_SYSCALL3 is defined
 *   number_loaded_by         the number that the instruction at `code` loads for a call;
 *                            UINT32_MAX if it is another instruction
 *   CALL_FOR_VISITOR         the instruction, and one that ends the process; if attach/ is for
 *                            the CPU
 *
 * Programs without libc
 *   ENTRY_POINT              code that passes the stack pointer that the kernel has set
 *                            (fs/binfmt_elf.c, create_elf_tables) to a function. If this
 *                            returns, the code goes on at the address that it returns, with
 *                            the registers that an entry point is to find. A frame pointer of
 *                            0 ends a debugger's chain of frames. Each ABI requires its
 *                            alignment of the stack before a call.
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
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__) && _CALL_ELF == 2
#include "arch/ppc64le.h"
#elif defined(__s390x__)
#include "arch/s390x.h"
#elif defined(__arm__) && defined(__ARM_EABI__) && defined(__ARMEL__) && __ARM_ARCH >= 7
#include "arch/arm.h"
#else
#error "nosigpipe does not know this architecture: it needs a file of its own in shim/arch/"
#endif

#if !defined(HAS_SIGNED_ADDRESSES)
static inline uintptr_t registers_return_address(uintptr_t address)
{
    return address;
}
#endif

#if !defined(LARGEST_PAGE)
#define LARGEST_PAGE 4096
#endif

#if !defined(REGISTER_INDEX)
#define REGISTER_INDEX(number) (number)
#endif

#if !defined(HAS_MARKED_ADDRESSES)
static inline uintptr_t code_address(uintptr_t pointer)
{
    return pointer;
}
#endif

#if !defined(RESTORER_FOR_SIGINFO)
#define RESTORER_FOR_SIGINFO 0
#endif

#if !defined(SYSCALL_INSTRUCTION_SIZE)
#define SYSCALL_INSTRUCTION_SIZE sizeof((unsigned char[])SYSCALL_INSTRUCTION)
#endif

#if !defined(CFA_ABOVE_SP)
#define CFA_ABOVE_SP 0
#endif

#if !defined(RAW_SYSCALL5)
#define raw_syscall5 raw_syscall
#endif

#if !defined(RAW_SYSCALL3)
#define raw_syscall3 raw_syscall5
#endif

#endif
