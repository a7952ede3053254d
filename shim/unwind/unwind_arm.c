/* Unwinding on 32-bit ARM, in place of unwind.c. */
#include "unwind/arm_sigreturn.h"
#include "unwind/unwind.h"

#if defined(HAS_EXIDX)

_Static_assert((int)ARM_SP == (int)DWARF_SP && (int)ARM_PC == (int)DWARF_PC &&
                   (int)ARM_REGISTERS == (int)DWARF_REGISTERS,
               "both number the registers alike");

/* A caller's frame is above, since the stack grows down; but a function that was interrupted
   may have none of its own. */
static bool is_above(const struct frame *caller, const struct frame *frame)
{
    const uintptr_t stack = caller->registers[DWARF_SP];
    return stack > frame->registers[DWARF_SP] ||
           (stack == frame->registers[DWARF_SP] && frame->interrupted);
}

bool unwind(struct frame *frame, const struct elf_image *image)
{
    struct frame caller = *frame;
    caller.interrupted = arm_leave_signal_frame(caller.registers);
    if (!caller.interrupted &&
        (!exidx_unwind(&image->exidx, frame_code(frame), caller.registers) ||
         !is_above(&caller, frame)))
        return false;
    caller.registers[DWARF_PC] = registers_return_address(caller.registers[DWARF_PC]);
    *frame = caller;
    return frame->registers[DWARF_PC] != 0;
}

#endif
