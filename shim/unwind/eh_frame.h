/*
 * The call frame information of one function, as an object carries it for exceptions (LSB Core
 * 5.0, "Exception Frames").
 */
#ifndef NOSIGPIPE_EH_FRAME_H
#define NOSIGPIPE_EH_FRAME_H

#include "unwind/dwarf_reader.h"

struct program {
    uintptr_t start;
    uintptr_t end;
};

/* An FDE and its CIE. */
struct call_frame {
    uintptr_t start; /* the code that it is about */
    uintptr_t size;
    struct program common; /* the CIE's instructions, which come first */
    struct program own;
    uint64_t code_factor;
    int64_t data_factor;
    unsigned return_column;
    uint8_t encoding; /* of addresses in the FDE */
    bool augmented;   /* the FDE has augmentation data */
    bool signal;      /* the frame of a signal trampoline */
};

/* Finds what is about the code at an address, by the search table of .eh_frame_hdr. */
bool eh_frame_find(uintptr_t table, uintptr_t address, struct call_frame *frame);

#endif
