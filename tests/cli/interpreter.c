// What an embedded program starts under in the tests: an ELF interpreter that says so on
// standard error and goes on to the program. Made with -nostdlib -static-pie.

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
// The kernel's registers are not the program's: rdx would be a function for atexit(3).
__asm__(".globl _start\n_start: mov %rsp, %rdi\n call start\n xor %edx, %edx\n jmp *%rax");

static void say(const char *text, unsigned long size)
{
    long result = SYS_write;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(2L), "S"(text), "d"(size)
                     : "rcx", "r11", "memory");
}
#else
__asm__(".globl _start\n_start: mov %esp, %eax\n push %eax\n call start\n add $4, %esp\n"
        " xor %edx, %edx\n jmp *%eax");

static void say(const char *text, unsigned long size)
{
    long result = SYS_write;
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(2L), "c"(text), "d"(size) : "memory");
}
#endif

// Returns the address of the program's first instruction.
uintptr_t start(uintptr_t *stack);
uintptr_t start(uintptr_t *stack)
{
    char text[] = "interpreter\n";
    uintptr_t entry = 0;
    uintptr_t *word = stack + 1 + stack[0] + 1; // behind the arguments
    while (*word)
        word++; // the environment
    for (ElfW(auxv_t) *vector = (ElfW(auxv_t) *)(word + 1); vector->a_type; vector++) {
        if (vector->a_type == AT_ENTRY)
            entry = vector->a_un.a_val;
        if (vector->a_type == AT_BASE) // musl's static-pie takes it for its own
            vector->a_un.a_val = 0;
    }
    say(text, sizeof(text) - 1);
    return entry;
}
