/* From a function's registers to its caller's. */
#ifndef NOSIGPIPE_UNWIND_H
#define NOSIGPIPE_UNWIND_H

#include "arch/arch.h"
#include "unwind/elf_image.h"

struct frame {
    uintptr_t registers[DWARF_REGISTERS];
    bool interrupted; /* the program counter is where it was, not where a call returns to */
};

/* The address of the code that the frame is in. Where a call returns to may be another
   function's first instruction already, if the call itself does not return. */
static inline uintptr_t frame_code(const struct frame *frame)
{
    return frame->registers[DWARF_PC] - (frame->interrupted ? 0 : 1);
}

/* Makes of a frame its caller's. `image` is what the frame's code is part of. False where there
   is no caller, or where there is no way to tell. */
bool unwind(struct frame *frame, const struct elf_image *image);

#endif
