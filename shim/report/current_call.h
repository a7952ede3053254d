/*
 * The call that a thread is in, noted before the call if an event matters. It is needed where
 * the interrupted registers are not enough: on a CPU whose registers lose the descriptor, and
 * under a libc without call frame information (musl), whose code cannot be unwound. The note is
 * never cleared: the stack pointer and the arguments show whether it is of the interrupted
 * call.
 */
#ifndef NOSIGPIPE_CURRENT_CALL_H
#define NOSIGPIPE_CURRENT_CALL_H

#include "arch/arch.h"
#include "base/libc.h"

/* The stack pointer of the interposer, which points to its return address, or with a link
   register that address too. Of the arguments, the lower halves: of an int in a register, the
   upper half is undefined. */
struct current_call {
    uintptr_t stack;
#if defined(HAS_LINK_REGISTER)
    uintptr_t code;
#endif
#if !defined(SYSCALL_ARG1)
    uint32_t second;
    uint32_t third;
    int fd;
#endif
};
extern THREAD_LOCAL struct current_call current_call;

/* The descriptor, or -1 if it was not noted. Only for a CPU that loses it. */
int current_call_fd(const ucontext_t *context);

/* Gives the program counter and stack pointer that the interposer's caller has after the call.
   False if they were not noted. `stack` is the stack pointer in libc's code. */
bool current_call_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack);

/* Puts the calls that note themselves into `next`, if the notes are of use
   (interpose/noted_writes.c). For the constructor. */
void noted_writes_install(void);

#endif
