/*
 * backtrace_rules: a broken write below a chain of functions whose frames are described by all
 * kinds of call frame instructions (DWARF 5, 6.4.2) and expressions (2.5.1), most of which no
 * compiler writes. Prints the functions that libgcc's unwinder finds there. With an argument:
 * the instructions; without: the expressions.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>

#include "broken.h"

#if !defined(__x86_64__)
#error "the frames are to be written for this architecture, too"
#endif

#define VISIBLE    __attribute__((noinline, visibility("default")))
#define NAKED      __attribute__((naked, noinline, visibility("default")))
#define TEXT(...)  TEXT_(__VA_ARGS__)
#define TEXT_(...) #__VA_ARGS__

/* A function with a frame of 16 bytes, which `cfi` describes in other words. */
#define BEGIN "subq $8, %rsp\n\t.cfi_def_cfa_offset 16\n\t"
#define END   "\n\taddq $8, %rsp\n\t.cfi_def_cfa 7, 8\n\tret"
#define FRAME(name, next, cfi)                                                                 \
    void name(void);                                                                           \
    NAKED void name(void)                                                                      \
    {                                                                                          \
        __asm__(BEGIN cfi "\n\tcall " #next END);                                              \
    }

/* The same, where an expression is to give the CFA: what BREG7(16) does. Its size comes first.
 */
#define EXPRESSION_FRAME(name, next, ...)                                                      \
    void name(void);                                                                           \
    NAKED void name(void)                                                                      \
    {                                                                                          \
        __asm__("subq $8, %%rsp\n\t.cfi_escape 0x0f, %c0, " TEXT(                              \
            __VA_ARGS__) "\n\tcall " #next                                                     \
                         "\n\taddq $8, %%rsp\n\t.cfi_def_cfa 7, 8\n\tret" ::"i"(               \
                             sizeof((unsigned char[]){__VA_ARGS__})));                         \
    }

/* The operations, by their numbers: DWARF 5, 7.7.1. */
#define BREG7(offset)       0x77, (offset)
#define LIT(number)         0x30 + (number)
#define CONST1U(number)     0x08, (number)
#define DEREF               0x06
#define DUP                 0x12
#define DROP                0x13
#define OVER                0x14
#define SWAP                0x16
#define AND                 0x1a
#define MINUS               0x1c
#define MUL                 0x1e
#define NEG                 0x1f
#define NOT                 0x20
#define OR                  0x21
#define PLUS                0x22
#define PLUS_UCONST(number) 0x23, (number)
#define SHL                 0x24
#define SHR                 0x25
#define SHRA                0x26
#define XOR                 0x27
#define EQ                  0x29
#define GE                  0x2a
#define GT                  0x2b
#define LE                  0x2c
#define LT                  0x2d
#define NE                  0x2e

/* Leaves what is below alone if what is on top is `number`, and else moves it far away. */
#define IS(number) CONST1U(number), NE, CONST1U(0x80), MUL, PLUS

/* Numbers in each form that there is. */
EXPRESSION_FRAME(numbers, signs, BREG7(16), LIT(0), IS(0), LIT(31), IS(31), CONST1U(0xff),
                 IS(0xff), 0x0a, 0x01, 0x02, LIT(8), SHR, IS(2), 0x0c, 1, 0, 0, 3, LIT(24), SHR,
                 IS(3), 0x0e, 1, 0, 0, 0, 0, 0, 0, 4, CONST1U(56), SHR, IS(4), 0x10, 0x80, 0x02,
                 LIT(8), SHR, IS(1), 0x03, 5, 0, 0, 0, 0, 0, 0, 0, IS(5))
EXPRESSION_FRAME(signs, unary, BREG7(16), 0x09, 0xfb, NEG, IS(5), 0x0b, 0xfa, 0xff, NEG, IS(6),
                 0x0d, 0xf9, 0xff, 0xff, 0xff, NEG, IS(7), 0x0f, 0xf8, 0xff, 0xff, 0xff, 0xff,
                 0xff, 0xff, 0xff, NEG, IS(8), 0x11, 0x7f, NEG, IS(1), 0x11, 0x80, 0x7f, NEG,
                 IS(0x80))
EXPRESSION_FRAME(unary, binary, BREG7(16), LIT(5), DUP, PLUS, IS(10), LIT(3), LIT(9), DROP,
                 IS(3), LIT(4), NEG, NEG, IS(4), LIT(6), NOT, NOT, IS(6), LIT(0), NOT, NEG,
                 IS(1), LIT(7), PLUS_UCONST(9), IS(16), LIT(9), LIT(4), OVER, MINUS, NEG, MINUS,
                 IS(4), LIT(9), LIT(4), SWAP, MINUS, NEG, IS(5))
EXPRESSION_FRAME(binary, compared, BREG7(16), LIT(12), LIT(10), AND, IS(8), LIT(12), LIT(10),
                 OR, IS(14), LIT(12), LIT(10), XOR, IS(6), LIT(12), LIT(10), PLUS, IS(22),
                 LIT(12), LIT(10), MINUS, IS(2), LIT(12), LIT(10), MUL, IS(120), LIT(3), LIT(4),
                 SHL, IS(48), LIT(24), LIT(2), SHR, IS(6), LIT(24), NEG, LIT(2), SHRA, NEG,
                 IS(6))
EXPRESSION_FRAME(compared, ordered, BREG7(16), LIT(5), LIT(5), EQ, IS(1), LIT(5), LIT(6), EQ,
                 IS(0), LIT(5), LIT(6), NE, IS(1), LIT(5), LIT(5), NE, IS(0), LIT(5), LIT(5),
                 GE, IS(1), LIT(1), NEG, LIT(5), GE, IS(0), LIT(6), LIT(5), GT, IS(1), LIT(5),
                 LIT(5), GT, IS(0))
EXPRESSION_FRAME(ordered, in_memory, BREG7(16), LIT(5), LIT(5), LE, IS(1), LIT(6), LIT(5), LE,
                 IS(0), LIT(1), NEG, LIT(5), LE, IS(1), LIT(1), NEG, LIT(5), LT, IS(1), LIT(5),
                 LIT(5), LT, IS(0), LIT(1), NEG, LIT(5), GT, IS(0))
/* The CFA lies where the stack pointer points. */
FRAME(in_memory, innermost,
      "leaq 16(%rsp), %rax\n\tmovq %rax, (%rsp)\n\t.cfi_escape 0x0f, 3, 0x77, 0, 0x06")

/* The CFA by factors of -8 (DW_CFA_def_cfa_sf, DW_CFA_def_cfa_offset_sf). */
FRAME(factored, factored_offset, ".cfi_escape 0x12, 7, 0x7e")
FRAME(factored_offset, remembered, ".cfi_escape 0x13, 0x7e")
FRAME(remembered, far_1,
      ".cfi_remember_state\n\t.cfi_def_cfa_offset 512\n\tnop\n\t.cfi_restore_state\n\t"
      ".cfi_escape 0x2e, 16, 0x00")

/* The description changes only far behind the function's begin. */
#define FAR(name, next, distance)                                                              \
    void name(void);                                                                           \
    NAKED void name(void)                                                                      \
    {                                                                                          \
        __asm__("jmp 1f\n\t.skip " #distance ", 0x90\n1:\tsubq $40, %rsp\n\t"                  \
                ".cfi_def_cfa_offset 48\n\tcall " #next                                        \
                "\n\taddq $40, %rsp\n\t.cfi_def_cfa_offset 8\n\tret");                         \
    }
FAR(far_1, far_2, 100)
FAR(far_2, far_4, 300)
FAR(far_4, with_personality, 70000)

/* Letters that go on behind the z of its augmentation; libgcc calls no personality here. */
void personality(void);
void personality(void)
{
    _exit(1);
}
FRAME(with_personality, hold_1,
      ".cfi_personality 0x1b, personality\n\t.cfi_lsda 0x1b, personality")

/* Each holder's frame is found by rbx, 64 bytes below, with two free words on the stack; what
   it calls keeps that value in a way of its own, and clears rbx. */
#define HOLDER(name, next)                                                                     \
    void name(void);                                                                           \
    NAKED void name(void)                                                                      \
    {                                                                                          \
        __asm__("pushq %rbx\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset 3, -16\n\t"               \
                "subq $16, %rsp\n\t.cfi_def_cfa_offset 32\n\tleaq -64(%rsp), %rbx\n\t"         \
                ".cfi_def_cfa 3, 96\n\tcall " #next "\n\t.cfi_def_cfa 7, 32\n\t"               \
                "addq $16, %rsp\n\t.cfi_def_cfa_offset 16\n\tpopq %rbx\n\t"                    \
                ".cfi_def_cfa_offset 8\n\tret");                                               \
    }
#define KEEPER(name, next, keep, ...)                                                          \
    void name(void);                                                                           \
    NAKED void name(void)                                                                      \
    {                                                                                          \
        __asm__("pushq %rbx\n\t.cfi_def_cfa_offset 16\n\t" keep "\n\t.cfi_escape " TEXT(       \
            __VA_ARGS__) "\n\txorl %ebx, %ebx\n\tcall " #next                                  \
                         "\n\tpopq %rbx\n\t.cfi_def_cfa_offset 8\n\tret");                     \
    }
HOLDER(hold_1, saved)
KEEPER(saved, hold_2, "", 0x05, 3, 2)
HOLDER(hold_2, saved_signed)
KEEPER(saved_signed, hold_3, "", 0x11, 3, 2)
HOLDER(hold_3, saved_above)
KEEPER(saved_above, hold_4, "movq %rbx, 24(%rsp)", 0x2f, 3, 1)
HOLDER(hold_4, counted)
KEEPER(counted, hold_5, "", 0x14, 3, 8)
HOLDER(hold_5, counted_signed)
KEEPER(counted_signed, hold_6, "", 0x15, 3, 8)
HOLDER(hold_6, saved_by_expression)
KEEPER(saved_by_expression, hold_7, "", 0x10, 3, 2, 0x40, 0x1c)
HOLDER(hold_7, computed)
KEEPER(computed, hold_8, "", 0x16, 3, 3, 0x08, 64, 0x1c)

/* rbx is in r12, whose own value is on the stack. */
HOLDER(hold_8, in_register)
void in_register(void);
NAKED void in_register(void)
{
    __asm__("pushq %r12\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset 12, -16\n\tmovq %rbx, %r12\n\t"
            ".cfi_register 3, 12\n\txorl %ebx, %ebx\n\tcall hold_9\n\tmovq %r12, %rbx\n\t"
            "popq %r12\n\t.cfi_def_cfa_offset 8\n\tret");
}

/* rbx stays as it is: what was said of it before is taken back. */
HOLDER(hold_9, restored)
FRAME(restored, hold_10, ".cfi_offset 3, -8\n\t.cfi_escape 0x06, 3")
HOLDER(hold_10, same)
FRAME(same, innermost, ".cfi_undefined 3\n\t.cfi_same_value 3")

static int fd;

void innermost(void);
VISIBLE void innermost(void)
{
    void *frames[64];
    const int count = backtrace(frames, 64);
    if (write(fd, "x", 1) != -1)
        _exit(1);
    for (int i = 0; i < count; i++) {
        Dl_info info;
        if (dladdr((char *)frames[i] - 1, &info) && info.dli_sname)
            puts(info.dli_sname);
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    fd = broken_pipe();
    if (argc > 1)
        factored();
    else
        numbers();
    return 0;
}
