/* The parts of unwinding, each alone: the search table of .eh_frame_hdr and the entries that it
   points to, call frame instructions, and expressions. The shim trusts none of them. */
#include "../../shim/unwind/unwind.h"

#include "../../shim/unwind/cfi.h"
#include "../../shim/unwind/dwarf_expr.h"
#include "memory.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    return memory_call(number, a, b, c, d);
}

static void try_expression(struct input *input)
{
    uintptr_t registers[DWARF_REGISTERS];
    uintptr_t results[2] = {0, 0};
    const uintptr_t first = (uintptr_t)take_number(input, 3);
    const bool with_first = take_choice(input, 2);
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        registers[i] = MEMORY_START + 8 * i;
    memory_begin(*input, false);
    const bool done =
        dwarf_expr_evaluate(MEMORY_START, registers, with_first ? &first : NULL, &results[0]);
    const bool again =
        dwarf_expr_evaluate(MEMORY_START, registers, with_first ? &first : NULL, &results[1]);
    CHECK(done == again && (!done || results[0] == results[1]));
}

static void try_rules(struct input *input)
{
    struct unwind_rules rules;
    struct fde frame = {.start = 0x1000, .size = 0x1000};
    frame.code_alignment_factor = take_number(input, 1);
    frame.data_alignment_factor = (int64_t)take_number(input, 8);
    frame.encoding = (uint8_t)take_number(input, 1);
    const uintptr_t address = frame.start + (uintptr_t)take_number(input, 2) % frame.size;
    const uintptr_t cie_instructions = (uintptr_t)take_number(input, 1);
    memory_begin(*input, false);
    frame.cie_instructions =
        (struct cfa_program){MEMORY_START, MEMORY_START + cie_instructions};
    frame.fde_instructions = (struct cfa_program){MEMORY_START + cie_instructions,
                                                  MEMORY_START + cie_instructions + 4096};
    if (cfi_find_rules(&frame, address, &rules)) {
        CHECK(rules.cfa_kind == RULE_VAL_EXPRESSION ||
              (rules.cfa_kind == RULE_VAL_OFFSET && rules.cfa_register < DWARF_REGISTERS));
        for (unsigned i = 0; i < DWARF_REGISTERS; i++)
            CHECK(rules.kinds[i] <= RULE_VAL_EXPRESSION);
    }
}

static void try_frame(struct input *input)
{
    struct frame frame = {.interrupted = take_choice(input, 2)};
    const uintptr_t table = MEMORY_START + (uintptr_t)take_number(input, 1);
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        frame.registers[i] = MEMORY_START + (uintptr_t)take_number(input, 2);
    memory_begin(*input, false);
    const struct elf_image image = {
        .start = MEMORY_START, .end = MEMORY_START + memory.size, .eh_frame_hdr = table};
    struct fde call;
    if (eh_frame_find(table, frame_code(&frame), &call)) {
        CHECK(frame_code(&frame) - call.start < call.size);
        CHECK(call.cie_instructions.start <= call.cie_instructions.end &&
              call.fde_instructions.start <= call.fde_instructions.end);
    }
    /* A caller's frame is higher on the stack, so their number is limited; but signal frames
       may be anywhere. */
    for (unsigned i = 0; i < 64 && unwind(&frame, &image); i++)
        CHECK(frame.registers[DWARF_PC] != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct input *) = {try_expression, try_rules, try_frame};
    struct input input = {data, size};
    ways[take_choice(&input, 3)](&input);
    return 0;
}
