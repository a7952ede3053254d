/* Unwinding: from a function's registers to those of its caller. */
#ifndef NOSIGPIPE_UNWIND_H
#define NOSIGPIPE_UNWIND_H

#include "arch/arch.h"
#include "unwind/elf_image.h"

struct frame {
    uintptr_t registers[DWARF_REGISTERS];
    bool interrupted; /* by a signal: the program counter is not a return address */
};

/* The address of the code that the frame is in. A return address may already be in another
   function, if the call is the last instruction since it never returns. */
static inline uintptr_t frame_code(const struct frame *frame)
{
    return frame->registers[DWARF_PC] - (frame->interrupted ? 0 : 1);
}

/* Replaces a frame by that of its caller. `image` is the object of frame_code(). False if there
   is no caller, or no valid call frame information. */
bool unwind(struct frame *frame, const struct elf_image *image);

#endif
