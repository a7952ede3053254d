/* DWARF expressions: the result of each operation (DWARF 5, 2.5.1, numbers from table 7.9), and
   expressions that cannot be evaluated. */
#include "../../shim/unwind/dwarf_expr.h"

#include "../../shim/arch/arch.h"
#include "made.h"

enum { LIT0 = 0x30, WORD_AT = 0x400 };
static const uintptr_t WORD = (uintptr_t)0x8899aabbccddeeff;

static uintptr_t registers[DWARF_REGISTERS];

/* A block: its length, then the operations. */
static void make_block(const uint8_t *operations, size_t size)
{
    made.size = 0;
    make_uleb(size);
    make_bytes(operations, size);
    make_until(WORD_AT);
    make_number(WORD, sizeof(WORD));
}

struct example {
    uint8_t operations[24];
    size_t size;
    uintptr_t value;
};
#define GIVES(value, ...)                                                                      \
    {                                                                                          \
        {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), (uintptr_t)(value)                    \
    }

static const struct example literals[] = {
    GIVES(0, 0x30),
    GIVES(1, 0x31),
    GIVES(31, 0x4f),
    GIVES(0x8877665544332211, 0x03, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88),
    GIVES(0xfe, 0x08, 0xfe),
    GIVES(-2, 0x09, 0xfe),
    GIVES(0xfedc, 0x0a, 0xdc, 0xfe),
    GIVES(-292, 0x0b, 0xdc, 0xfe),
    GIVES(0xfffffffe, 0x0c, 0xfe, 0xff, 0xff, 0xff),
    GIVES(-2, 0x0d, 0xfe, 0xff, 0xff, 0xff),
    GIVES(0x8877665544332211, 0x0e, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88),
    GIVES(-2, 0x0f, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    GIVES(12857, 0x10, 0xb9, 0x64),
    GIVES(-129, 0x11, 0xff, 0x7e),
    GIVES(0x1000, 0x70, 0x00),
    GIVES(0x2000 - 129, 0x71, 0xff, 0x7e),
    GIVES(0x8000 + 128, 0x77, 0x80, 0x01),
};

static const struct example stack[] = {
    GIVES(WORD, 0x0c, 0x00, 0x04, 0x01, 0x00, 0x06),
    GIVES(10, 0x35, 0x12, 0x22),
    GIVES(5, 0x35, 0x39, 0x13),
    GIVES(5, 0x35, 0x39, 0x14),
    GIVES(9, 0x35, 0x39, 0x14, 0x13),
    GIVES(5, 0x35, 0x39, 0x14, 0x13, 0x13),
    GIVES(5, 0x35, 0x39, 0x16),
    GIVES(9, 0x35, 0x39, 0x16, 0x13),
};

static const struct example arithmetic[] = {
    GIVES(8, 0x3c, 0x3a, 0x1a),
    GIVES(2, 0x3c, 0x3a, 0x1c),
    GIVES(-2, 0x3a, 0x3c, 0x1c),
    GIVES(120, 0x3c, 0x3a, 0x1e),
    GIVES(-12, 0x3c, 0x1f),
    GIVES(~12, 0x3c, 0x20),
    GIVES(14, 0x3c, 0x3a, 0x21),
    GIVES(22, 0x3c, 0x3a, 0x22),
    GIVES(12 + 12857, 0x3c, 0x23, 0xb9, 0x64),
    GIVES(48, 0x3c, 0x32, 0x24),
    GIVES((uintptr_t)1 << (8 * sizeof(uintptr_t) - 1), 0x31, 0x08, 8 * sizeof(uintptr_t) - 1,
          0x24),
    GIVES(3, 0x3c, 0x32, 0x25),
    GIVES(1, 0x31, 0x1f, 0x08, 8 * sizeof(uintptr_t) - 1, 0x25),
    GIVES(3, 0x3c, 0x32, 0x26),
    GIVES(-3, 0x3c, 0x1f, 0x32, 0x26),
    GIVES(6, 0x3c, 0x3a, 0x27),
};

/* Comparisons of signed numbers: 5 and 5, 5 and 6, 6 and 5, -1 and 5. */
#define COMPARED(operation, same, less, more, negative)                                        \
    GIVES(same, 0x35, 0x35, operation), GIVES(less, 0x35, 0x36, operation),                    \
        GIVES(more, 0x36, 0x35, operation), GIVES(negative, 0x31, 0x1f, 0x35, operation)
static const struct example comparisons[] = {
    COMPARED(0x29, 1, 0, 0, 0), COMPARED(0x2a, 1, 0, 1, 0), COMPARED(0x2b, 0, 0, 1, 0),
    COMPARED(0x2c, 1, 1, 0, 1), COMPARED(0x2d, 0, 1, 0, 1), COMPARED(0x2e, 0, 1, 1, 1),
};

static void check_examples(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uintptr_t result = 0;
        make_block(examples[i].operations, examples[i].size);
        CHECK(dwarf_expr_evaluate(MEMORY_START, registers, NULL, &result));
        CHECK(result == examples[i].value);
    }
}
#define CHECK_EXAMPLES(examples)                                                               \
    check_examples(examples, sizeof(examples) / sizeof(*(examples)))

