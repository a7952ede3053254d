/*
 * Where the kernel enters: with the stack pointer at the number of arguments, and nothing else
 * (fs/binfmt_elf.c, create_elf_tables). A frame pointer of 0 is the end of a debugger's chain;
 * the stack is aligned as each ABI wants it before a call.
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
/* The linker makes accesses relative to gp where it can ("RISC-V ELF psABI", "Global-pointer
   relaxation"), but for the one that sets it. */
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
