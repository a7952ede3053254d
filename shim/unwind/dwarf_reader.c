#include "unwind/dwarf_reader.h"

#include "base/safe_read.h"

/* LSB Core 5.0, "DWARF Exception Header Encoding". */
enum {
    DW_EH_PE_absptr = 0x00, /* as a format: the size of an address */
    DW_EH_PE_uleb128 = 0x01,
    DW_EH_PE_udata2 = 0x02,
    DW_EH_PE_udata4 = 0x03,
    DW_EH_PE_udata8 = 0x04,
    DW_EH_PE_signed = 0x08,
    DW_EH_PE_pcrel = 0x10,
    DW_EH_PE_datarel = 0x30,
    BASE_BITS = 0x70,
};

/* No read crosses a page, since the next one may not be mapped. Where pages are larger, this
   only takes more reads. */
enum { PAGE = 4096 };

void dwarf_reader_start(struct dwarf_reader *bytes, uintptr_t start, uintptr_t end)
{
    bytes->at = start;
    bytes->end = end;
    bytes->failed = start > end;
    bytes->window_start = 0;
    bytes->window_size = 0;
}

static void fill_window(struct dwarf_reader *bytes)
{
    const size_t in_page = PAGE - bytes->at % PAGE;
    size_t size = bytes->end - bytes->at;
    size = size < in_page ? size : in_page;
    size = size < sizeof(bytes->window) ? size : sizeof(bytes->window);
    bytes->failed = bytes->at >= bytes->end || !safe_read(bytes->window, bytes->at, size);
    bytes->window_start = bytes->at;
    bytes->window_size = size;
}

uint8_t read_u8(struct dwarf_reader *bytes)
{
    if (!bytes->failed && bytes->at - bytes->window_start >= bytes->window_size)
        fill_window(bytes);
    if (bytes->failed)
        return 0;
    return bytes->window[bytes->at++ - bytes->window_start];
}

uint64_t read_unsigned(struct dwarf_reader *bytes, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        number = number << 8 | read_u8(bytes);
#else
        number |= (uint64_t)read_u8(bytes) << (8 * i);
#endif
    }
    return number;
}

int64_t read_signed(struct dwarf_reader *bytes, unsigned size)
{
    const unsigned unused = 64 - 8 * size;
    return (int64_t)(read_unsigned(bytes, size) << unused) >> unused;
}

/* Reads seven bits a byte, the lowest first, and at most ten bytes. Returns the number of bits.
 */
static unsigned read_leb(struct dwarf_reader *bytes, uint64_t *number)
{
    unsigned bits = 0;
    uint8_t byte;
    *number = 0;
    do {
        byte = read_u8(bytes);
        *number |= (uint64_t)(byte & 0x7f) << bits;
        bits += 7;
    } while (byte & 0x80 && bits < 70);
    return bits;
}

uint64_t read_uleb128(struct dwarf_reader *bytes)
{
    uint64_t number;
    read_leb(bytes, &number);
    return number;
}

int64_t read_sleb128(struct dwarf_reader *bytes)
{
    uint64_t number;
    const unsigned bits = read_leb(bytes, &number);
    const unsigned unused = bits < 64 ? 64 - bits : 0;
    return (int64_t)(number << unused) >> unused;
}

unsigned encoded_pointer_size(uint8_t encoding)
{
    switch (encoding & ENCODING_FORMAT_BITS & ~DW_EH_PE_signed) {
    case DW_EH_PE_absptr:
        return sizeof(uintptr_t);
    case DW_EH_PE_udata2:
        return 2;
    case DW_EH_PE_udata4:
        return 4;
    case DW_EH_PE_udata8:
        return 8;
    default:
        return 0;
    }
}

uintptr_t read_encoded_pointer(struct dwarf_reader *bytes, uint8_t encoding, uintptr_t data)
{
    const uintptr_t here = bytes->at;
    const unsigned size = encoded_pointer_size(encoding);
    const bool is_signed = encoding & DW_EH_PE_signed;
    uintptr_t value = 0;
    if (size)
        value = (uintptr_t)(is_signed ? read_signed(bytes, size)
                                      : (int64_t)read_unsigned(bytes, size));
    else if ((encoding & ENCODING_FORMAT_BITS & ~DW_EH_PE_signed) == DW_EH_PE_uleb128)
        value = (uintptr_t)(is_signed ? read_sleb128(bytes) : (int64_t)read_uleb128(bytes));
    else
        bytes->failed = true;

    switch (encoding & BASE_BITS) {
    case DW_EH_PE_absptr:
        return value;
    case DW_EH_PE_pcrel:
        return here + value;
    case DW_EH_PE_datarel:
        return data + value;
    default:
        bytes->failed = true;
        return 0;
    }
}
