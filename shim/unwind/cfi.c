#include "unwind/cfi.h"

/* DWARF 5, table 7.29. The three first have an operand in their low six bits. */
enum {
    ADVANCE_LOC = 0x40,
    OFFSET = 0x80,
    RESTORE = 0xc0,
    NOP = 0x00,
    SET_LOC = 0x01,
    ADVANCE_LOC1 = 0x02,
    ADVANCE_LOC2 = 0x03,
    ADVANCE_LOC4 = 0x04,
    OFFSET_EXTENDED = 0x05,
    RESTORE_EXTENDED = 0x06,
    UNDEFINED = 0x07,
    SAME_VALUE = 0x08,
    REGISTER = 0x09,
    REMEMBER_STATE = 0x0a,
    RESTORE_STATE = 0x0b,
    DEF_CFA = 0x0c,
    DEF_CFA_REGISTER = 0x0d,
    DEF_CFA_OFFSET = 0x0e,
    DEF_CFA_EXPRESSION = 0x0f,
    EXPRESSION = 0x10,
    OFFSET_EXTENDED_SF = 0x11,
    DEF_CFA_SF = 0x12,
    DEF_CFA_OFFSET_SF = 0x13,
    VAL_OFFSET = 0x14,
    VAL_OFFSET_SF = 0x15,
    VAL_EXPRESSION = 0x16,
    AARCH64_NEGATE_RA_STATE_WITH_PC = 0x2c, /* "DWARF for the Arm 64-bit Architecture", 4.4 */
    AARCH64_NEGATE_RA_STATE = 0x2d,
    GNU_ARGS_SIZE = 0x2e, /* LSB Core 5.0, "DWARF CFI Extensions" */
    GNU_NEGATIVE_OFFSET = 0x2f,
};

/* Compilers remember one state at a time; hand-written code seldom has more. */
enum { REMEMBERED = 3 };

struct machine {
    const struct call_frame *frame;
    struct bytes bytes;
    uintptr_t location;
    struct rules *rules;
    struct rules initial; /* what the CIE laid down */
    struct rules remembered[REMEMBERED];
    unsigned depth;
};

/* Registers that are not followed (those of floating point) have their rules thrown away. */
static void set(struct machine *machine, uint64_t number, enum rule kind, int64_t value)
{
    if (number < DWARF_REGISTERS) {
        machine->rules->kinds[number] = (uint8_t)kind;
        machine->rules->values[number] = value;
    }
}

static void restore(struct machine *machine, uint64_t number)
{
    if (number < DWARF_REGISTERS)
        set(machine, number, machine->initial.kinds[number], machine->initial.values[number]);
}

static void set_cfa(struct machine *machine, uint64_t number, int64_t offset)
{
    machine->bytes.failed = machine->bytes.failed || number >= DWARF_REGISTERS;
    machine->rules->cfa_kind = RULE_OFFSET;
    machine->rules->cfa_register = (uint8_t)number;
    machine->rules->cfa_value = offset;
}

/* The address of an expression, which is passed over. */
static int64_t pass_expression(struct bytes *bytes)
{
    const uintptr_t start = bytes->at;
    const uint64_t size = bytes_uleb(bytes);
    bytes->failed = bytes->failed || size > bytes->end - bytes->at;
    bytes->at += (uintptr_t)size;
    return (int64_t)start;
}

static void set_state(struct machine *machine, uint8_t instruction)
{
    if (instruction == REMEMBER_STATE && machine->depth < REMEMBERED)
        machine->remembered[machine->depth++] = *machine->rules;
    else if (instruction == RESTORE_STATE && machine->depth > 0)
        *machine->rules = machine->remembered[--machine->depth];
    else
        machine->bytes.failed = true;
}

/* Unsigned: damaged tables multiply beyond what a signed number holds. */
static int64_t factored(struct machine *machine, bool is_signed)
{
    const uint64_t factor = (uint64_t)machine->frame->data_factor;
    return (int64_t)(factor * (is_signed ? (uint64_t)bytes_sleb(&machine->bytes)
                                         : bytes_uleb(&machine->bytes)));
}

