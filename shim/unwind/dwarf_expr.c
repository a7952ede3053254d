#include "unwind/dwarf_expr.h"

#include "arch/arch.h"
#include "base/safe_read.h"
#include "unwind/dwarf_reader.h"

/* DWARF 5, table 7.9. */
enum {
    DW_OP_addr = 0x03,
    DW_OP_deref = 0x06,
    DW_OP_const1u = 0x08,
    DW_OP_const1s = 0x09,
    DW_OP_const2u = 0x0a,
    DW_OP_const2s = 0x0b,
    DW_OP_const4u = 0x0c,
    DW_OP_const4s = 0x0d,
    DW_OP_const8u = 0x0e,
    DW_OP_const8s = 0x0f,
    DW_OP_constu = 0x10,
    DW_OP_consts = 0x11,
    DW_OP_dup = 0x12,
    DW_OP_drop = 0x13,
    DW_OP_over = 0x14,
    DW_OP_swap = 0x16,
    DW_OP_and = 0x1a,
    DW_OP_minus = 0x1c,
    DW_OP_mul = 0x1e,
    DW_OP_neg = 0x1f,
    DW_OP_not = 0x20,
    DW_OP_or = 0x21,
    DW_OP_plus = 0x22,
    DW_OP_plus_uconst = 0x23,
    DW_OP_shl = 0x24,
    DW_OP_shr = 0x25,
    DW_OP_shra = 0x26,
    DW_OP_xor = 0x27,
    DW_OP_eq = 0x29,
    DW_OP_ge = 0x2a,
    DW_OP_gt = 0x2b,
    DW_OP_le = 0x2c,
    DW_OP_lt = 0x2d,
    DW_OP_ne = 0x2e,
    DW_OP_lit0 = 0x30,
    DW_OP_lit31 = 0x4f,
    DW_OP_breg0 = 0x70,
    DW_OP_breg31 = 0x8f,
};

enum { DEPTH = 12, LONGEST_BLOCK = 256 };

struct machine {
    struct dwarf_reader bytes;
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

/* Runs an operation that pushes a constant or a register. False if it is another one. */
static bool run_literal(struct machine *machine, uint8_t operation)
{
    struct dwarf_reader *const bytes = &machine->bytes;
    const unsigned number = (unsigned)operation - DW_OP_breg0;
    if (operation >= DW_OP_lit0 && operation <= DW_OP_lit31) {
        push(machine, operation - DW_OP_lit0);
        return true;
    }
    if (operation >= DW_OP_const1u && operation <= DW_OP_const8s) {
        const unsigned size = 1u << (operation - DW_OP_const1u) / 2;
        const bool is_signed = (operation - DW_OP_const1u) % 2;
        push(machine, is_signed ? (uintptr_t)read_signed(bytes, size)
                                : (uintptr_t)read_unsigned(bytes, size));
        return true;
    }
    /* DWARF_REGISTERS is less than 32 on x86-64, so the second half is always true there. */
    if (number < DWARF_REGISTERS && operation <= DW_OP_breg31) { /* GCOVR_EXCL_BR_LINE */
        push(machine, machine->registers[number] + (uintptr_t)read_sleb128(bytes));
        return true;
    }
    if (operation == DW_OP_addr || operation == DW_OP_constu || operation == DW_OP_consts) {
        push(machine, operation == DW_OP_addr
                          ? (uintptr_t)read_unsigned(bytes, sizeof(uintptr_t))
                      : operation == DW_OP_constu ? (uintptr_t)read_uleb128(bytes)
                                                  : (uintptr_t)read_sleb128(bytes));
        return true;
    }
    return false;
}

/* Runs an operation on the top of the stack. False if it is another one. */
static bool run_unary(struct machine *machine, uint8_t operation)
{
    uintptr_t top = pop(machine);
    uintptr_t word = 0;
    switch (operation) {
    case DW_OP_deref:
        machine->bytes.failed = machine->bytes.failed || !safe_read(&word, top, sizeof(word));
        push(machine, word);
        return true;
    case DW_OP_dup:
        push(machine, top);
        push(machine, top);
        return true;
    case DW_OP_drop:
        return true;
    case DW_OP_neg:
        push(machine, -top);
        return true;
    case DW_OP_not:
        push(machine, ~top);
        return true;
    case DW_OP_plus_uconst:
        push(machine, top + (uintptr_t)read_uleb128(&machine->bytes));
        return true;
    default:
        push(machine, top);
        return false;
    }
}

/* Computes an operation on the two values on top, of which `b` is the upper one. False if it is
   another operation. */
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
        COMBINE(DW_OP_and, a & b);
        COMBINE(DW_OP_or, a | b);
        COMBINE(DW_OP_xor, a ^ b);
        COMBINE(DW_OP_plus, a + b);
        COMBINE(DW_OP_minus, a - b);
        COMBINE(DW_OP_mul, a * b);
        COMBINE(DW_OP_shl, a << bits);
        COMBINE(DW_OP_shr, a >> bits);
        COMBINE(DW_OP_shra, left >> bits);
        COMBINE(DW_OP_eq, left == right);
        COMBINE(DW_OP_ne, left != right);
        COMBINE(DW_OP_ge, left >= right);
        COMBINE(DW_OP_gt, left > right);
        COMBINE(DW_OP_le, left <= right);
        COMBINE(DW_OP_lt, left < right);
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
    if (operation == DW_OP_over) {
        push(machine, a);
        push(machine, b);
        push(machine, a);
    } else if (operation == DW_OP_swap) {
        push(machine, b);
        push(machine, a);
    } else if (combine(operation, a, b, &result)) {
        push(machine, result);
    } else {
        machine->bytes.failed = true;
    }
}

bool dwarf_expr_evaluate(uintptr_t address, const uintptr_t *registers, const uintptr_t *first,
                         uintptr_t *result)
{
    struct machine machine = {.registers = registers};
    struct dwarf_reader *const bytes = &machine.bytes;
    dwarf_reader_start(bytes, address, address + LONGEST_BLOCK);
    const uint64_t size = read_uleb128(bytes);
    if (size > LONGEST_BLOCK)
        return false;
    bytes->end = bytes->at + (uintptr_t)size;
    if (first)
        push(&machine, *first);
    while (!bytes->failed && bytes->at < bytes->end) {
        const uint8_t operation = read_u8(bytes);
        if (!run_literal(&machine, operation) && !run_unary(&machine, operation))
            run_binary(&machine, operation);
    }
    *result = pop(&machine);
    return !bytes->failed && bytes->at == bytes->end; /* the last operand ends with the block */
}
