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
        /* By default the stack pointer has the value that it had before the call, which most
           CPUs' CFA is. */
        *found = number == DWARF_SP ? cfa - CFA_ABOVE_SP : registers[number];
        return true;
    }
}

/* A caller's frame is above, since the stack grows down. But a signal handler may run on
   another stack (sigaltstack(2)), and where a call pushes nothing, a function that was
   interrupted may have no frame: libc's syscall(2). */
static bool is_above(uintptr_t cfa, const struct frame *frame, const struct fde *fde)
{
    const uintptr_t stack = frame->registers[DWARF_SP];
    const bool may_lack = RETURN_ADDRESS_SIZE == 0 && frame->interrupted;
    return fde->is_signal_frame || cfa > stack || (may_lack && cfa == stack);
}

#if defined(SIGNAL_FRAME_REGISTERS)
static bool leave_signal_frame(struct frame *frame)
{
    unsigned char code[2];
    ucontext_t context;
    if (!safe_read(code, frame->registers[DWARF_PC], sizeof(code)))
        return false;
    const size_t place = SIGNAL_FRAME_REGISTERS(code);
    if (!place || !safe_read(&context.uc_mcontext, frame->registers[DWARF_SP] + place,
                             sizeof(context.uc_mcontext)))
        return false;
    registers_interrupted(frame->registers, &context);
    frame->interrupted = true;
    return true;
}
#endif

bool unwind(struct frame *frame, const struct elf_image *image)
{
#if defined(SIGNAL_FRAME_REGISTERS)
    if (leave_signal_frame(frame))
        return true;
#endif
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
