/* The search table of .eh_frame_hdr and the CIEs and FDEs, in each form of LSB Core 5.0
   ("Exception Frames", "Exception Frame Header"), and damaged. */
#include "../../shim/unwind/eh_frame.h"

#include "made.h"

/* Where things are; the code is near enough for pointers of two bytes. */
enum { CIE = 0x200, FDES = 0x300, FDE_SIZE = 0x40, CODE = MEMORY_START + 0x2000 };
enum { SPACING = 0x100, FUNCTION_SIZE = 0x80, MOST = 7 };

/* What a table is made of; by default as compilers make it. */
struct form {
    uint8_t version;
    uint8_t section_encoding;
    uint8_t count_encoding;
    uint8_t table_encoding;
    uint8_t cie_version;
    uint8_t fde_encoding;   /* R */
    uint8_t other_encoding; /* P and L */
    const char *augmentation;
    unsigned return_address_register;
    bool long_lengths;
    uint32_t cie_id;
    /* Wrong values to write instead of the right ones, or 0. */
    uint64_t count;
    uint64_t cie_length;
    uint64_t cie_augmentation;
    uint32_t cie_distance;
    uint64_t fde_length;
    uint64_t fde_augmentation;
};
static const struct form usual = {.version = 1,
                                  .section_encoding = 0x1b,
                                  .count_encoding = 0x03,
                                  .table_encoding = 0x3b,
                                  .cie_version = 1,
                                  .fde_encoding = 0x1b,
                                  .other_encoding = 0x03,
                                  .augmentation = "zR",
                                  .return_address_register = 16};
static struct form form;

static unsigned size_of(uint8_t encoding)
{
    static const unsigned sizes[8] = {sizeof(uintptr_t), 0, 2, 4, 8};
    return sizes[encoding & 7];
}

static void make_pointer(uint8_t encoding, uintptr_t value)
{
    const uintptr_t base = (encoding & 0x70) == 0x10   ? made_end()
                           : (encoding & 0x70) == 0x30 ? MEMORY_START
                                                       : 0;
    if ((encoding & 7) == 1)
        make_uleb(value - base);
    else
        make_number(value - base, size_of(encoding));
}

static void start_entry(size_t at)
{
    make_until(at);
    make_number(0xffffffff, 4);
    if (form.long_lengths)
        make_number(0, 8);
}

/* Writes the length of the entry to the place left for it. */
static void end_entry(size_t at, uint64_t instead)
{
    const size_t field = form.long_lengths ? 8 : 4;
    uint8_t *const end = made.bytes + at + (form.long_lengths ? 12 : 4);
    const uint64_t length = instead ? instead : (size_t)(made.bytes + made.size - end);
    memcpy(end - field, &length, field);
}

/* The augmentation data begins with its size, and ends with a byte that no letter describes. */
static void make_augmentation(void)
{
    uint8_t data[32] = {0};
    size_t size = 0;
    for (const char *letter = form.augmentation; *letter; letter++) {
        if (*letter == 'R')
            data[size++] = form.fde_encoding;
        if (*letter == 'P' || *letter == 'L')
            data[size++] = form.other_encoding;
        if (*letter == 'P')
            size += size_of(form.other_encoding);
    }
    make_uleb(form.cie_augmentation ? form.cie_augmentation : size + 1);
    make_bytes(data, size + 1);
}

static void make_cie(void)
{
    start_entry(CIE);
    make_number(form.cie_id, 4);
    make_number(form.cie_version, 1);
    make_bytes(form.augmentation, strlen(form.augmentation) + 1);
    make_uleb(0x90);      /* code factor */
    make_number(0x78, 1); /* data factor: -8 */
    if (form.cie_version == 1)
        make_number(form.return_address_register, 1);
    else
        make_uleb(form.return_address_register);
    if (form.augmentation[0])
        make_augmentation();
    make_bytes("\x0c\x07\x08", 3);
    end_entry(CIE, form.cie_length);
}

static void make_fde(unsigned number)
{
    const size_t at = FDES + number * FDE_SIZE;
    const uint8_t encoding = strchr(form.augmentation, 'R') ? form.fde_encoding : 0;
    start_entry(at);
    make_number(form.cie_distance ? form.cie_distance : made.size - CIE, 4);
    make_pointer(encoding, CODE + number * SPACING);
    make_pointer(encoding & 0x0f, FUNCTION_SIZE);
    if (form.augmentation[0]) {
        make_uleb(form.fde_augmentation ? form.fde_augmentation : 2);
        make_number(0xffff, 2);
    }
    make_number(0x40 + number, 1);
    end_entry(at, form.fde_length);
}

