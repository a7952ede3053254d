#include "unwind/cfi.h"

/* DWARF 5, table 7.29. The first three have an operand in the low six bits. */
enum {
    DW_CFA_advance_loc = 0x40,
    DW_CFA_offset = 0x80,
    DW_CFA_restore = 0xc0,
    DW_CFA_nop = 0x00,
    DW_CFA_set_loc = 0x01,
    DW_CFA_advance_loc1 = 0x02,
    DW_CFA_advance_loc2 = 0x03,
    DW_CFA_advance_loc4 = 0x04,
    DW_CFA_offset_extended = 0x05,
    DW_CFA_restore_extended = 0x06,
    DW_CFA_undefined = 0x07,
    DW_CFA_same_value = 0x08,
    DW_CFA_register = 0x09,
    DW_CFA_remember_state = 0x0a,
    DW_CFA_restore_state = 0x0b,
    DW_CFA_def_cfa = 0x0c,
    DW_CFA_def_cfa_register = 0x0d,
    DW_CFA_def_cfa_offset = 0x0e,
    DW_CFA_def_cfa_expression = 0x0f,
    DW_CFA_expression = 0x10,
    DW_CFA_offset_extended_sf = 0x11,
    DW_CFA_def_cfa_sf = 0x12,
    DW_CFA_def_cfa_offset_sf = 0x13,
    DW_CFA_val_offset = 0x14,
    DW_CFA_val_offset_sf = 0x15,
    DW_CFA_val_expression = 0x16,
    DW_CFA_AARCH64_negate_ra_state_with_pc =
        0x2c, /* "DWARF for the Arm 64-bit Architecture", 4.4 */
    DW_CFA_AARCH64_negate_ra_state = 0x2d,
    DW_CFA_GNU_args_size = 0x2e, /* LSB Core 5.0, "DWARF CFI Extensions" */
    DW_CFA_GNU_negative_offset_extended = 0x2f,
};

/* Compilers remember one state at a time; hand-written code seldom has more. */
enum { REMEMBERED = 3 };

struct machine {
    const struct fde *fde;
    struct dwarf_reader bytes;
    uintptr_t location;
    struct unwind_rules *rules;
    struct unwind_rules initial; /* those after the CIE's instructions */
    struct unwind_rules remembered[REMEMBERED];
    unsigned depth;
};

/* Rules of other registers, such as those of floating point, are ignored. */
static void set(struct machine *machine, uint64_t dwarf_number, enum rule kind, int64_t value)
{
    const uint64_t number = REGISTER_INDEX(dwarf_number);
    if (number < DWARF_REGISTERS) {
        machine->rules->kinds[number] = (uint8_t)kind;
        machine->rules->values[number] = value;
    }
}

static void restore(struct machine *machine, uint64_t dwarf_number)
{
    const uint64_t number = REGISTER_INDEX(dwarf_number);
    if (number < DWARF_REGISTERS)
        set(machine, dwarf_number, machine->initial.kinds[number],
            machine->initial.values[number]);
}

static void set_cfa(struct machine *machine, uint64_t number, int64_t offset)
{
    machine->bytes.failed = machine->bytes.failed || number >= DWARF_REGISTERS;
    machine->rules->cfa_kind = RULE_VAL_OFFSET;
    machine->rules->cfa_register = (uint8_t)number;
    machine->rules->cfa_value = offset;
}

/* Skips an expression, and returns its address. */
static int64_t skip_expression(struct dwarf_reader *bytes)
{
    const uintptr_t start = bytes->at;
    const uint64_t size = read_uleb128(bytes);
    bytes->failed = bytes->failed || size > bytes->end - bytes->at;
    bytes->at += (uintptr_t)size;
    return (int64_t)start;
}

static void set_state(struct machine *machine, uint8_t instruction)
{
    if (instruction == DW_CFA_remember_state && machine->depth < REMEMBERED)
        machine->remembered[machine->depth++] = *machine->rules;
    else if (instruction == DW_CFA_restore_state && machine->depth > 0)
        *machine->rules = machine->remembered[--machine->depth];
    else
        machine->bytes.failed = true;
}

/* Reads an operand and multiplies it by the data alignment factor. Unsigned, since damaged
   tables would overflow a signed product. */
static int64_t factored(struct machine *machine, bool is_signed)
{
    const uint64_t factor = (uint64_t)machine->fde->data_alignment_factor;
    return (int64_t)(factor * (is_signed ? (uint64_t)read_sleb128(&machine->bytes)
                                         : read_uleb128(&machine->bytes)));
}

