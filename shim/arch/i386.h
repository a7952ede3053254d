/* i386; see arch.h. */
#ifndef NOSIGPIPE_ARCH_I386_H
#define NOSIGPIPE_ARCH_I386_H

#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.gregs[REG_EAX])
#define SYSCALL_ARG1(context)   ((long)(context)->uc_mcontext.gregs[REG_EBX])
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.gregs[REG_ECX])
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.gregs[REG_EDX])
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.gregs[REG_ESI])
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.gregs[REG_EDI])
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.gregs[REG_EIP])
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.gregs[REG_ESP])

/* The registers do not show whether there was a system call: the context has no orig_eax
   (arch/x86/include/uapi/asm/sigcontext.h). */
#define MAY_FOLLOW_SYSCALL(context)   true
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE false

/* int $0x80. Calls by sysenter and syscall return to the end of that instruction too, in the
   vDSO (arch/x86/entry/vdso/vdso32/system_call.S). There popl %ebp, popl %edx, popl %ecx, ret
   follow. */
#define SYSCALL_INSTRUCTION              MACHINE_CODE(0xcd, 0x80)
#define SYSCALL_FUNCTION_END             MACHINE_CODE(0x5d, 0x5a, 0x59, 0xc3)
#define SYSCALL_FUNCTION_RETURN(context) (UC_SP(context) + 3 * sizeof(uintptr_t))

/* The kernel's frame for a handler with SA_SIGINFO: the return address, three arguments, the
   siginfo (arch/x86/include/asm/sigframe.h, struct rt_sigframe_ia32). */
#define IS_SIGNAL_FRAME(cfa, info, context)                                                    \
    ((void)(context), (uintptr_t)(info) == (cfa) + 3 * sizeof(uintptr_t))

/* "mov $number, %eax" (Intel SDM, MOV). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    uint32_t number;
    __builtin_memcpy(&number, code + 1, sizeof(number));
    return *code == 0xb8 ? number : UINT32_MAX;
}

#define CALL_FOR_VISITOR "int $0x80; ud2\n"

/* At the entry point edx is a function for atexit(3), or 0 (System V ABI). */
#define ENTRY_POINT(function)                                                                  \
    "xorl %ebp, %ebp\n\t"                                                                      \
    "movl %esp, %esi\n\t"                                                                      \
    "andl $-16, %esp\n\t"                                                                      \
    "subl $12, %esp\n\t"                                                                       \
    "pushl %esi\n\t"                                                                           \
    "call " #function "\n\t"                                                                   \
    "movl %esi, %esp\n\t"                                                                      \
    "xorl %ebx, %ebx\n\t"                                                                      \
    "xorl %ecx, %ecx\n\t"                                                                      \
    "xorl %edx, %edx\n\t"                                                                      \
    "xorl %esi, %esi\n\t"                                                                      \
    "xorl %edi, %edi\n\t"                                                                      \
    "jmp *%eax\n"

/* System V ABI, Intel386 supplement, figure 2.14 "DWARF Register Number Mapping". */
enum { DWARF_SP = 4, DWARF_FP = 5, DWARF_PC = 8, DWARF_REGISTERS = 9 };

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    static const unsigned char numbers[DWARF_REGISTERS] = {
        REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI, REG_EIP};
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = (uintptr_t)context->uc_mcontext.gregs[numbers[i]];
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("movl %%ebx, 3*4(%1)\n\t"
                     "movl %%esp, 4*4(%1)\n\t"
                     "movl %%ebp, 5*4(%1)\n\t"
                     "movl %%esi, 6*4(%1)\n\t"
                     "movl %%edi, 7*4(%1)\n\t"
                     "call 1f\n"
                     "1:\n\t"
                     "popl %0\n\t"
                     "movl %0, 8*4(%1)"
                     : "=&r"(here)
                     : "r"(registers)
                     : "memory");
}

static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    __asm__ volatile("movl %%esp, %0" : "=m"(*place));
}

enum { RETURN_ADDRESS_SIZE = 4 };

enum { SYSCALL_FUNCTION_SAVES = 4 };
static inline void registers_leave_syscall_function(uintptr_t *registers,
                                                    const uintptr_t *saved)
{
    registers[DWARF_FP] = saved[0];
    registers[2] = saved[1]; /* edx */
    registers[1] = saved[2]; /* ecx */
    registers[DWARF_PC] = saved[3];
    registers[DWARF_SP] += SYSCALL_FUNCTION_SAVES * sizeof(*saved);
}

/* The kernel's default restorer is in the vDSO, which a boot parameter can turn off
   (Documentation/admin-guide/kernel-parameters.txt, vdso32). */
#define RESTORER                                                                               \
    "movl $173, %eax\n"                                                                        \
    "int $0x80\n"

/* A handler without SA_SIGINFO gets another frame and returns by sigreturn(2)
   (arch/x86/kernel/signal_32.c, ia32_setup_frame). */
#define RESTORER_FOR_SIGINFO 1

/* The register of the sixth argument may be the frame pointer. Then no register is left, so the
   arguments are in memory. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    const long all[] = {number, a, b, c, d, e, f};
    long result;
    __asm__ volatile("pushl %%ebx\n\t"
                     "pushl %%ebp\n\t"
                     "movl 4(%%eax), %%ebx\n\t"
                     "movl 8(%%eax), %%ecx\n\t"
                     "movl 12(%%eax), %%edx\n\t"
                     "movl 16(%%eax), %%esi\n\t"
                     "movl 20(%%eax), %%edi\n\t"
                     "movl 24(%%eax), %%ebp\n\t"
                     "movl (%%eax), %%eax\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp\n\t"
                     "popl %%ebx"
                     : "=a"(result)
                     : "a"(all)
                     : "ecx", "edx", "esi", "edi", "memory", "cc");
    return result;
}

/* A debugger cannot unwind while the pushes above have moved the stack pointer; a call without
   a sixth argument needs none. */
#define RAW_SYSCALL5
static inline long raw_syscall5(long number, long a, long b, long c, long d, long e, long none)
{
    long result;
    (void)none;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
    return result;
}

#endif