static void make_table(unsigned count)
{
    made.size = 0;
    make_number(form.version, 1);
    make_number(form.section_encoding, 1);
    make_number(form.count_encoding, 1);
    make_number(form.table_encoding, 1);
    make_pointer(form.section_encoding, MEMORY_START + CIE);
    make_pointer(form.count_encoding, form.count ? form.count : count);
    for (unsigned i = 0; i < count; i++) {
        make_pointer(form.table_encoding, CODE + i * SPACING);
        make_pointer(form.table_encoding, MEMORY_START + FDES + i * FDE_SIZE);
    }
    make_cie();
    for (unsigned i = 0; i < count; i++)
        make_fde(i);
}

static bool is_program(struct cfa_program program, const void *bytes, size_t size)
{
    return program.end == program.start + size &&
           memcmp(made.bytes + (program.start - MEMORY_START), bytes, size) == 0;
}

static void check_frame(const struct fde *frame, unsigned number)
{
    const uint8_t fde_instructions = (uint8_t)(0x40 + number);
    CHECK(frame->start == CODE + number * SPACING && frame->size == FUNCTION_SIZE);
    CHECK(is_program(frame->fde_instructions, &fde_instructions, 1) &&
          is_program(frame->cie_instructions, "\x0c\x07\x08", 3));
    CHECK(frame->code_alignment_factor == 0x90 && frame->data_alignment_factor == -8);
    CHECK(frame->return_address_register == form.return_address_register);
    CHECK(frame->is_signal_frame == (strchr(form.augmentation, 'S') != NULL));
    CHECK(frame->encoding == (strchr(form.augmentation, 'R') ? form.fde_encoding : 0));
}

/* Each function is found by all of its addresses, and by no others. */
static void check_lookups(void)
{
    for (unsigned count = 1; count <= MOST; count++) {
        make_table(count);
        for (unsigned i = 0; i < count; i++) {
            struct fde frame;
            const uintptr_t start = CODE + i * SPACING;
            CHECK(!eh_frame_find(MEMORY_START, start - 1, &frame));
            CHECK(eh_frame_find(MEMORY_START, start, &frame));
            check_frame(&frame, i);
            CHECK(eh_frame_find(MEMORY_START, start + FUNCTION_SIZE - 1, &frame));
            check_frame(&frame, i);
            CHECK(!eh_frame_find(MEMORY_START, start + FUNCTION_SIZE, &frame));
        }
    }
}

static bool finds(void)
{
    struct fde frame;
    make_table(2);
    make_until(made.size + 64);
    return eh_frame_find(MEMORY_START, CODE + SPACING, &frame);
}
#define FINDS_WITH(member, value) (form = usual, form.member = (value), finds())

static void encodings(void)
{
    static const uint8_t fixed[] = {0x00, 0x03, 0x04, 0x08, 0x0b, 0x0c, 0x10, 0x12, 0x1a, 0x1b,
                                    0x1c, 0x13, 0x14, 0x30, 0x32, 0x33, 0x34, 0x3a, 0x3b};
    for (size_t i = 0; i < sizeof(fixed); i++) {
        form = usual;
        form.table_encoding = fixed[i] & 0x70 ? fixed[i] : 0x3b;
        form.section_encoding = fixed[i];
        form.other_encoding = fixed[i];
        form.count_encoding = fixed[i] & 0x0f;
        form.fde_encoding = (fixed[i] & 0x70) == 0x30 ? 0x1b : fixed[i];
        form.augmentation = "zPLR";
        check_lookups();
    }
}

static void forms(void)
{
    static const char *const augmentations[] = {"",     "z",   "zR",    "zLR",
                                                "zPLR", "zRS", "zRBLP", "zPLRSBX"};
    for (size_t i = 0; i < sizeof(augmentations) / sizeof(augmentations[0]); i++) {
        form = usual;
        form.augmentation = augmentations[i];
        check_lookups();
        form.cie_version = 3;
        check_lookups();
        form.long_lengths = true;
        form.return_address_register = 0x123;
        check_lookups();
    }
    form = usual;
    form.return_address_register = 0x90;
    check_lookups();
    form.fde_encoding = 0x01;
    check_lookups();
}

