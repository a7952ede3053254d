/* Call frame instructions: the rule that each sets (DWARF 5, 6.4.2, numbers from table 7.29;
   LSB Core 5.0, "DWARF CFI Extensions"), from which address on, and instructions that fail. */
#include "../../shim/unwind/cfi.h"

#include "made.h"

enum { START = 0x5000, CODE_FACTOR = 4, DATA_FACTOR = -8, MOST = 24 };

/* The CFA is register 7 plus 16, as in most CIEs. */
#define USUAL 0x0c, 7, 16
#define PROGRAM(...)                                                                           \
    {                                                                                          \
        {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})                                        \
    }

struct instructions {
    uint8_t bytes[MOST];
    size_t size;
};

struct example {
    struct instructions cie_instructions;
    struct instructions fde_instructions;
    unsigned cfa_register;
    int64_t cfa_value;
    unsigned number; /* of the only register with a rule */
    enum rule rule;
    int64_t value;
};

static bool find(const struct instructions *cie_instructions,
                 const struct instructions *fde_instructions, uintptr_t address,
                 struct unwind_rules *rules)
{
    struct fde frame = {.start = START,
                        .size = 0x100000,
                        .code_alignment_factor = CODE_FACTOR,
                        .data_alignment_factor = DATA_FACTOR};
    made.size = 0;
    make_bytes(cie_instructions->bytes, cie_instructions->size);
    frame.cie_instructions = (struct cfa_program){MEMORY_START, made_end()};
    make_bytes(fde_instructions->bytes, fde_instructions->size);
    frame.fde_instructions = (struct cfa_program){frame.cie_instructions.end, made_end()};
    make_number(0xff, 1); /* the bytes behind are no part of it */
    return cfi_find_rules(&frame, address, rules);
}

static void check_registers(const struct unwind_rules *rules, unsigned number, enum rule rule,
                            int64_t value)
{
    for (unsigned i = 0; i < DWARF_REGISTERS; i++) {
        CHECK(rules->kinds[i] == (i == number ? rule : RULE_SAME));
        CHECK(rules->values[i] == (i == number ? value : 0));
    }
}