/* Runs an instruction that defines the CFA. False if it is another one. */
static bool run_cfa(struct machine *machine, uint8_t instruction)
{
    struct dwarf_reader *const bytes = &machine->bytes;
    struct unwind_rules *const rules = machine->rules;
    uint64_t number = rules->cfa_register;
    switch (instruction) {
    case DW_CFA_def_cfa:
        number = read_uleb128(bytes);
        /* fall through */
    case DW_CFA_def_cfa_offset:
        set_cfa(machine, number, (int64_t)read_uleb128(bytes));
        return true;
    case DW_CFA_def_cfa_sf:
        number = read_uleb128(bytes);
        /* fall through */
    case DW_CFA_def_cfa_offset_sf:
        set_cfa(machine, number, factored(machine, true));
        return true;
    case DW_CFA_def_cfa_register:
        set_cfa(machine, read_uleb128(bytes), rules->cfa_value);
        return true;
    case DW_CFA_def_cfa_expression:
        rules->cfa_kind = RULE_VAL_EXPRESSION;
        rules->cfa_value = skip_expression(bytes);
        return true;
    default:
        return false;
    }
}

/* Runs an instruction about one register, whose number is the first operand. */
static void run_register(struct machine *machine, uint8_t instruction)
{
    struct dwarf_reader *const bytes = &machine->bytes;
    const uint64_t number = read_uleb128(bytes);
    switch (instruction) {
#define SET(name, kind, value)                                                                 \
    case name:                                                                                 \
        set(machine, number, kind, value);                                                     \
        return
        SET(DW_CFA_offset_extended, RULE_OFFSET, factored(machine, false));
        SET(DW_CFA_offset_extended_sf, RULE_OFFSET, factored(machine, true));
        SET(DW_CFA_GNU_negative_offset_extended, RULE_OFFSET,
            (int64_t)(0 - (uint64_t)factored(machine, false)));
        SET(DW_CFA_val_offset, RULE_VAL_OFFSET, factored(machine, false));
        SET(DW_CFA_val_offset_sf, RULE_VAL_OFFSET, factored(machine, true));
        SET(DW_CFA_register, RULE_REGISTER, (int64_t)read_uleb128(bytes));
        SET(DW_CFA_expression, RULE_EXPRESSION, skip_expression(bytes));
        SET(DW_CFA_val_expression, RULE_VAL_EXPRESSION, skip_expression(bytes));
        SET(DW_CFA_undefined, RULE_UNDEFINED, 0);
        SET(DW_CFA_same_value, RULE_SAME, 0);
#undef SET
    case DW_CFA_restore_extended:
        restore(machine, number);
        return;
    case DW_CFA_GNU_args_size: /* the operand is the size of the pushed arguments */
        return;
    default:
        bytes->failed = true;
    }
}

static void advance(struct machine *machine, uint64_t by)
{
    machine->location += (uintptr_t)(by * machine->fde->code_alignment_factor);
}

/* Runs an instruction about the location or the whole state. False if it is another one. */
static bool run_other(struct machine *machine, uint8_t instruction)
{
    struct dwarf_reader *const bytes = &machine->bytes;
    switch (instruction) {
    case DW_CFA_nop:
    case DW_CFA_AARCH64_negate_ra_state: /* unwind() strips every return address's signature */
    case DW_CFA_AARCH64_negate_ra_state_with_pc:
        return true;
    case DW_CFA_set_loc:
        machine->location = read_encoded_pointer(bytes, machine->fde->encoding, 0);
        return true;
    case DW_CFA_advance_loc1:
    case DW_CFA_advance_loc2:
    case DW_CFA_advance_loc4:
        advance(machine, read_unsigned(bytes, 1u << (instruction - DW_CFA_advance_loc1)));
        return true;
    case DW_CFA_remember_state:
    case DW_CFA_restore_state:
        set_state(machine, instruction);
        return true;
    default:
        return false;
    }
}

static void run_one(struct machine *machine)
{
    const uint8_t instruction = read_u8(&machine->bytes);
    const uint8_t operand = instruction & 0x3f;
    switch (instruction & 0xc0) {
    case DW_CFA_advance_loc:
        advance(machine, operand);
        return;
    case DW_CFA_offset:
        set(machine, operand, RULE_OFFSET, factored(machine, false));
        return;
    case DW_CFA_restore:
        restore(machine, operand);
        return;
    default:
        if (!run_cfa(machine, instruction) && !run_other(machine, instruction))
            run_register(machine, instruction);
    }
}

static bool run(struct machine *machine, const struct cfa_program *program, uintptr_t address)
{
    dwarf_reader_start(&machine->bytes, program->start, program->end);
    while (machine->bytes.at < program->end && machine->location <= address &&
           !machine->bytes.failed)
        run_one(machine);
    return !machine->bytes.failed;
}

__attribute__((noinline)) bool cfi_find_rules(const struct fde *fde, uintptr_t address,
                                              struct unwind_rules *rules)
{
    struct machine machine = {.fde = fde, .location = fde->start, .rules = rules};
    *rules = (struct unwind_rules){0};
    if (!run(&machine, &fde->cie_instructions, address))
        return false;
    machine.initial = *rules;
    return run(&machine, &fde->fde_instructions, address) && rules->cfa_kind != RULE_SAME;
}
