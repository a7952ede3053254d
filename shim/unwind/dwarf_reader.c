#include "unwind/dwarf_reader.h"

#include "base/safe_read.h"

/* Bases of pointers: LSB Core 5.0, "DWARF Exception Header Encoding". */
enum { BASE_ABSOLUTE = 0x00, BASE_HERE = 0x10, BASE_DATA = 0x30 };
enum { FORM_NATIVE = 0, FORM_LEB = 1 };

/* The unit in which memory is there or not. Pages may be larger; that only costs a read. */
enum { PAGE = 4096 };

void bytes_start(struct bytes *bytes, uintptr_t start, uintptr_t end)
{
    bytes->at = start;
    bytes->end = end;
    bytes->failed = start > end;
    bytes->window_start = 0;
    bytes->window_size = 0;
}

static void fill_window(struct bytes *bytes)
{
    const size_t in_page = PAGE - bytes->at % PAGE;
    size_t size = bytes->end - bytes->at;
    size = size < in_page ? size : in_page;
    size = size < sizeof(bytes->window) ? size : sizeof(bytes->window);
    bytes->failed = bytes->at >= bytes->end || !memory_read(bytes->window, bytes->at, size);
    bytes->window_start = bytes->at;
    bytes->window_size = size;
}

uint8_t bytes_byte(struct bytes *bytes)
{
    if (!bytes->failed && bytes->at - bytes->window_start >= bytes->window_size)
        fill_window(bytes);
    if (bytes->failed)
        return 0;
    return bytes->window[bytes->at++ - bytes->window_start];
}

uint64_t bytes_number(struct bytes *bytes, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number |= (uint64_t)bytes_byte(bytes) << (8 * i);
    return number;
}

int64_t bytes_signed(struct bytes *bytes, unsigned size)
{
    const unsigned unused = 64 - 8 * size;
    return (int64_t)(bytes_number(bytes, size) << unused) >> unused;
}

/* Seven bits a byte, the lowest first, up to the last of 64. Returns the number of bits. */
static unsigned read_leb(struct bytes *bytes, uint64_t *number)
{
    unsigned bits = 0;
    uint8_t byte;
    *number = 0;
    do {
        byte = bytes_byte(bytes);
        *number |= (uint64_t)(byte & 0x7f) << bits;
        bits += 7;
    } while (byte & 0x80 && bits < 70);
    return bits;
}

uint64_t bytes_uleb(struct bytes *bytes)
{
    uint64_t number;
    read_leb(bytes, &number);
    return number;
}

int64_t bytes_sleb(struct bytes *bytes)
{
    uint64_t number;
    const unsigned bits = read_leb(bytes, &number);
    const unsigned unused = bits < 64 ? 64 - bits : 0;
    return (int64_t)(number << unused) >> unused;
}

unsigned bytes_pointer_size(uint8_t encoding)
{
    switch (encoding & POINTER_FORM & ~POINTER_SIGNED) {
    case FORM_NATIVE:
        return sizeof(uintptr_t);
    case 2:
        return 2;
    case 3:
        return 4;
    case 4:
        return 8;
    default:
        return 0;
    }
}

uintptr_t bytes_pointer(struct bytes *bytes, uint8_t encoding, uintptr_t data)
{
    const uintptr_t here = bytes->at;
    const unsigned size = bytes_pointer_size(encoding);
    const bool is_signed = encoding & POINTER_SIGNED;
    uintptr_t value = 0;
    if (size)
        value = (uintptr_t)(is_signed ? bytes_signed(bytes, size)
                                      : (int64_t)bytes_number(bytes, size));
    else if ((encoding & POINTER_FORM & ~POINTER_SIGNED) == FORM_LEB)
        value = (uintptr_t)(is_signed ? bytes_sleb(bytes) : (int64_t)bytes_uleb(bytes));
    else
        bytes->failed = true;

    switch (encoding & POINTER_BASE) {
    case BASE_ABSOLUTE:
        return value;
    case BASE_HERE:
        return here + value;
    case BASE_DATA:
        return data + value;
    default:
        bytes->failed = true;
        return 0;
    }
}
