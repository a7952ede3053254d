/* s390x (z/Architecture, 64 bits, big-endian); see arch.h. */
#ifndef NOSIGPIPE_ARCH_S390X_H
#define NOSIGPIPE_ARCH_S390X_H

/* The first argument is lost: r2 holds the result, and the context has no orig_gpr2
   (arch/s390/include/uapi/asm/sigcontext.h). */
#define SYSCALL_RESULT(context) ((long)(context)->uc_mcontext.gregs[2])
#define SYSCALL_ARG2(context)   ((long)(context)->uc_mcontext.gregs[3])
#define SYSCALL_ARG3(context)   ((long)(context)->uc_mcontext.gregs[4])
#define SYSCALL_ARG4(context)   ((long)(context)->uc_mcontext.gregs[5])
#define SYSCALL_ARG5(context)   ((long)(context)->uc_mcontext.gregs[6])
#define UC_PC(context)          ((uintptr_t)(context)->uc_mcontext.psw.addr)
#define UC_SP(context)          ((uintptr_t)(context)->uc_mcontext.gregs[15])

/* The registers do not show whether there was a system call: its number may be in the
   instruction alone. */
#define MAY_FOLLOW_SYSCALL(context)   true
#define MAY_FOLLOW_SYSCALL_CONCLUSIVE false

/* The kernel's frame for a handler with SA_SIGINFO: 160 bytes for the handler, whose canonical
   frame address is behind them, an instruction, the siginfo (arch/s390/kernel/signal.c, struct
   rt_sigframe). */
#define IS_SIGNAL_FRAME(cfa, info, context) ((void)(context), (uintptr_t)(info) == (cfa) + 8)

/* "svc number" itself, and for numbers above 255 "lghi %r1, number" ("z/Architecture Principles
   of Operation", LOAD HALFWORD IMMEDIATE). */
static inline uint32_t number_loaded_by(const unsigned char *code)
{
    if (code[0] == 0xa7 && code[1] == 0x19)
        return (uint32_t)code[2] << 8 | code[3];
    return code[0] == 0x0a && code[1] ? code[1] : UINT32_MAX;
}

/* The 160 bytes are for the called function; a back chain of 0 ends the chain of frames ("ELF
   ABI s390x Supplement", "The Stack Frame"). r14 is a function for atexit(3), or 0 (glibc,
   sysdeps/s390/s390-64/start.S). */
#define ENTRY_POINT(function)                                                                  \
    "lgr %r13, %r15\n\t"                                                                       \
    "lgr %r2, %r15\n\t"                                                                        \
    "aghi %r15, -160\n\t"                                                                      \
    "xc 0(8,%r15), 0(%r15)\n\t"                                                                \
    "brasl %r14, " #function "\n\t"                                                            \
    "lgr %r15, %r13\n\t"                                                                       \
    "lgr %r1, %r2\n\t"                                                                         \
    "lghi %r2, 0\n\t"                                                                          \
    "lghi %r13, 0\n\t"                                                                         \
    "lghi %r14, 0\n\t"                                                                         \
    "br %r1\n"

/* svc, and the call's number in its second byte. If that is 0, the number is in r1
   (z/Architecture Principles of Operation, SUPERVISOR CALL; arch/s390/kernel/syscall.c). */
#define SYSCALL_INSTRUCTION      MACHINE_CODE(0x0a)
#define SYSCALL_INSTRUCTION_SIZE 2
#define SYSCALL_NUMBER(context, instruction)                                                   \
    ((instruction)[1] ? (instruction)[1] : (long)(context)->uc_mcontext.gregs[1])

/* "ELF ABI s390x Supplement", "DWARF Register Mapping": 0 to 15 are r0 to r15, 16 to 31 the
   floating-point registers, where functions that call no other save the former. In the place of
   a control register, which code for users cannot read, here is the program counter. */
enum { DWARF_FP = 11, DWARF_SP = 15, DWARF_PC = 32, DWARF_REGISTERS = 33 };

static inline void registers_interrupted(uintptr_t *registers, const ucontext_t *context)
{
    static const unsigned char numbers[16] = {0, 2,  4,  6,  1, 3,  5,  7,
                                              8, 10, 12, 14, 9, 11, 13, 15};
    for (unsigned i = 0; i < 16; i++) {
        registers[i] = (uintptr_t)context->uc_mcontext.gregs[i];
        __builtin_memcpy(&registers[16 + i], &context->uc_mcontext.fpregs.fprs[numbers[i]],
                         sizeof(*registers));
    }
    registers[DWARF_PC] = UC_PC(context);
}