/* The instructions that say where the CFA is. False: it is none of them. */
static bool run_cfa(struct machine *machine, uint8_t instruction)
{
    struct bytes *const bytes = &machine->bytes;
    struct rules *const rules = machine->rules;
    uint64_t number = rules->cfa_register;
    switch (instruction) {
    case DEF_CFA:
        number = bytes_uleb(bytes);
        set_cfa(machine, number, (int64_t)bytes_uleb(bytes));
        return true;
    case DEF_CFA_SF:
        number = bytes_uleb(bytes);
        set_cfa(machine, number, factored(machine, true));
        return true;
    case DEF_CFA_REGISTER:
        set_cfa(machine, bytes_uleb(bytes), rules->cfa_value);
        return true;
    case DEF_CFA_OFFSET:
        set_cfa(machine, number, (int64_t)bytes_uleb(bytes));
        return true;
    case DEF_CFA_OFFSET_SF:
        set_cfa(machine, number, factored(machine, true));
        return true;
    case DEF_CFA_EXPRESSION:
        rules->cfa_kind = RULE_EXPRESSION;
        rules->cfa_value = pass_expression(bytes);
        return true;
    default:
        return false;
    }
}

/* The instructions about one register, whose number comes first. */
static void run_register(struct machine *machine, uint8_t instruction)
{
    struct bytes *const bytes = &machine->bytes;
    const uint64_t number = bytes_uleb(bytes);
    switch (instruction) {
    case OFFSET_EXTENDED:
        set(machine, number, RULE_SAVED, factored(machine, false));
        return;
    case OFFSET_EXTENDED_SF:
        set(machine, number, RULE_SAVED, factored(machine, true));
        return;
    case GNU_NEGATIVE_OFFSET:
        set(machine, number, RULE_SAVED, (int64_t) - (uint64_t)factored(machine, false));
        return;
    case VAL_OFFSET:
        set(machine, number, RULE_OFFSET, factored(machine, false));
        return;
    case VAL_OFFSET_SF:
        set(machine, number, RULE_OFFSET, factored(machine, true));
        return;
    case REGISTER:
        set(machine, number, RULE_REGISTER, (int64_t)bytes_uleb(bytes));
        return;
    case EXPRESSION:
        set(machine, number, RULE_SAVED_EXPRESSION, pass_expression(bytes));
        return;
    case VAL_EXPRESSION:
        set(machine, number, RULE_EXPRESSION, pass_expression(bytes));
        return;
    case RESTORE_EXTENDED:
        restore(machine, number);
        return;
    case UNDEFINED:
        set(machine, number, RULE_UNDEFINED, 0);
        return;
    case SAME_VALUE:
        set(machine, number, RULE_SAME, 0);
        return;
    case GNU_ARGS_SIZE: /* what a caller has pushed: a size and no register */
        return;
    default:
        bytes->failed = true;
    }
}

static void advance(struct machine *machine, uint64_t by)
{
    machine->location += (uintptr_t)(by * machine->frame->code_factor);
}

/* The instructions about the location and the whole state. False: it is none of them. */
static bool run_other(struct machine *machine, uint8_t instruction)
{
    struct bytes *const bytes = &machine->bytes;
    switch (instruction) {
    case NOP:
    case AARCH64_NEGATE_RA_STATE: /* signatures are taken off every return address */
    case AARCH64_NEGATE_RA_STATE_WITH_PC:
        return true;
    case SET_LOC:
        machine->location = bytes_pointer(bytes, machine->frame->encoding, 0);
        return true;
    case ADVANCE_LOC1:
        advance(machine, bytes_number(bytes, 1));
        return true;
    case ADVANCE_LOC2:
        advance(machine, bytes_number(bytes, 2));
        return true;
    case ADVANCE_LOC4:
        advance(machine, bytes_number(bytes, 4));
        return true;
    case REMEMBER_STATE:
    case RESTORE_STATE:
        set_state(machine, instruction);
        return true;
    default:
        return false;
    }
}

static void run_one(struct machine *machine)
{
    const uint8_t instruction = bytes_byte(&machine->bytes);
    const uint8_t operand = instruction & 0x3f;
    switch (instruction & 0xc0) {
    case ADVANCE_LOC:
        advance(machine, operand);
        return;
    case OFFSET:
        set(machine, operand, RULE_SAVED, factored(machine, false));
        return;
    case RESTORE:
        restore(machine, operand);
        return;
    default:
        if (!run_cfa(machine, instruction) && !run_other(machine, instruction))
            run_register(machine, instruction);
    }
}

static bool run(struct machine *machine, const struct program *program, uintptr_t address)
{
    bytes_start(&machine->bytes, program->start, program->end);
    while (machine->bytes.at < program->end && machine->location <= address &&
           !machine->bytes.failed)
        run_one(machine);
    return !machine->bytes.failed;
}

__attribute__((noinline)) bool rules_find(const struct call_frame *frame, uintptr_t address,
                                          struct rules *rules)
{
    struct machine machine = {.frame = frame, .location = frame->start, .rules = rules};
    *rules = (struct rules){0};
    if (!run(&machine, &frame->common, address))
        return false;
    machine.initial = *rules;
    return run(&machine, &frame->own, address) && rules->cfa_kind != RULE_SAME;
}
