/* The parts of unwinding, each by itself: the search table of .eh_frame_hdr with what it leads
   to, call frame instructions, and expressions. None is trusted. */
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
        expression_compute(MEMORY_START, registers, with_first ? &first : NULL, &results[0]);
    const bool again =
        expression_compute(MEMORY_START, registers, with_first ? &first : NULL, &results[1]);
    CHECK(done == again && (!done || results[0] == results[1]));
}

static void try_rules(struct input *input)
{
    struct rules rules;
    struct call_frame frame = {.start = 0x1000, .size = 0x1000};
    frame.code_factor = take_number(input, 1);
    frame.data_factor = (int64_t)take_number(input, 8);
    frame.encoding = (uint8_t)take_number(input, 1);
    const uintptr_t address = frame.start + (uintptr_t)take_number(input, 2) % frame.size;
    const uintptr_t common = (uintptr_t)take_number(input, 1);
    memory_begin(*input, false);
    frame.common = (struct program){MEMORY_START, MEMORY_START + common};
    frame.own = (struct program){MEMORY_START + common, MEMORY_START + common + 4096};
    if (rules_find(&frame, address, &rules)) {
        CHECK(rules.cfa_kind == RULE_EXPRESSION ||
              (rules.cfa_kind == RULE_OFFSET && rules.cfa_register < DWARF_REGISTERS));
        for (unsigned i = 0; i < DWARF_REGISTERS; i++)
            CHECK(rules.kinds[i] <= RULE_EXPRESSION);
    }
}

static void try_frame(struct input *input)
{
    struct frame frame = {.interrupted = take_choice(input, 2)};
    const uintptr_t table = MEMORY_START + (uintptr_t)take_number(input, 1);
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        frame.registers[i] = MEMORY_START + (uintptr_t)take_number(input, 2);
    memory_begin(*input, false);
    const struct image image = {
        .start = MEMORY_START, .end = MEMORY_START + memory.size, .unwind_table = table};
    struct call_frame call;
    if (eh_frame_find(table, frame_code(&frame), &call)) {
        CHECK(frame_code(&frame) - call.start < call.size);
        CHECK(call.common.start <= call.common.end && call.own.start <= call.own.end);
    }
    /* A caller's frame is above, so there are no more of them than the stack has bytes; but
       signals' frames may be anywhere. */
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
