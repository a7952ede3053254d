#include "unwind/eh_frame.h"

#include "arch/arch.h"

/* Far more than any compiler writes. An entry beyond these limits is damaged. */
enum { LONGEST_ENTRY = 1 << 16, LONGEST_AUGMENTATION = 8 };

/* Reads the length of an entry (4 bytes, or 8 after 0xffffffff), and ends the reader there. */
static void start_entry(struct dwarf_reader *bytes, uintptr_t address)
{
    dwarf_reader_start(bytes, address, address + 12);
    uint64_t length = read_unsigned(bytes, 4);
    if (length == 0xffffffff)
        length = read_unsigned(bytes, 8);
    bytes->failed = bytes->failed || length > LONGEST_ENTRY;
    bytes->end = bytes->at + (uintptr_t)length;
    bytes->window_size = 0;
}

/* Reads the augmentation data of a CIE, by the letters that follow the z. */
static void read_augmentation(struct dwarf_reader *bytes, const char *letters, struct fde *fde)
{
    for (; *letters; letters++) {
        switch (*letters) {
        case 'R':
            fde->encoding = read_u8(bytes);
            break;
        case 'P':
            read_encoded_pointer(bytes, read_u8(bytes), 0);
            break;
        case 'L':
            read_u8(bytes);
            break;
        case 'S':
            fde->is_signal_frame = true;
            break;
        default:
            return; /* the caller skips the rest by its length */
        }
    }
}

static bool read_cie(uintptr_t address, struct fde *fde)
{
    struct dwarf_reader bytes;
    char augmentation[LONGEST_AUGMENTATION];
    start_entry(&bytes, address);
    if (read_unsigned(&bytes, 4) != 0)
        return false;
    const uint8_t version = read_u8(&bytes);
    if (version != 1 && version != 3)
        return false;
    unsigned size = 0;
    while (size < LONGEST_AUGMENTATION && (augmentation[size] = (char)read_u8(&bytes)))
        size++;
    if (size == LONGEST_AUGMENTATION || (size && augmentation[0] != 'z'))
        return false;
    fde->code_alignment_factor = read_uleb128(&bytes);
    fde->data_alignment_factor = read_sleb128(&bytes);
    const unsigned number = version == 1 ? read_u8(&bytes) : (unsigned)read_uleb128(&bytes);
    fde->return_address_register = REGISTER_INDEX(number);
    fde->cie_instructions = (struct cfa_program){bytes.at, bytes.end};
    fde->has_augmentation_data = size != 0;
    if (fde->has_augmentation_data) {
        const uintptr_t skipped = (uintptr_t)read_uleb128(&bytes);
        fde->cie_instructions.start = bytes.at + skipped;
        read_augmentation(&bytes, augmentation + 1, fde);
    }
    return !bytes.failed && fde->cie_instructions.start <= fde->cie_instructions.end;
}

static bool read_fde(uintptr_t address, struct fde *fde)
{
    struct dwarf_reader bytes;
    start_entry(&bytes, address);
    const uintptr_t here = bytes.at;
    const uintptr_t distance = (uintptr_t)read_unsigned(&bytes, 4);
    *fde = (struct fde){0};
    if (bytes.failed || !read_cie(here - distance, fde))
        return false;
    fde->start = read_encoded_pointer(&bytes, fde->encoding, 0);
    fde->size = read_encoded_pointer(&bytes, fde->encoding & ENCODING_FORMAT_BITS, 0);
    if (fde->has_augmentation_data) {
        const uintptr_t skipped = (uintptr_t)read_uleb128(&bytes);
        bytes.at += skipped < LONGEST_ENTRY ? skipped : LONGEST_ENTRY;
    }
    fde->fde_instructions = (struct cfa_program){bytes.at, bytes.end};
    return !bytes.failed && fde->fde_instructions.start <= fde->fde_instructions.end;
}

/* The search table: pairs of the addresses of a function and of its FDE, sorted by function. */
struct table {
    uintptr_t base; /* of both addresses */
    uintptr_t pairs;
    uintptr_t count;
    uint8_t encoding;
};

static bool read_table(uintptr_t address, struct table *table)
{
    enum { LONGEST_HEADER = 4 + 2 * sizeof(uint64_t) };
    struct dwarf_reader bytes;
    dwarf_reader_start(&bytes, address, address + LONGEST_HEADER);
    const uint8_t version = read_u8(&bytes);
    const uint8_t section_encoding = read_u8(&bytes);
    const uint8_t count_encoding = read_u8(&bytes);
    table->encoding = read_u8(&bytes);
    read_encoded_pointer(&bytes, section_encoding, address);
    table->count = read_encoded_pointer(&bytes, count_encoding, address);
    table->base = address;
    table->pairs = bytes.at;
    return version == 1 && !bytes.failed && table->count &&
           encoded_pointer_size(table->encoding);
}

/* Reads one half of a pair: 0 is the function, 1 the FDE. */
static uintptr_t read_half(const struct table *table, uintptr_t index, unsigned half)
{
    const unsigned size = encoded_pointer_size(table->encoding);
    const uintptr_t at = table->pairs + (2 * index + half) * size;
    struct dwarf_reader bytes;
    dwarf_reader_start(&bytes, at, at + size);
    return read_encoded_pointer(&bytes, table->encoding, table->base);
}

bool eh_frame_find(uintptr_t eh_frame_hdr, uintptr_t address, struct fde *fde)
{
    struct table table;
    if (!eh_frame_hdr || !read_table(eh_frame_hdr, &table))
        return false;
    uintptr_t low = 0;
    uintptr_t high = table.count;
    while (high - low > 1) {
        const uintptr_t middle = low + (high - low) / 2;
        if (read_half(&table, middle, 0) <= address)
            low = middle;
        else
            high = middle;
    }
    return read_fde(read_half(&table, low, 1), fde) && address - fde->start < fde->size;
}
