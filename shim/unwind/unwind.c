#include "unwind/unwind.h"

#include "base/safe_read.h"
#include "unwind/cfi.h"
#include "unwind/dwarf_expr.h"

static bool find_cfa(const uintptr_t *registers, const struct unwind_rules *rules,
                     uintptr_t *cfa)
{
    if (rules->cfa_kind == RULE_VAL_EXPRESSION)
        return dwarf_expr_evaluate((uintptr_t)rules->cfa_value, registers, NULL, cfa);
    *cfa = registers[rules->cfa_register] + (uintptr_t)rules->cfa_value;
    return true;
}

static bool find_register(const uintptr_t *registers, const struct unwind_rules *rules,
                          unsigned number, uintptr_t cfa, uintptr_t *found)
{
    const int64_t value = rules->values[number];
    uintptr_t place = cfa + (uintptr_t)value;
    switch (rules->kinds[number]) {
    case RULE_OFFSET:
        return safe_read(found, place, sizeof(*found));
    case RULE_VAL_OFFSET:
        *found = place;
        return true;
    case RULE_REGISTER:
        if (value < 0 || value >= DWARF_REGISTERS)
            return false;
        *found = registers[value];
        return true;
    case RULE_EXPRESSION:
        return dwarf_expr_evaluate((uintptr_t)value, registers, &cfa, &place) &&
               safe_read(found, place, sizeof(*found));
    case RULE_VAL_EXPRESSION:
        return dwarf_expr_evaluate((uintptr_t)value, registers, &cfa, found);
    default:
        /* By default the stack pointer is the CFA: its value before the call. */
        *found = number == DWARF_SP ? cfa : registers[number];
        return true;
    }
}

/* A caller's frame is above, since the stack grows down. But a signal handler may run on
   another stack (sigaltstack(2)). */
static bool is_above(uintptr_t cfa, const struct frame *frame, const struct fde *fde)
{
    return fde->is_signal_frame || cfa > frame->registers[DWARF_SP];
}

bool unwind(struct frame *frame, const struct elf_image *image)
{
    struct fde fde;
    struct unwind_rules rules;
    struct frame caller;
    uintptr_t cfa;
    const uintptr_t code = frame_code(frame);
    if (!eh_frame_find(image->eh_frame_hdr, code, &fde) ||
        !cfi_find_rules(&fde, code, &rules) || !find_cfa(frame->registers, &rules, &cfa) ||
        !is_above(cfa, frame, &fde) || fde.return_address_register >= DWARF_REGISTERS ||
        rules.kinds[fde.return_address_register] == RULE_UNDEFINED)
        return false;
    for (unsigned i = 0; i < DWARF_REGISTERS; i++) {
        if (!find_register(frame->registers, &rules, i, cfa, &caller.registers[i]))
            return false;
    }
    caller.registers[DWARF_PC] =
        registers_return_address(caller.registers[fde.return_address_register]);
    caller.interrupted = fde.is_signal_frame;
    *frame = caller;
    return frame->registers[DWARF_PC] != 0;
}
