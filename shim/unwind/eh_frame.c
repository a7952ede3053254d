#include "unwind/eh_frame.h"

/* No compiler's entries come near. Where there is more, what is read is no table. */
enum { LONGEST_ENTRY = 1 << 16, LONGEST_AUGMENTATION = 8 };

/* An entry's length (4 bytes, or 8 behind 0xffffffff) sets where it ends. */
static void start_entry(struct bytes *bytes, uintptr_t address)
{
    bytes_start(bytes, address, address + 12);
    uint64_t length = bytes_number(bytes, 4);
    if (length == 0xffffffff)
        length = bytes_number(bytes, 8);
    bytes->failed = bytes->failed || length > LONGEST_ENTRY;
    bytes->end = bytes->at + (uintptr_t)length;
    bytes->window_size = 0;
}

/* What each letter behind the z stands for. */
static void read_augmentation(struct bytes *bytes, const char *letters,
                              struct call_frame *frame)
{
    for (; *letters; letters++) {
        switch (*letters) {
        case 'R':
            frame->encoding = bytes_byte(bytes);
            break;
        case 'P':
            bytes_pointer(bytes, bytes_byte(bytes), 0);
            break;
        case 'L':
            bytes_byte(bytes);
            break;
        case 'S':
            frame->signal = true;
            break;
        default:
            return; /* the length in front tells how much there is to pass over */
        }
    }
}

static bool read_cie(uintptr_t address, struct call_frame *frame)
{
    struct bytes bytes;
    char augmentation[LONGEST_AUGMENTATION];
    start_entry(&bytes, address);
    if (bytes_number(&bytes, 4) != 0)
        return false;
    const uint8_t version = bytes_byte(&bytes);
    if (version != 1 && version != 3)
        return false;
    unsigned size = 0;
    while (size < LONGEST_AUGMENTATION && (augmentation[size] = (char)bytes_byte(&bytes)))
        size++;
    if (size == LONGEST_AUGMENTATION || (size && augmentation[0] != 'z'))
        return false;
    frame->code_factor = bytes_uleb(&bytes);
    frame->data_factor = bytes_sleb(&bytes);
    frame->return_column = version == 1 ? bytes_byte(&bytes) : (unsigned)bytes_uleb(&bytes);
    frame->common = (struct program){bytes.at, bytes.end};
    frame->augmented = size != 0;
    if (frame->augmented) {
        const uintptr_t skipped = (uintptr_t)bytes_uleb(&bytes);
        frame->common.start = bytes.at + skipped;
        read_augmentation(&bytes, augmentation + 1, frame);
    }
    return !bytes.failed && frame->common.start <= frame->common.end;
}

static bool read_fde(uintptr_t address, struct call_frame *frame)
{
    struct bytes bytes;
    start_entry(&bytes, address);
    const uintptr_t here = bytes.at;
    const uintptr_t distance = (uintptr_t)bytes_number(&bytes, 4);
    *frame = (struct call_frame){0};
    if (bytes.failed || !read_cie(here - distance, frame))
        return false;
    frame->start = bytes_pointer(&bytes, frame->encoding, 0);
    frame->size = bytes_pointer(&bytes, frame->encoding & POINTER_FORM, 0);
    if (frame->augmented) {
        const uintptr_t skipped = (uintptr_t)bytes_uleb(&bytes);
        bytes.at += skipped < LONGEST_ENTRY ? skipped : LONGEST_ENTRY;
    }
    frame->own = (struct program){bytes.at, bytes.end};
    return !bytes.failed && frame->own.start <= frame->own.end;
}

/* Pairs of a function's address and its FDE's, in the order of the addresses. */
struct table {
    uintptr_t base; /* what both count from */
    uintptr_t pairs;
    uintptr_t count;
    uint8_t encoding;
};

static bool read_table(uintptr_t address, struct table *table)
{
    enum { LONGEST_HEADER = 4 + 2 * sizeof(uint64_t) };
    struct bytes bytes;
    bytes_start(&bytes, address, address + LONGEST_HEADER);
    const uint8_t version = bytes_byte(&bytes);
    const uint8_t section_encoding = bytes_byte(&bytes);
    const uint8_t count_encoding = bytes_byte(&bytes);
    table->encoding = bytes_byte(&bytes);
    bytes_pointer(&bytes, section_encoding, address);
    table->count = bytes_pointer(&bytes, count_encoding, address);
    table->base = address;
    table->pairs = bytes.at;
    return version == 1 && !bytes.failed && table->count && bytes_pointer_size(table->encoding);
}

/* One half of a pair. */
static uintptr_t read_half(const struct table *table, uintptr_t index, unsigned half)
{
    const unsigned size = bytes_pointer_size(table->encoding);
    const uintptr_t at = table->pairs + (2 * index + half) * size;
    struct bytes bytes;
    bytes_start(&bytes, at, at + size);
    return bytes_pointer(&bytes, table->encoding, table->base);
}

bool eh_frame_find(uintptr_t address_of_table, uintptr_t address, struct call_frame *frame)
{
    struct table table;
    if (!address_of_table || !read_table(address_of_table, &table))
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
    return read_fde(read_half(&table, low, 1), frame) && address - frame->start < frame->size;
}
