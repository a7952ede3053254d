/*
 * The call that a thread is in, where the registers behind it do not tell all: on a CPU that
 * loses the descriptor in them, and under a libc without call frame information (musl), from
 * whose code nothing leads to the caller. Noted before the call, where an event matters.
 * Nothing takes the note back; whether it is of the call that was interrupted, the stack and
 * the arguments tell.
 */
#ifndef NOSIGPIPE_CURRENT_CALL_H
#define NOSIGPIPE_CURRENT_CALL_H

#include "arch/arch.h"
#include "base/libc.h"

/* The stack pointer of the interposer, at which its return address is, or that one itself; and
   what the call was given, the lower halves, which are all that an int in a register has for
   sure. */
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
extern __thread struct current_call current_call __attribute__((tls_model("initial-exec")));

/* The descriptor, or -1 where it was not noted. Only for a CPU that loses it. */
int current_call_fd(const ucontext_t *context);

/* The caller's program counter and stack pointer once the call has returned; false where they
   were not noted. `stack` is the stack pointer in libc's code. */
bool current_call_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack);

/* Puts the calls that note it into `next`, where that is of use (noting.c). For the
   constructor. */
void noted_writes_install(void);

#endif