static void damaged_tables(void)
{
    struct fde frame;
    CHECK(FINDS_WITH(version, 1));
    CHECK(!FINDS_WITH(version, 0) && !FINDS_WITH(version, 2));
    CHECK(!FINDS_WITH(section_encoding, 0xff) && !FINDS_WITH(section_encoding, 0x5b));
    CHECK(!FINDS_WITH(count_encoding, 0xff) && !FINDS_WITH(table_encoding, 0xff));
    CHECK(!FINDS_WITH(table_encoding, 0x01) && !FINDS_WITH(table_encoding, 0x39));
    CHECK(!FINDS_WITH(table_encoding, 0x2b));
    CHECK(FINDS_WITH(count, 2) && !FINDS_WITH(count, 1 << 27)); /* more than memory holds */
    form = usual;
    make_table(1);
    for (size_t size = made.size; size; size--) {
        memory_begin((struct input){made.bytes, size}, false);
        CHECK(eh_frame_find(MEMORY_START, CODE, &frame) == (size == made.size));
    }
    /* A count of 0, though a pair follows. */
    make_table(1);
    memset(made.bytes + 8, 0, 4);
    CHECK(!eh_frame_find(MEMORY_START, CODE, &frame));
    /* Without a table, nothing is read. */
    made_ready();
    CHECK(!eh_frame_find(0, CODE, &frame) && memory.reads == 0);
}

static void damaged_entries(void)
{
    enum { MOST_BYTES = 1 << 16, CIE_LENGTH = 18, FDE_LENGTH = 16 };
    CHECK(FINDS_WITH(cie_length, CIE_LENGTH) && FINDS_WITH(fde_length, FDE_LENGTH));
    CHECK(!FINDS_WITH(cie_length, MOST_BYTES + 1) && !FINDS_WITH(fde_length, MOST_BYTES + 1));
    CHECK(FINDS_WITH(cie_length, MOST_BYTES) && FINDS_WITH(fde_length, MOST_BYTES));
    /* Entries that are too short for their contents, which are in memory, though. */
    for (unsigned length = 1; length < CIE_LENGTH - 3; length++)
        CHECK(!FINDS_WITH(cie_length, length));
    for (unsigned length = 1; length < FDE_LENGTH - 1; length++)
        CHECK(!FINDS_WITH(fde_length, length));
    CHECK(FINDS_WITH(cie_length, CIE_LENGTH - 3) && FINDS_WITH(fde_length, FDE_LENGTH - 1));
    CHECK(!FINDS_WITH(augmentation, "zSSSSSSSS") && (form.cie_length = 64, !finds()));
    CHECK(!FINDS_WITH(cie_id, 1) && !FINDS_WITH(cie_distance, 0x10000));
    CHECK(!FINDS_WITH(cie_version, 2) && !FINDS_WITH(cie_version, 4));
    CHECK(!FINDS_WITH(augmentation, "eh") && !FINDS_WITH(augmentation, "R"));
    CHECK(FINDS_WITH(augmentation, "zRSSSSS") && !FINDS_WITH(augmentation, "zRSSSSSS"));
    CHECK(!FINDS_WITH(fde_encoding, 0x05) && !FINDS_WITH(fde_encoding, 0x40));
    /* A bad CIE of an FDE that could be read without it. */
    CHECK(FINDS_WITH(augmentation, "") && (form.cie_id = 1, !finds()));
    CHECK(FINDS_WITH(augmentation, "") && (form.cie_version = 2, !finds()));
    form = usual;
    CHECK(FINDS_WITH(augmentation, "zPR") && (form.other_encoding = 0x45, !finds()));
    /* More augmentation data than the entry has. */
    CHECK(FINDS_WITH(cie_augmentation, 5) && !FINDS_WITH(cie_augmentation, 6));
    CHECK(FINDS_WITH(fde_augmentation, 3) && !FINDS_WITH(fde_augmentation, 4));
    CHECK(!FINDS_WITH(fde_augmentation, UINT64_MAX) &&
          !FINDS_WITH(fde_augmentation, MOST_BYTES));
    /* An FDE where a CIE is to be. */
    form = usual;
    make_table(2);
    memcpy(made.bytes + 12 + 4, &(uint32_t){CIE}, 4);
    memcpy(made.bytes + 12 + 12, &(uint32_t){CIE}, 4);
    struct fde frame;
    CHECK(!eh_frame_find(MEMORY_START, CODE, &frame));
    CHECK(!eh_frame_find(MEMORY_START, CODE + SPACING, &frame));
}

int main(void)
{
    encodings();
    forms();
    damaged_tables();
    damaged_entries();
    return 0;
}