/* An expression is given by its address: the CIE's instructions have three bytes. */
#define BLOCK(offset) (MEMORY_START + 3 + (offset))
static const struct example examples[] = {
    /* The CFA. */
    {PROGRAM(USUAL), PROGRAM(0), 7, 16, 0, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x0c, 6, 0x90, 0x01), 6, 144, 0, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x0c, DWARF_REGISTERS - 1, 0), DWARF_REGISTERS - 1, 0, 0,
     RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x0d, 6), 6, 16, 0, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x0e, 0x80, 0x01), 7, 128, 0, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x12, 6, 0x7e), 6, 16, 0, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x13, 0x7d), 7, 24, 0, RULE_SAME, 0},
    /* Registers. */
    {PROGRAM(USUAL), PROGRAM(0x80 + 3, 0x42), 7, 16, 3, RULE_OFFSET, -528},
    {PROGRAM(USUAL), PROGRAM(0x80 + 0, 0x80, 0x01), 7, 16, 0, RULE_OFFSET, -1024},
    {PROGRAM(USUAL), PROGRAM(0x05, 3, 0x42), 7, 16, 3, RULE_OFFSET, -528},
    {PROGRAM(USUAL), PROGRAM(0x11, 3, 0x7f), 7, 16, 3, RULE_OFFSET, 8},
    {PROGRAM(USUAL), PROGRAM(0x2f, 3, 0x42), 7, 16, 3, RULE_OFFSET, 528},
    {PROGRAM(USUAL), PROGRAM(0x14, 3, 0x42), 7, 16, 3, RULE_VAL_OFFSET, -528},
    {PROGRAM(USUAL), PROGRAM(0x15, 3, 0x7e), 7, 16, 3, RULE_VAL_OFFSET, 16},
    {PROGRAM(USUAL), PROGRAM(0x09, 3, 12), 7, 16, 3, RULE_REGISTER, 12},
    {PROGRAM(USUAL), PROGRAM(0x10, 3, 2, 0x31, 0x32, 0x0e, 8), 7, 8, 3, RULE_EXPRESSION,
     BLOCK(2)},
    {PROGRAM(USUAL), PROGRAM(0x16, 3, 1, 0x31, 0x0e, 8), 7, 8, 3, RULE_VAL_EXPRESSION,
     BLOCK(2)},
    {PROGRAM(USUAL), PROGRAM(0x16, 3, 0), 7, 16, 3, RULE_VAL_EXPRESSION, BLOCK(2)},
    {PROGRAM(USUAL), PROGRAM(0x07, 3), 7, 16, 3, RULE_UNDEFINED, 0},
    {PROGRAM(USUAL), PROGRAM(0x83, 2, 0x08, 3), 7, 16, 3, RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0x80 + DWARF_REGISTERS - 1, 1), 7, 16, DWARF_REGISTERS - 1,
     RULE_OFFSET, -8},
    /* Those of floating point are ignored. */
    {PROGRAM(USUAL), PROGRAM(0x80 + DWARF_REGISTERS, 1, 0x05, 0xff, 0x01, 9), 7, 16, 0,
     RULE_SAME, 0},
    {PROGRAM(USUAL), PROGRAM(0xc0 + DWARF_REGISTERS, 0x06, 0xff, 0x01), 7, 16, 0, RULE_SAME, 0},
    /* Back to the rule of the CIE, if any. */
    {PROGRAM(USUAL, 0x83, 2), PROGRAM(0x07, 3, 0xc0 + 3), 7, 16, 3, RULE_OFFSET, -16},
    {PROGRAM(USUAL, 0x83, 2), PROGRAM(0x07, 3, 0x06, 3), 7, 16, 3, RULE_OFFSET, -16},
    {PROGRAM(USUAL), PROGRAM(0x83, 2, 0xc0 + 3), 7, 16, 3, RULE_SAME, 0},
    /* The state, remembered and restored. */
    {PROGRAM(USUAL), PROGRAM(0x0a, 0x0c, 6, 99, 0x83, 2, 0x0b), 7, 16, 0, RULE_SAME, 0},
    {PROGRAM(USUAL),
     PROGRAM(0x83, 1, 0x0a, 0x0e, 32, 0x0a, 0x07, 3, 0x0a, 0x0e, 9, 0x0b, 0x0b, 0x0b), 7, 16, 3,
     RULE_OFFSET, -8},
    {PROGRAM(USUAL), PROGRAM(0x83, 1, 0x0a, 0x0e, 32, 0x0a, 0x07, 3, 0x0a, 0x0e, 9, 0x0b, 0x0b),
     7, 32, 3, RULE_OFFSET, -8},
    {PROGRAM(USUAL), PROGRAM(0x83, 1, 0x0a, 0x0e, 32, 0x0a, 0x07, 3, 0x0a, 0x0e, 9, 0x0b), 7,
     32, 3, RULE_UNDEFINED, 0},
    /* Instructions that set no rule. */
    {PROGRAM(USUAL), PROGRAM(0x00, 0x2d, 0x2c, 0x2e, 0x90, 0x01, 0x0e, 24), 7, 24, 0, RULE_SAME,
     0},
    {PROGRAM(USUAL, 0x00), PROGRAM(0x83, 1), 7, 16, 3, RULE_OFFSET, -8},
};

static void check_examples(void)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *const example = &examples[i];
        struct unwind_rules rules;
        CHECK(find(&example->cie_instructions, &example->fde_instructions, START, &rules));
        CHECK(rules.cfa_kind == RULE_VAL_OFFSET && rules.cfa_register == example->cfa_register);
        CHECK(rules.cfa_value == example->cfa_value);
        check_registers(&rules, example->number, example->rule, example->value);
    }
}

static void cfa_expression(void)
{
    struct unwind_rules rules;
    CHECK(find(&(struct instructions)PROGRAM(USUAL),
               &(struct instructions)PROGRAM(0x0f, 2, 0x77, 8, 0x83, 1), START, &rules));
    CHECK(rules.cfa_kind == RULE_VAL_EXPRESSION && rules.cfa_value == BLOCK(1));
    check_registers(&rules, 3, RULE_OFFSET, -8);
}