static inline __attribute__((always_inline)) void registers_here(uintptr_t *registers)
{
    uintptr_t here;
    __asm__ volatile("stmg %%r6, %%r15, 6*8(%1)\n\t"
                     "std %%f8, 24*8(%1)\n\t"
                     "std %%f10, 25*8(%1)\n\t"
                     "std %%f12, 26*8(%1)\n\t"
                     "std %%f14, 27*8(%1)\n\t"
                     "std %%f9, 28*8(%1)\n\t"
                     "std %%f11, 29*8(%1)\n\t"
                     "std %%f13, 30*8(%1)\n\t"
                     "std %%f15, 31*8(%1)\n\t"
                     "larl %0, .\n\t"
                     "stg %0, 32*8(%1)"
                     : "=&a"(here)
                     : "a"(registers)
                     : "memory");
}

/* The bytes above the stack pointer are the called function's, for registers ("ELF ABI s390x
   Supplement", "The Stack Frame"), and the CFA is above them. */
enum { RETURN_ADDRESS_SIZE = 0 };
#define CFA_ABOVE_SP      160
#define HAS_LINK_REGISTER 1

/* A function with more than four parameters has a frame below this when it calls libc (GCC,
   s390_function_ok_for_sibcall). Both are what its caller left. */
static inline __attribute__((always_inline)) void registers_note_sp(uintptr_t *place)
{
    *place = (uintptr_t)__builtin_dwarf_cfa() - CFA_ABOVE_SP;
}

static inline __attribute__((always_inline)) uintptr_t link_register_here(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

/* svc for rt_sigreturn(2), and for sigreturn(2) after a handler without SA_SIGINFO. Behind the
   bytes for the called function are the siginfo and the context, or the structs sigcontext and
   _sigregs, of which the latter is the mcontext_t (arch/s390/kernel/signal.c, struct
   rt_sigframe, struct sigframe). */
#define SIGNAL_FRAME_REGISTERS(code)                                                           \
    ((code)[0] != 0x0a   ? 0                                                                   \
     : (code)[1] == 0xad ? CFA_ABOVE_SP + 8 + 128 + offsetof(ucontext_t, uc_mcontext)          \
     : (code)[1] == 0x77 ? CFA_ABOVE_SP + 16                                                   \
                         : 0)

/* The kernel has a default restorer, but not where the app announces one of its own. That does
   not serve for the guard: a handler without SA_SIGINFO gets another frame
   (arch/s390/kernel/signal.c, setup_frame). */
#define RESTORER             "svc 173\n"
#define RESTORER_FOR_SIGINFO 1

/* Fewer instructions: a register for each argument that there is. */
#define RAW_SYSCALL3
static inline long raw_syscall3(long number, long a, long b, long c, long d, long e, long f)
{
    register long r1 __asm__("r1") = number;
    register long r2 __asm__("r2") = a;
    register long r3 __asm__("r3") = b;
    register long r4 __asm__("r4") = c;
    (void)d, (void)e, (void)f;
    __asm__ volatile("svc 0" : "+r"(r2) : "r"(r1), "r"(r3), "r"(r4) : "memory", "cc");
    return r2;
}

#define RAW_SYSCALL5
static inline long raw_syscall5(long number, long a, long b, long c, long d, long e, long f)
{
    register long r1 __asm__("r1") = number;
    register long r2 __asm__("r2") = a;
    register long r3 __asm__("r3") = b;
    register long r4 __asm__("r4") = c;
    register long r5 __asm__("r5") = d;
    register long r6 __asm__("r6") = e;
    (void)f;
    __asm__ volatile("svc 0"
                     : "+r"(r2)
                     : "r"(r1), "r"(r3), "r"(r4), "r"(r5), "r"(r6)
                     : "memory", "cc");
    return r2;
}

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    register long r1 __asm__("r1") = number;
    register long r2 __asm__("r2") = a;
    register long r3 __asm__("r3") = b;
    register long r4 __asm__("r4") = c;
    register long r5 __asm__("r5") = d;
    register long r6 __asm__("r6") = e;
    register long r7 __asm__("r7") = f;
    __asm__ volatile("svc 0"
                     : "+r"(r2)
                     : "r"(r1), "r"(r3), "r"(r4), "r"(r5), "r"(r6), "r"(r7)
                     : "memory", "cc");
    return r2;
}

#endif
