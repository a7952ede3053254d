/* ARM's unwind tables: the index of functions, where the instructions are, and the registers
   that each instruction gives ("Exception Handling ABI for the Arm Architecture"); and the
   frames of signal handlers. */
#include "../../shim/unwind/exidx.h"

#include "../../shim/unwind/arm_sigreturn.h"
#include "made.h"

/* Where the parts of the made memory begin, and how many functions it has. */
enum { TABLE = 0, EXTAB = 0x100, CODE = 0x1000, STACK = 0x2000, FUNCTIONS = 3, STEP = 0x100 };

static uintptr_t registers[ARM_REGISTERS];

static uint32_t prel31(size_t from, size_t to)
{
    return (uint32_t)(to - from) & 0x7fffffff;
}

/* The functions' second words are CANTUNWIND, but for that of the second; `extab` follows in
   big-endian words, since that is the order of the instructions. */
static void make_tables(uint32_t second, const uint8_t *extab, size_t size)
{
    made.size = 0;
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        make_number(prel31(made.size, CODE + i * STEP), 4);
        make_number(i == 1 ? second : 1, 4);
    }
    make_until(EXTAB);
    for (size_t i = 0; i < size; i++)
        make_number(extab[i ^ 3], 1);
    make_until(STACK);
    for (unsigned i = 0; i < 32; i++)
        make_number(0x700 + i, 4);
}

static bool caller_of(size_t code)
{
    const struct exidx_table table = {MEMORY_START + TABLE, (size_t)FUNCTIONS * 8};
    for (unsigned i = 0; i < ARM_REGISTERS; i++)
        registers[i] = 0x9000 + i;
    registers[ARM_SP] = MEMORY_START + STACK;
    return exidx_unwind(&table, MEMORY_START + code, registers);
}

/* The second function has these instructions in its index entry. */
static bool runs_inline(uint8_t first, uint8_t second, uint8_t third)
{
    make_tables(0x80000000 | (uint32_t)first << 16 | (uint32_t)second << 8 | third, NULL, 0);
    return caller_of(CODE + STEP + 4);
}

/* It has them in .ARM.extab, behind these bytes. */
#define RUNS(...)                                                                              \
    (make_tables(prel31(TABLE + 3 * 4, EXTAB), (const uint8_t[12]){__VA_ARGS__}, 12),          \
     caller_of(CODE + STEP + 4))

/* The stack pointer is so many bytes above, and a register has a value. */
static bool has(uintptr_t bytes, unsigned number, uintptr_t value)
{
    return registers[ARM_SP] == MEMORY_START + STACK + bytes && registers[number] == value;
}

static void index_of_functions(void)
{
    make_tables(0x80b0b0b0, NULL, 0);
    CHECK(!caller_of(CODE - 1) && !caller_of(CODE) && !caller_of(CODE + STEP - 1));
    CHECK(caller_of(CODE + STEP) && has(0, ARM_PC, 0x9000 + ARM_LR));
    CHECK(caller_of(CODE + 2 * STEP - 1) && !caller_of(CODE + 2 * STEP));
    /* No table, one entry, half an entry, and one beyond the memory. */
    registers[ARM_SP] = MEMORY_START + STACK;
    CHECK(!exidx_unwind(&(struct exidx_table){0, 0}, MEMORY_START + CODE, registers));
    const uintptr_t second = MEMORY_START + TABLE + 8;
    CHECK(
        exidx_unwind(&(struct exidx_table){second, 8}, MEMORY_START + CODE + STEP, registers));
    CHECK(
        !exidx_unwind(&(struct exidx_table){second, 7}, MEMORY_START + CODE + STEP, registers));
    CHECK(!exidx_unwind(&(struct exidx_table){made_end(), 64}, MEMORY_START + CODE, registers));
    CHECK(!exidx_unwind(&(struct exidx_table){made_end() - 4, 8}, MEMORY_START + CODE,
                        registers));
    /* An entry that ends with the memory. */
    make_tables(0x80b0b0b0, NULL, 0);
    make_number(prel31(made.size, CODE), 4);
    CHECK(!exidx_unwind(&(struct exidx_table){made_end() - 4, 8}, MEMORY_START + CODE,
                        registers));
}

