/*
 * Bytes of the host's memory in the forms of DWARF (DWARF 5, 7.6) and of the exception tables
 * (LSB Core 5.0, "DWARF Exception Header Encoding"), read one after the other.
 */
#ifndef NOSIGPIPE_DWARF_READER_H
#define NOSIGPIPE_DWARF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_reader {
    uintptr_t at; /* the address of the next one */
    uintptr_t end;
    bool failed; /* something could not be read; it, and all that follows, is 0 */
    unsigned char window[64];
    uintptr_t window_start;
    size_t window_size;
};

/* Begins at an address. Nothing from `end` on is read. */
void dwarf_reader_start(struct dwarf_reader *bytes, uintptr_t start, uintptr_t end);

uint8_t read_u8(struct dwarf_reader *bytes);
uint64_t read_unsigned(struct dwarf_reader *bytes,
                       unsigned size); /* of 1 to 8 bytes, little-endian */
int64_t read_signed(struct dwarf_reader *bytes, unsigned size);
uint64_t read_uleb128(struct dwarf_reader *bytes);
int64_t read_sleb128(struct dwarf_reader *bytes);

/* The bits of a pointer encoding that give its format, without the base it counts from. */
enum { ENCODING_FORMAT_BITS = 0x0f };

/* A pointer in that encoding; `data` is what datarel ones count from. What it points to is not
   looked up where it is an indirect one. */
uintptr_t read_encoded_pointer(struct dwarf_reader *bytes, uint8_t encoding, uintptr_t data);

/* The size of a pointer in that encoding, or 0 where it is not always the same. */
unsigned encoded_pointer_size(uint8_t encoding);

#endif