static bool computes(const uint8_t *operations, size_t size, const uintptr_t *first)
{
    uintptr_t result = 0;
    make_block(operations, size);
    return dwarf_expr_evaluate(MEMORY_START, registers, first, &result);
}
#define COMPUTES(...) computes((uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), NULL)

/* The operations that call frame information uses; all others fail. */
static bool is_known(unsigned operation)
{
    static const struct {
        unsigned first, last;
    } known[] = {
        {0x03, 0x03}, {0x06, 0x06}, {0x08, 0x14}, {0x16, 0x16}, {0x1a, 0x1a},
        {0x1c, 0x1c}, {0x1e, 0x27}, {0x29, 0x2e}, {0x30, 0x4f}, {0x70, 0x6f + DWARF_REGISTERS}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (operation >= known[i].first && operation <= known[i].last)
            return true;
    }
    return false;
}

static void every_operation(void)
{
    for (unsigned operation = 0; operation < 256; operation++) {
        /* The address of the word, two more values, the operation, and its operands, if any. */
        uint8_t block[32] = {0x0c, 0x00, 0x04, 0x01, 0x00, 0x12, 0x12, (uint8_t)operation};
        const unsigned wide = operation == 0x03 || operation == 0x0e || operation == 0x0f ? 8
                              : operation == 0x0c || operation == 0x0d                    ? 4
                              : operation == 0x0a || operation == 0x0b                    ? 2
                              : operation == 0x08 || operation == 0x09 || operation == 0x10 ||
                                      operation == 0x11 || operation == 0x23 ||
                                      operation >= 0x70
                                  ? 1
                                  : 0;
        CHECK(computes(block, 8 + wide, NULL) == is_known(operation));
        if (is_known(operation) && wide) /* without its last byte */
            CHECK(!computes(block, 8 + wide - 1, NULL));
    }
}

/* Too few values on the stack, and too many. */
static void depths(void)
{
    static const uint8_t unary[] = {0x06, 0x12, 0x13, 0x1f, 0x20, 0x23};
    static const uint8_t binary[] = {0x14, 0x16, 0x1a, 0x1c, 0x1e, 0x21, 0x22,
                                     0x24, 0x25, 0x26, 0x27, 0x29, 0x2e};
    for (size_t i = 0; i < sizeof(unary); i++)
        CHECK(!COMPUTES(unary[i], 0, 0x31));
    for (size_t i = 0; i < sizeof(binary); i++) {
        CHECK(!COMPUTES(0x31, binary[i], 0x31));
        CHECK(COMPUTES(0x31, 0x31, binary[i], 0x31));
    }
    CHECK(!COMPUTES(0x31, 0x13));
    CHECK(COMPUTES(0x31, 0x31, 0x13));
    CHECK(COMPUTES(0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31));
    CHECK(!COMPUTES(0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31,
                    0x31));
    CHECK(!COMPUTES(0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31,
                    0x12, 0x13));
}

static void first_value(void)
{
    uintptr_t result = 0;
    const uintptr_t first = 0x500;
    make_block((uint8_t[]){0x23, 8}, 2);
    CHECK(dwarf_expr_evaluate(MEMORY_START, registers, &first, &result) && result == 0x508);
    CHECK(!dwarf_expr_evaluate(MEMORY_START, registers, NULL, &result));
    const uint8_t none[1] = {0};
    CHECK(computes(none, 0, &first) && !computes(none, 0, NULL));
}

/* Blocks of at most 256 bytes, and memory that is not mapped. */
static void sizes(void)
{
    uint8_t block[400];
    memset(block, 0x20, sizeof(block)); /* the value inverted */
    const uintptr_t first = 5;
    uintptr_t result = 0;
    CHECK(computes(block, 254, &first) && computes(block, 256, &first));
    CHECK(!computes(block, 257, &first) && !computes(block, 400, &first));
    made.size = 0;
    make_uleb(UINT64_MAX);
    make_bytes(block, sizeof(block));
    CHECK(!dwarf_expr_evaluate(MEMORY_START, registers, &first, &result));
    made.size = 0;
    make_uleb(3);
    make_bytes(block, 2);
    CHECK(!dwarf_expr_evaluate(MEMORY_START, registers, &first, &result));
    CHECK(!dwarf_expr_evaluate(MEMORY_START - 1, registers, &first, &result));
    CHECK(!COMPUTES(0x08, 8, 0x06)); /* no word at 8 */
    CHECK(!COMPUTES(0x0c, 0x01, 0x04, 0x01, 0x00, 0x06));
}

int main(void)
{
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = (uintptr_t)0x1000 * (i + 1);
    CHECK_EXAMPLES(literals);
    CHECK_EXAMPLES(stack);
    CHECK_EXAMPLES(arithmetic);
    CHECK_EXAMPLES(comparisons);
    every_operation();
    depths();
    first_value();
    sizes();
    return 0;
}
