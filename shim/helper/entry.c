/*
 * The entry point. The kernel passes nothing but the stack pointer, which points to the number
 * of arguments (fs/binfmt_elf.c, create_elf_tables). A frame pointer of 0 ends a debugger's
 * chain of frames. Each ABI requires its alignment of the stack before a call.
 */
#include "arch/arch.h"

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl _start\n"
        "_start:\n\t"
        "xorl %ebp, %ebp\n\t"
        "movq %rsp, %rdi\n\t"
        "andq $-16, %rsp\n\t"
        "call helper_start\n"
        ".popsection\n");
#elif defined(__i386__)
__asm__(".pushsection .text\n"
        ".globl _start\n"
        "_start:\n\t"
        "xorl %ebp, %ebp\n\t"
        "movl %esp, %eax\n\t"
        "andl $-16, %esp\n\t"
        "subl $12, %esp\n\t"
        "pushl %eax\n\t"
        "call helper_start\n"
        ".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
        ".globl _start\n"
        "_start:\n\t"
        "mov x29, #0\n\t"
        "mov x30, #0\n\t"
        "mov x0, sp\n\t"
        "bl helper_start\n"
        ".popsection\n");
#elif defined(__riscv)
/* The linker makes addresses relative to gp ("RISC-V ELF psABI", global-pointer relaxation),
   which must not happen to the instruction that sets gp. */
__asm__(".pushsection .text\n"
        ".globl _start\n"
        "_start:\n\t"
        ".option push\n\t"
        ".option norelax\n\t"
        "lla gp, __global_pointer$\n\t"
        ".option pop\n\t"
        "li s0, 0\n\t"
        "mv a0, sp\n\t"
        "call helper_start\n"
        ".popsection\n");
#endif
