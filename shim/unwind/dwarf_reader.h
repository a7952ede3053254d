/*
 * Reads numbers and pointers one after the other from memory that may not be mapped, in the
 * formats of DWARF (DWARF 5, 7.6) and of exception tables (LSB Core 5.0, "DWARF Exception
 * Header Encoding").
 */
#ifndef NOSIGPIPE_DWARF_READER_H
#define NOSIGPIPE_DWARF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_reader {
    uintptr_t at; /* the address of the next byte */
    uintptr_t end;
    bool failed; /* a read has failed; it and all that follow return 0 */
    unsigned char window[64];
    uintptr_t window_start;
    size_t window_size;
};

/* Begins to read at `start`. No byte from `end` on is read. */
void dwarf_reader_start(struct dwarf_reader *bytes, uintptr_t start, uintptr_t end);

uint8_t read_u8(struct dwarf_reader *bytes);
uint64_t read_unsigned(struct dwarf_reader *bytes,
                       unsigned size); /* of 1 to 8 bytes, in the CPU's order */
int64_t read_signed(struct dwarf_reader *bytes, unsigned size);
uint64_t read_uleb128(struct dwarf_reader *bytes);
int64_t read_sleb128(struct dwarf_reader *bytes);

/* The bits of a pointer encoding that give its format, without its base. */
enum { ENCODING_FORMAT_BITS = 0x0f };

/* Reads a pointer in that encoding; `data` is the base of DW_EH_PE_datarel. DW_EH_PE_indirect
   is ignored: the pointer itself is returned. */
uintptr_t read_encoded_pointer(struct dwarf_reader *bytes, uint8_t encoding, uintptr_t data);

/* The size of a pointer in that encoding, or 0 if the size varies. */
unsigned encoded_pointer_size(uint8_t encoding);

#endif
