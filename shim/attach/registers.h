/*
 * The registers of a traced thread, by what they mean to a system call (syscall(2)). Where
 * R_RESTARTED is defined, they show which call a stop has interrupted, and are as the call was
 * given them: a process that runs can be visited.
 */
#ifndef NOSIGPIPE_ATTACH_REGISTERS_H
#define NOSIGPIPE_ATTACH_REGISTERS_H

#include <asm/ptrace.h>
#include <sys/user.h>

#if defined(__x86_64__)
#define R_RESULT    rax
#define R_NUMBER    rax
#define R_RESTARTED orig_rax
#define R_PC        rip
#define R_ARG1      rdi
#define R_ARG2      rsi
#define R_ARG3      rdx
#define R_ARG4      r10
#define R_ARG5      r8
#define R_ARG6      r9
#elif defined(__i386__)
#define R_RESULT    eax
#define R_NUMBER    eax
#define R_RESTARTED orig_eax
#define R_PC        eip
#define R_ARG1      ebx
#define R_ARG2      ecx
#define R_ARG3      edx
#define R_ARG4      esi
#define R_ARG5      edi
#define R_ARG6      ebp
#elif defined(__aarch64__)
#define R_RESULT regs[0]
#define R_NUMBER regs[8]
#define R_PC     pc
#define R_ARG1   regs[0]
#define R_ARG2   regs[1]
#define R_ARG3   regs[2]
#define R_ARG4   regs[3]
#define R_ARG5   regs[4]
#define R_ARG6   regs[5]
#elif defined(__riscv)
#define R_RESULT a0
#define R_NUMBER a7
#define R_PC     pc
#define R_ARG1   a0
#define R_ARG2   a1
#define R_ARG3   a2
#define R_ARG4   a3
#define R_ARG5   a4
#define R_ARG6   a5
#endif

typedef __typeof__(((struct user_regs_struct *)0)->R_PC) register_word;

/* What the kernel leaves as the result of a call that it restarts (include/linux/errno.h). A
   tracer sees these; a program never does. */
enum {
    KERNEL_ERESTARTSYS = 512,
    KERNEL_ERESTARTNOINTR = 513,
    KERNEL_ERESTARTNOHAND = 514,
    KERNEL_ERESTART_RESTARTBLOCK = 516
};

#endif