static void models(void)
{
    CHECK(runs_inline(0x00, 0xb0, 0xb0) && has(4, ARM_PC, 0x900e));
    make_tables(0x81b0b0b0, NULL, 0); /* only model 0 is inline */
    CHECK(!caller_of(CODE + STEP));
    CHECK(RUNS(0x80, 0x00, 0x01, 0x02) && has(4 + 8 + 12, ARM_PC, 0x900e));
    CHECK(RUNS(0x81, 0x00, 0x01, 0x02, 0x3f) && has(8 + 12, ARM_PC, 0x900e));
    CHECK(RUNS(0x81, 0x01, 0x01, 0x02, 0x03, 0xb0) && has(8 + 12 + 16, ARM_PC, 0x900e));
    CHECK(RUNS(0x82, 0x01, 0xb0) && has(0, ARM_PC, 0x900e));
    CHECK(!RUNS(0x83, 0x00, 0xb0) && !RUNS(0xff, 0x00, 0xb0));
    /* A personality routine, and then the number of words. */
    CHECK(RUNS(0, 0, 0, 4, 0, 0x01, 0x02, 0xb0) && has(8 + 12, ARM_PC, 0x900e));
    CHECK(RUNS(0, 0, 0, 4, 1, 0x01, 0x02, 0x03, 0x04, 0xb0) &&
          has(8 + 12 + 16 + 20, ARM_PC, 0x900e));
    /* All of these end where nothing is. */
    make_tables(prel31(TABLE + 12, STACK + 0x1000), NULL, 0);
    CHECK(!caller_of(CODE + STEP));
    make_tables(prel31(TABLE + 12, STACK + 32 * 4 - 4), NULL, 0);
    CHECK(!caller_of(CODE + STEP));
    make_tables(prel31(TABLE + 12, STACK + 32 * 4), NULL, 0);
    make_number(0x81ff0000, 4);
    CHECK(!caller_of(CODE + STEP));
}

static void stack_pointer(void)
{
    CHECK(runs_inline(0x3f, 0xb0, 0xb0) && has(0x100, 3, 0x9003));
    CHECK(runs_inline(0x3f, 0x40, 0x7f) && has(0 - (uintptr_t)4, 3, 0x9003));
    CHECK(runs_inline(0x97, 0xb0, 0xb0) && registers[ARM_SP] == 0x9007);
    CHECK(runs_inline(0x9f, 0xb0, 0xb0) == false && !runs_inline(0x9d, 0xb0, 0xb0));
    CHECK(runs_inline(0xb2, 0x00, 0xb0) && has(0x204, 3, 0x9003));
    CHECK(RUNS(0x80, 0xb2, 0x81, 0x01) && has(0x204 + (129 << 2), 3, 0x9003));
    CHECK(!runs_inline(0xb0, 0xb2, 0x80) == false);           /* behind the end */
    CHECK(!runs_inline(0x00, 0xb2, 0x80));                    /* cut off */
    CHECK(RUNS(0x81, 1, 0xb2, 0xff, 0xff, 0xff, 0xff, 0xff)); /* longer than a number */
}

static void pops(void)
{
    CHECK(runs_inline(0x80, 0x01, 0xb0) && has(4, 4, 0x700) && registers[5] == 0x9005);
    CHECK(runs_inline(0x88, 0x09, 0xb0) && has(12, 4, 0x700) && registers[7] == 0x701);
    CHECK(registers[ARM_PC] == 0x702);
    CHECK(runs_inline(0x84, 0x00, 0xb0) && has(4, ARM_PC, 0x700)); /* lr */
    CHECK(runs_inline(0x82, 0x01, 0xb0) && registers[ARM_SP] == 0x701);
    CHECK(!runs_inline(0x80, 0x00, 0xb0)); /* "refuse to unwind" */
    CHECK(runs_inline(0xa3, 0xb0, 0xb0) && has(16, 7, 0x703) && registers[8] == 0x9008);
    CHECK(registers[ARM_PC] == 0x900e);
    CHECK(runs_inline(0xa8, 0xb0, 0xb0) && has(8, 4, 0x700) && registers[ARM_PC] == 0x701);
    CHECK(runs_inline(0xb1, 0x09, 0xb0) && has(8, 0, 0x700) && registers[3] == 0x701);
    CHECK(!runs_inline(0xb1, 0x00, 0xb0) && !runs_inline(0xb1, 0x10, 0xb0));
    CHECK(!runs_inline(0x00, 0x00, 0xb1) && !runs_inline(0x00, 0x00, 0x80)); /* cut off */
    /* From where no memory is. */
    CHECK(!runs_inline(0x9c, 0xa0, 0xb0));
}

