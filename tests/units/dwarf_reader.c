/* Numbers and pointers in the formats of DWARF (DWARF 5, 7.6) and of exception tables (LSB Core
   5.0, "DWARF Exception Header Encoding"), with the values of these texts. */
#include "../../shim/unwind/dwarf_reader.h"

#include "made.h"

static struct dwarf_reader start(const void *bytes, size_t size)
{
    struct dwarf_reader started;
    made.size = 0;
    make_bytes(bytes, size);
    dwarf_reader_start(&started, MEMORY_START, made_end());
    return started;
}

static size_t taken(const struct dwarf_reader *bytes)
{
    return bytes->at - MEMORY_START;
}

static void numbers(void)
{
    static const uint8_t bytes[] = {0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0xf8};
    for (unsigned size = 1; size <= 8; size++) {
        struct dwarf_reader from = start(bytes, sizeof(bytes));
        CHECK(read_unsigned(&from, size) ==
              0xf887068504830281 << (64 - 8 * size) >> (64 - 8 * size));
        CHECK(taken(&from) == size && !from.failed);
    }
    static const struct {
        uint8_t bytes[8];
        unsigned size;
        int64_t value;
    } cases[] = {
        {{0x7f}, 1, 127},
        {{0x80}, 1, -128},
        {{0xff, 0x7f}, 2, 32767},
        {{0x00, 0x80}, 2, -32768},
        {{0xfe, 0xff, 0xff, 0xff}, 4, -2},
        {{0xff, 0xff, 0xff, 0x7f}, 4, INT32_MAX},
        {{0, 0, 0, 0, 0, 0, 0, 0x80}, 8, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dwarf_reader from = start(cases[i].bytes, sizeof(cases[i].bytes));
        CHECK(read_signed(&from, cases[i].size) == cases[i].value);
        CHECK(taken(&from) == cases[i].size && !from.failed);
    }
}

/* DWARF 5, tables 7.7 and 7.8; then the largest numbers, numbers padded with bytes that add
   nothing, and numbers longer than 64 bits, whose reading ends after ten bytes. */
static void leb128(void)
{
    static const struct {
        uint8_t bytes[12];
        size_t size;
        uint64_t is_unsigned;
        int64_t is_signed;
    } cases[] = {
        {{0x02}, 1, 2, 2},
        {{0x7e}, 1, 126, -2},
        {{0x7f}, 1, 127, -1},
        {{0xff, 0x00}, 2, 127, 127},
        {{0x80, 0x01}, 2, 128, 128},
        {{0x80, 0x7f}, 2, 16256, -128},
        {{0x81, 0x01}, 2, 129, 129},
        {{0x81, 0x7f}, 2, 16257, -127},
        {{0xff, 0x7e}, 2, 16255, -129},
        {{0x82, 0x01}, 2, 130, 130},
        {{0xb9, 0x64}, 2, 12857, -3527},
        {{0x85, 0x80, 0x80, 0x00}, 4, 5, 5},
        {{0xfb, 0xff, 0xff, 0x7f}, 4, 0xffffffb, -5},
        {{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40},
         9,
         UINT64_C(1) << 62,
         -(INT64_C(1) << 62)},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 10, UINT64_MAX, -1},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00},
         10,
         INT64_MAX,
         INT64_MAX},
        {{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f},
         10,
         UINT64_C(1) << 63,
         INT64_MIN},
        {{0x83, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}, 10, 3, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dwarf_reader from = start(cases[i].bytes, sizeof(cases[i].bytes));
        CHECK(read_uleb128(&from) == cases[i].is_unsigned);
        CHECK(taken(&from) == cases[i].size && !from.failed);
        from = start(cases[i].bytes, sizeof(cases[i].bytes));
        CHECK(read_sleb128(&from) == cases[i].is_signed);
        CHECK(taken(&from) == cases[i].size && !from.failed);
    }
}

/* A read that fails returns 0, and so do all that follow. */
static void ends(void)
{
    struct dwarf_reader from = start("\x11\x22\x33", 3);
    from.end -= 1;
    CHECK(read_unsigned(&from, 3) == 0x2211 && from.failed && taken(&from) == 2);
    from.end += 1;
    CHECK(read_u8(&from) == 0 && from.failed);

    from = start("\x81", 1);
    from.end += 10; /* where no memory is */
    CHECK(read_uleb128(&from) == 0 && from.failed);
    from = start("\x81", 1);
    CHECK(read_uleb128(&from) == 1 && from.failed);

    start("\x11", 1);
    dwarf_reader_start(&from, MEMORY_START, MEMORY_START);
    CHECK(!from.failed && read_u8(&from) == 0 && from.failed);
    dwarf_reader_start(&from, MEMORY_START, MEMORY_START - 1);
    CHECK(from.failed && read_u8(&from) == 0);
    dwarf_reader_start(&from, 0, 10);
    CHECK(read_u8(&from) == 0 && from.failed);
}