/* The CFA's offset, at each distance from the function's start. */
static void check_advances(const struct instructions *fde_instructions,
                           const unsigned *distances, size_t count)
{
    static const struct instructions cie_instructions = PROGRAM(USUAL);
    for (size_t i = 0; i < count; i++) {
        struct unwind_rules rules;
        if (distances[i]) {
            CHECK(find(&cie_instructions, fde_instructions, START + distances[i] - 1, &rules));
            CHECK(rules.cfa_value == 16 + (int64_t)i - 1);
        }
        CHECK(find(&cie_instructions, fde_instructions, START + distances[i], &rules));
        CHECK(rules.cfa_value == 16 + (int64_t)i);
    }
}

static void advances(void)
{
    check_advances(&(struct instructions)PROGRAM(0x41, 0x0e, 17, 0x7f, 0x0e, 18),
                   (unsigned[]){0, 4, 4 + 4 * 63}, 3);
    check_advances(
        &(struct instructions)PROGRAM(0x02, 0xff, 0x0e, 17, 0x03, 0x01, 0x02, 0x0e, 18, 0x04, 1,
                                      0, 1, 2, 0x0e, 19),
        (unsigned[]){0, 4 * 0xff, 4 * (0xff + 0x201), 4 * (0xff + 0x201 + 0x2010001)}, 4);
    /* An address in the encoding of the CIE (0: absolute). */
    check_advances(&(struct instructions)PROGRAM(0x01, 0x10, 0x50, 0, 0, 0, 0, 0, 0, 0x0e, 17),
                   (unsigned[]){0, 0x10}, 2);
}

static bool follows(struct instructions cie_instructions, struct instructions fde_instructions)
{
    struct unwind_rules rules;
    return find(&cie_instructions, &fde_instructions, START, &rules);
}
#define FOLLOWS(...)                                                                           \
    follows((struct instructions)PROGRAM(USUAL), (struct instructions)PROGRAM(__VA_ARGS__))

static void refused(void)
{
    CHECK(FOLLOWS(0));
    /* Undefined instructions, and vendors' own. */
    for (unsigned instruction = 0x17; instruction < 0x40; instruction++) {
        const bool known = instruction >= 0x2c && instruction <= 0x2f;
        CHECK(FOLLOWS((uint8_t)instruction, 0, 0, 0) == known);
        CHECK(follows((struct instructions)PROGRAM(USUAL, (uint8_t)instruction, 0, 0),
                      (struct instructions)PROGRAM(0)) == known);
    }
    /* Instructions without their operands. */
    for (unsigned instruction = 1; instruction < 0x17; instruction++)
        CHECK(FOLLOWS((uint8_t)instruction) == (instruction == 0x0a));
    CHECK(!FOLLOWS(0x0c) && !FOLLOWS(0x0c, 7) && !FOLLOWS(0x83) && !FOLLOWS(0x09, 3) &&
          !FOLLOWS(0x2e) && !FOLLOWS(0x2f, 3));
    CHECK(FOLLOWS(0x0c, 7, 8));
    /* A CFA from a register that is not restored. */
    CHECK(!FOLLOWS(0x0c, DWARF_REGISTERS, 8) && !FOLLOWS(0x0d, DWARF_REGISTERS) &&
          !FOLLOWS(0x12, 0xff, 0x01, 0));
    /* Expressions that are longer than the entry. */
    CHECK(!FOLLOWS(0x0f, 1) && !FOLLOWS(0x10, 3, 2, 0x31) &&
          !FOLLOWS(0x16, 3, 0xff, 0xff, 0x03));
    CHECK(FOLLOWS(0x0f, 1, 0x31) && FOLLOWS(0x0f, 0));
    /* Four states are remembered, or none. */
    CHECK(FOLLOWS(0x0a, 0x0a, 0x0a) && !FOLLOWS(0x0a, 0x0a, 0x0a, 0x0a));
    CHECK(FOLLOWS(0x0a, 0x0b) && !FOLLOWS(0x0b) && !FOLLOWS(0x0a, 0x0b, 0x0b));
    CHECK(!follows((struct instructions)PROGRAM(0x0b), (struct instructions)PROGRAM(USUAL)));
    /* No instruction defines the CFA. */
    CHECK(!follows((struct instructions)PROGRAM(0), (struct instructions)PROGRAM(0x83, 1)));
    CHECK(follows((struct instructions)PROGRAM(0), (struct instructions)PROGRAM(USUAL)));
}

int main(void)
{
    check_examples();
    cfa_expression();
    advances();
    refused();
    return 0;
}
