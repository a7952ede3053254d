#include "unwind/dwarf_expr.h"

#include "arch/arch.h"
#include "base/safe_read.h"
#include "unwind/dwarf_reader.h"

/* DWARF 5, table 7.9. */
enum {
    ADDR = 0x03,
    DEREF = 0x06,
    CONST1U = 0x08,
    CONST1S = 0x09,
    CONST2U = 0x0a,
    CONST2S = 0x0b,
    CONST4U = 0x0c,
    CONST4S = 0x0d,
    CONST8U = 0x0e,
    CONST8S = 0x0f,
    CONSTU = 0x10,
    CONSTS = 0x11,
    DUP = 0x12,
    DROP = 0x13,
    OVER = 0x14,
    SWAP = 0x16,
    AND = 0x1a,
    MINUS = 0x1c,
    MUL = 0x1e,
    NEG = 0x1f,
    NOT = 0x20,
    OR = 0x21,
    PLUS = 0x22,
    PLUS_UCONST = 0x23,
    SHL = 0x24,
    SHR = 0x25,
    SHRA = 0x26,
    XOR = 0x27,
    EQ = 0x29,
    GE = 0x2a,
    GT = 0x2b,
    LE = 0x2c,
    LT = 0x2d,
    NE = 0x2e,
    LIT0 = 0x30,
    LIT31 = 0x4f,
    BREG0 = 0x70,
    BREG31 = 0x8f,
};

enum { DEPTH = 12, LONGEST_BLOCK = 256 };

struct machine {
    struct bytes bytes;
    const uintptr_t *registers;
    unsigned depth;
    uintptr_t stack[DEPTH];
};

static void push(struct machine *machine, uintptr_t value)
{
    if (machine->depth < DEPTH)
        machine->stack[machine->depth++] = value;
    else
        machine->bytes.failed = true;
}

static uintptr_t pop(struct machine *machine)
{
    if (machine->depth > 0)
        return machine->stack[--machine->depth];
    machine->bytes.failed = true;
    return 0;
}

/* The operations that push a value of their own. False: it is none of them. */
static bool run_literal(struct machine *machine, uint8_t operation)
{
    struct bytes *const bytes = &machine->bytes;
    const unsigned number = (unsigned)operation - BREG0;
    if (operation >= LIT0 && operation <= LIT31) {
        push(machine, operation - LIT0);
        return true;
    }
    if (operation >= CONST1U && operation <= CONST8S) {
        const unsigned size = 1u << (operation - CONST1U) / 2;
        const bool is_signed = (operation - CONST1U) % 2;
        push(machine, is_signed ? (uintptr_t)bytes_signed(bytes, size)
                                : (uintptr_t)bytes_number(bytes, size));
        return true;
    }
    /* On x86-64 no register that is followed has a number above 31. */
    if (number < DWARF_REGISTERS && operation <= BREG31) { /* GCOVR_EXCL_BR_LINE */
        push(machine, machine->registers[number] + (uintptr_t)bytes_sleb(bytes));
        return true;
    }
    if (operation == ADDR || operation == CONSTU || operation == CONSTS) {
        push(machine, operation == ADDR     ? (uintptr_t)bytes_number(bytes, sizeof(uintptr_t))
                      : operation == CONSTU ? (uintptr_t)bytes_uleb(bytes)
                                            : (uintptr_t)bytes_sleb(bytes));
        return true;
    }
    return false;
}

/* The operations on the value on top. False: it is none of them. */
static bool run_unary(struct machine *machine, uint8_t operation)
{
    uintptr_t top = pop(machine);
    uintptr_t word = 0;
    switch (operation) {
    case DEREF:
        machine->bytes.failed = machine->bytes.failed || !memory_read(&word, top, sizeof(word));
        push(machine, word);
        return true;
    case DUP:
        push(machine, top);
        push(machine, top);
        return true;
    case DROP:
        return true;
    case NEG:
        push(machine, -top);
        return true;
    case NOT:
        push(machine, ~top);
        return true;
    case PLUS_UCONST:
        push(machine, top + (uintptr_t)bytes_uleb(&machine->bytes));
        return true;
    default:
        push(machine, top);
        return false;
    }
}

/* An operation on the two values on top, of which `b` is the upper one. */
static bool combine(uint8_t operation, uintptr_t a, uintptr_t b, uintptr_t *result)
{
    const intptr_t left = (intptr_t)a;
    const intptr_t right = (intptr_t)b;
    const unsigned bits = b & (8 * sizeof(uintptr_t) - 1);
    switch (operation) {
#define COMBINE(name, value)                                                                   \
    case name:                                                                                 \
        *result = (uintptr_t)(value);                                                          \
        return true
        COMBINE(AND, a & b);
        COMBINE(OR, a | b);
        COMBINE(XOR, a ^ b);
        COMBINE(PLUS, a + b);
        COMBINE(MINUS, a - b);
        COMBINE(MUL, a * b);
        COMBINE(SHL, a << bits);
        COMBINE(SHR, a >> bits);
        COMBINE(SHRA, left >> bits);
        COMBINE(EQ, left == right);
        COMBINE(NE, left != right);
        COMBINE(GE, left >= right);
        COMBINE(GT, left > right);
        COMBINE(LE, left <= right);
        COMBINE(LT, left < right);
#undef COMBINE
    default:
        return false;
    }
}

static void run_binary(struct machine *machine, uint8_t operation)
{
    const uintptr_t b = pop(machine);
    const uintptr_t a = pop(machine);
    uintptr_t result = 0;
    if (operation == OVER) {
        push(machine, a);
        push(machine, b);
        push(machine, a);
    } else if (operation == SWAP) {
        push(machine, b);
        push(machine, a);
    } else if (combine(operation, a, b, &result)) {
        push(machine, result);
    } else {
        machine->bytes.failed = true;
    }
}

bool expression_compute(uintptr_t address, const uintptr_t *registers, const uintptr_t *first,
                        uintptr_t *result)
{
    struct machine machine = {.registers = registers};
    struct bytes *const bytes = &machine.bytes;
    bytes_start(bytes, address, address + LONGEST_BLOCK);
    const uint64_t size = bytes_uleb(bytes);
    if (size > LONGEST_BLOCK)
        return false;
    bytes->end = bytes->at + (uintptr_t)size;
    if (first)
        push(&machine, *first);
    while (!bytes->failed && bytes->at < bytes->end) {
        const uint8_t operation = bytes_byte(bytes);
        if (!run_literal(&machine, operation) && !run_unary(&machine, operation))
            run_binary(&machine, operation);
    }
    *result = pop(&machine);
    return !bytes->failed && bytes->at == bytes->end; /* no operand went beyond */
}