/* No page is read that no requested byte is in, since it may not be mapped. Within a page many
   bytes are read at once. */
static void windows(void)
{
    static uint8_t bytes[2 * 4096];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 37 % 251);
    struct dwarf_reader from = start(bytes, sizeof(bytes));
    for (size_t at = sizeof(bytes) - 300; at < sizeof(bytes); at++) {
        dwarf_reader_start(&from, MEMORY_START + at, made_end() + 100);
        for (size_t i = at; i < sizeof(bytes); i++)
            CHECK(read_u8(&from) == bytes[i] && !from.failed);
        CHECK(read_u8(&from) == 0 && from.failed);
    }
    dwarf_reader_start(&from, MEMORY_START + 4000, made_end());
    for (size_t i = 4000; i < sizeof(bytes); i++)
        CHECK(read_u8(&from) == bytes[i]);
    CHECK(!from.failed);
    made_ready();
    dwarf_reader_start(&from, MEMORY_START, made_end());
    for (size_t i = 0; i < sizeof(from.window); i++)
        read_u8(&from);
    CHECK(memory.reads == 1);
}

static void pointers(void)
{
    enum { DATA = 0x700, BEFORE = 3 };
    static const struct {
        uint8_t form;
        unsigned fixed; /* the size, unless it varies */
        uint8_t bytes[BEFORE + 8];
        size_t size;
        uint64_t value;
    } forms[] = {
        {0x00,
         sizeof(uintptr_t),
         {9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0x88},
         sizeof(uintptr_t),
         0x8807060504030201},
        {0x01, 0, {9, 9, 9, 0xb9, 0x64, 9}, 2, 12857},
        {0x02, 2, {9, 9, 9, 0xfe, 0xff, 9}, 2, 0xfffe},
        {0x03, 4, {9, 9, 9, 0xfe, 0xff, 0xff, 0xff, 9}, 4, 0xfffffffe},
        {0x04, 8, {9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0x88}, 8, 0x8807060504030201},
        {0x08,
         sizeof(uintptr_t),
         {9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0x88},
         sizeof(uintptr_t),
         0x8807060504030201},
        {0x09, 0, {9, 9, 9, 0xff, 0x7e, 9}, 2, (uint64_t)-129},
        {0x0a, 2, {9, 9, 9, 0xfe, 0xff, 9}, 2, (uint64_t)-2},
        {0x0b, 4, {9, 9, 9, 0xfe, 0xff, 0xff, 0xff, 9}, 4, (uint64_t)-2},
        {0x0c, 8, {9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0x88}, 8, 0x8807060504030201},
    };
    static const struct {
        uint8_t base;
        uintptr_t value;
    } bases[] = {{0x00, 0},
                 {0x10, MEMORY_START + BEFORE},
                 {0x30, DATA},
                 {0x80, 0},
                 {0x90, MEMORY_START + BEFORE}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        for (size_t j = 0; j < sizeof(bases) / sizeof(bases[0]); j++) {
            const uint8_t encoding = forms[i].form | bases[j].base;
            struct dwarf_reader from = start(forms[i].bytes, sizeof(forms[i].bytes));
            read_unsigned(&from, BEFORE);
            CHECK(read_encoded_pointer(&from, encoding, DATA) ==
                  bases[j].value + (uintptr_t)forms[i].value);
            CHECK(taken(&from) == BEFORE + forms[i].size && !from.failed);
            CHECK(encoded_pointer_size(encoding) == forms[i].fixed);
        }
    }
}

/* Undefined formats, bases that no object on Linux has, and DW_EH_PE_omit. */
static void refused_pointers(void)
{
    static const uint8_t encodings[] = {0x05, 0x06, 0x07, 0x0d, 0x0e, 0x0f, 0x15,
                                        0x20, 0x2b, 0x40, 0x50, 0x60, 0x70, 0xff};
    for (size_t i = 0; i < sizeof(encodings); i++) {
        struct dwarf_reader from = start("12345678", 8);
        CHECK(!from.failed);
        const uintptr_t pointer = read_encoded_pointer(&from, encodings[i], 0);
        CHECK(from.failed && (pointer == 0 || encodings[i] == 0x15));
        CHECK((encodings[i] & 7) < 5 || encoded_pointer_size(encodings[i]) == 0);
    }
}

int main(void)
{
    numbers();
    leb128();
    ends();
    windows();
    pointers();
    refused_pointers();
    return 0;
}
