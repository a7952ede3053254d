#include "unwind/exidx.h"

#include <stddef.h>

#include "base/safe_read.h"

/* EHABI 6: what the second word of an index entry is, if not the place of the instructions. */
enum { CANTUNWIND = 1 };
#define COMPACT UINT32_C(0x80000000)

/* The unwind instructions of one function. They are the bytes of little-endian words, from the
   highest byte of each to the lowest. */
struct program {
    uintptr_t words;
    unsigned at; /* counts the bytes in that order */
    unsigned end;
    uintptr_t *registers;
    uintptr_t stack;  /* the virtual stack pointer, "vsp" */
    bool has_counter; /* the program counter has been popped */
    bool failed;
};

static bool read_word(uintptr_t address, uint32_t *word)
{
    return safe_read(word, address, sizeof(*word));
}

/* An address that a word gives as a distance of 31 bits from itself ("prel31"). */
static uintptr_t prel31(uint32_t word, uintptr_t place)
{
    return place + (uintptr_t)(intptr_t)((int32_t)(word << 1) >> 1);
}

/* Finds the place of the last index entry whose function begins at or before `code`. */
static bool find_entry(const struct exidx_table *table, uintptr_t code, uintptr_t *place)
{
    enum { ENTRY = 2 * sizeof(uint32_t) };
    uint32_t word;
    uintptr_t low = 0;
    uintptr_t high = table->size / ENTRY;
    while (high - low > 1) {
        const uintptr_t middle = low + (high - low) / 2;
        *place = table->start + middle * ENTRY;
        if (!read_word(*place, &word))
            return false;
        if (prel31(word, *place) <= code)
            low = middle;
        else
            high = middle;
    }
    *place = table->start + low * ENTRY;
    return high && read_word(*place, &word) && prel31(word, *place) <= code;
}

/* Finds the instructions that .ARM.extab has at `place`, in one of ARM's compact models (EHABI
   7.3), or behind a personality routine, where those of C++ and C have them. */
static bool find_in_table(uintptr_t place, struct program *program)
{
    uint32_t word;
    program->words = place;
    if (!read_word(place, &word))
        return false;
    if (!(word & COMPACT)) {
        program->words = place + sizeof(word);
        program->at = 1;
        if (!read_word(program->words, &word))
            return false;
        program->end = 4 + 4 * (word >> 24);
        return true;
    }
    const unsigned model = word >> 24 & 0x7f;
    program->at = model == 0 ? 1 : 2;
    program->end = model == 0 ? 4 : 4 + 4 * (word >> 16 & 0xff);
    return model <= 2;
}

static bool find_program(const struct exidx_table *table, uintptr_t code,
                         struct program *program)
{
    uintptr_t place;
    uint32_t word;
    if (!find_entry(table, code, &place) || !read_word(place += sizeof(word), &word) ||
        word == CANTUNWIND)
        return false;
    if (!(word & COMPACT))
        return find_in_table(prel31(word, place), program);
    program->words = place;
    program->at = 1;
    program->end = 4;
    return word >> 24 == COMPACT >> 24;
}

static uint8_t next_byte(struct program *program)
{
    uint8_t byte = 0;
    if (program->at >= program->end ||
        !safe_read(&byte, program->words + (program->at ^ 3), sizeof(byte)))
        program->failed = true;
    program->at++;
    return byte;
}

/* Pops the registers of a mask, in which bit 0 is register `first`. */
static void pop(struct program *program, unsigned mask, unsigned first)
{
    uintptr_t stack = program->stack;
    mask <<= first;
    for (unsigned i = 0; i < ARM_REGISTERS; i++) {
        uint32_t word;
        if (!(mask >> i & 1))
            continue;
        program->failed = program->failed || !read_word(stack, &word);
        if (program->failed)
            return;
        program->registers[i] = word;
        stack += sizeof(word);
    }
    program->has_counter |= mask >> ARM_PC & 1;
    program->stack = mask >> ARM_SP & 1 ? program->registers[ARM_SP] : stack;
}

/* Skips so many registers of 64 bits, of floating point. */
static void skip(struct program *program, unsigned count)
{
    program->stack += count * sizeof(uint64_t);
}

static uintptr_t read_uleb128(struct program *program)
{
    uintptr_t number = 0;
    uint8_t byte;
    unsigned bits = 0;
    do {
        byte = next_byte(program);
        number |= (uintptr_t)(byte & 0x7f) << bits;
        bits += 7;
    } while (byte & 0x80 && bits < 32);
    return number;
}

/* EHABI 10.3, from 0xb0 on. Fails for registers that are not of ARMv7-A, as of other profiles.
 */
static void run_rare(struct program *program, uint8_t byte)
{
    unsigned mask;
    switch (byte) {
    case 0xb0:
        program->at = program->end;
        return;
    case 0xb1:
        mask = next_byte(program);
        program->failed = mask == 0 || mask > 0xf; /* 0 if nothing could be read */
        pop(program, mask, 0);
        return;
    case 0xb2:
        program->stack += 0x204 + (read_uleb128(program) << 2);
        return;
    case 0xb3:
        program->stack += sizeof(uint32_t);
        /* fall through */
    case 0xc8:
    case 0xc9:
        skip(program, (next_byte(program) & 0xf) + 1);
        return;
    default:
        if ((byte & 0xf8) == 0xb8)
            program->stack += sizeof(uint32_t);
        else
            program->failed = (byte & 0xf8) != 0xd0;
        skip(program, (byte & 7) + 1);
    }
}

/* EHABI 10.3. */
static void run_one(struct program *program)
{
    const uint8_t byte = next_byte(program);
    const unsigned low = byte & 0xf;
    const uintptr_t step = ((byte & 0x3f) + 1) * sizeof(uint32_t);
    if (byte < 0x40) {
        program->stack += step;
    } else if (byte < 0x80) {
        program->stack -= step;
    } else if (byte < 0x90) {
        const unsigned mask = low << 8 | next_byte(program);
        program->failed = program->failed || mask == 0; /* "refuse to unwind" */
        pop(program, mask, 4);
    } else if (byte < 0xa0) {
        program->failed = low == ARM_SP || low == ARM_PC;
        program->stack = program->registers[low];
    } else if (byte < 0xb0) {
        const unsigned from_r4 = (2u << (low & 7)) - 1;
        pop(program, low & 8 ? from_r4 | 1u << (ARM_LR - 4) : from_r4, 4);
    } else {
        run_rare(program, byte);
    }
}

bool exidx_unwind(const struct exidx_table *table, uintptr_t code, uintptr_t *registers)
{
    struct program program = {.registers = registers, .stack = registers[ARM_SP]};
    if (!find_program(table, code, &program))
        return false;
    while (program.at < program.end && !program.failed)
        run_one(&program);
    registers[ARM_SP] = program.stack;
    if (!program.has_counter)
        registers[ARM_PC] = registers[ARM_LR];
    return !program.failed;
}