static void others(void)
{
    CHECK(runs_inline(0xb3, 0x81, 0xb0) && has(20, 3, 0x9003));
    CHECK(runs_inline(0xb9, 0xb0, 0xb0) && has(20, 3, 0x9003));
    CHECK(runs_inline(0xc8, 0x03, 0xb0) && has(32, 3, 0x9003));
    CHECK(runs_inline(0xc9, 0x83, 0xb0) && has(32, 3, 0x9003));
    CHECK(runs_inline(0xd7, 0xb0, 0xb0) && has(64, 3, 0x9003));
    static const uint8_t refused[] = {0xb4, 0xb7, 0xc0, 0xc7, 0xca, 0xcf, 0xd8, 0xff};
    for (size_t i = 0; i < sizeof(refused); i++)
        CHECK(!runs_inline(refused[i], 0xb0, 0xb0));
}

/* The code is at the start of the memory, and r0 of the interrupted code at `saved`. */
static bool leaves(const char *code, size_t size, size_t saved)
{
    made.size = 0;
    make_bytes(code, size);
    make_until(STACK + saved);
    for (unsigned i = 0; i < ARM_REGISTERS; i++)
        make_number(0x700 + i, 4);
    for (unsigned i = 0; i < ARM_REGISTERS; i++)
        registers[i] = 0x9000 + i;
    registers[ARM_SP] = MEMORY_START + STACK;
    registers[ARM_PC] = MEMORY_START;
    const bool left = arm_leave_signal_frame(registers);
    for (unsigned i = 0; i < ARM_REGISTERS && left; i++)
        CHECK(registers[i] == 0x700 + i);
    CHECK(left || (registers[0] == 0x9000 && registers[ARM_PC] == MEMORY_START));
    return left;
}

static void signal_frames(void)
{
    enum { PLAIN = 32, WITH_INFO = 160 };
    CHECK(leaves("\x77\x27\x00\xdf", 4, PLAIN) && leaves("\xad\x27\x00\xdf", 4, WITH_INFO));
    CHECK(leaves("\x77\x70\xa0\xe3\x77\x00\x90\xef", 8, PLAIN));
    CHECK(leaves("\xad\x70\xa0\xe3\x00\x00\x00\xef", 8, WITH_INFO));
    CHECK(leaves("\x4f\xf0\x77\x07\x00\xdf", 6, PLAIN));
    CHECK(leaves("\x4f\xf0\xad\x07\x00\xdf", 6, WITH_INFO));
    CHECK(!leaves("\x04\x27\x00\xdf", 4, PLAIN)); /* write(2) */
    CHECK(!leaves("\xad\x26\x00\xdf", 4, WITH_INFO) &&
          !leaves("\xad\x27\x01\xdf", 4, WITH_INFO));
    CHECK(!leaves("\x4f\xf0\xad\x06\x00\xdf", 6, WITH_INFO));
    CHECK(!leaves("\x4f\xf0\xad\x07\x00\xde", 6, WITH_INFO));
    CHECK(!leaves("\xad\x60\xa0\xe3\x00\x00\x00\xef", 8, WITH_INFO));
    CHECK(!leaves("\xad\x70\xa0\xe3\x00\x00\x00\xea", 8, WITH_INFO));
    /* Code and frames that end with the memory. */
    CHECK(leaves("\xad\x27\x00\xdf", 4, WITH_INFO));
    memory.size -= 1;
    registers[ARM_PC] = MEMORY_START;
    registers[ARM_SP] = MEMORY_START + STACK;
    CHECK(!arm_leave_signal_frame(registers));
    static const char *const codes[] = {"\xad\x27\x00\xdf", "\x4f\xf0\xad\x07\x00\xdf",
                                        "\xad\x70\xa0\xe3\x00\x00\x00\xef"};
    for (size_t i = 0; i < 3; i++) {
        made.size = 0;
        make_bytes(codes[i], 4 + 2 * i - 1);
        CHECK(!arm_leave_signal_frame(registers));
    }
}

/* No bytes make it read for ever, or where no memory is; memory.h checks both. */
static void damage(void)
{
    uint64_t state = 1;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t bytes[64];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(state >> 56);
        }
        made.size = 0;
        make_bytes(bytes, sizeof(bytes));
        make_until(0x200);
        for (unsigned i = 0; i < ARM_REGISTERS; i++)
            registers[i] = MEMORY_START + bytes[i];
        const struct exidx_table table = {MEMORY_START + bytes[16], bytes[17]};
        exidx_unwind(&table, MEMORY_START + (state >> 40), registers);
        arm_leave_signal_frame(registers);
    }
}

int main(void)
{
    index_of_functions();
    models();
    stack_pointer();
    pops();
    others();
    signal_frames();
    damage();
    return 0;
}
