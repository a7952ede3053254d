/* The call frame information of one function, in .eh_frame (LSB Core 5.0, "Exception Frames").
 */
#ifndef NOSIGPIPE_EH_FRAME_H
#define NOSIGPIPE_EH_FRAME_H

#include "unwind/dwarf_reader.h"

struct cfa_program {
    uintptr_t start;
    uintptr_t end;
};

/* An FDE and its CIE. */
struct fde {
    uintptr_t start; /* of the function's code */
    uintptr_t size;
    struct cfa_program cie_instructions; /* to be run before the FDE's */
    struct cfa_program fde_instructions;
    uint64_t code_alignment_factor;
    int64_t data_alignment_factor;
    unsigned return_address_register;
    uint8_t encoding; /* of addresses in the FDE */
    bool has_augmentation_data;
    bool is_signal_frame; /* the function is a signal trampoline */
};

/* Finds the FDE of the code at an address, by the search table of .eh_frame_hdr. False if there
   is none, or if `eh_frame_hdr` is 0. */
bool eh_frame_find(uintptr_t eh_frame_hdr, uintptr_t address, struct fde *fde);

#endif
