/* The frames of a backtrace as text: which are left out, how they are named, and where they
   end. The objects, their symbols and the callers are made here. */
#include "../../shim/report/backtrace.h"

#include <string.h>

#include "../../shim/report/current_call.h"
#include "../../shim/unwind/symbolize.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

/* The frames are made here, without a system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

enum {
    BIAS = 0x100,
    LIBC = 0x1000,
    PROGRAM = 0x2000,
    OWN = 0x3000,
    NO_OBJECT = 0x4000,
    NO_CODE = 0x5000
};

static const char *program_name = "program";
static const char *symbol_name = "";

/* The program counters of the callers, up to a 0, or always the same one. */
static const uintptr_t *callers;
static unsigned unwound;
static struct frame seen[80];
static uintptr_t looked_up[80];

/* The note of the call that the innermost frame is in, if there is one. */
enum { STACK = 0x70, FRAME = 0x90 };
static bool is_noted;
static unsigned notes_requested;

bool current_call_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack)
{
    CHECK(stack == STACK);
    notes_requested++;
    *caller_code = PROGRAM + 0x33;
    *caller_stack = STACK + 0x28;
    return is_noted;
}

bool elf_image_find(uintptr_t address, struct elf_image *image)
{
    const uintptr_t start = address & ~(uintptr_t)0xfff;
    const char *const name = start == LIBC ? "libc.so.6" : program_name;
    CHECK(unwound || (!image->start && !image->end)); /* nothing has been found yet */
    looked_up[unwound] = address;
    *image = (struct elf_image){0};
    if (start == OWN) /* around the function under test */
        *image = (struct elf_image){.start = (uintptr_t)&backtrace_add - 0x10000,
                                    .end = (uintptr_t)&backtrace_add + 0x10000};
    else if (start != NO_OBJECT && start != NO_CODE)
        *image = (struct elf_image){.start = start, .end = start + 0x1000, .load_bias = BIAS};
    image->name.size = image->load_bias ? strlen(name) : 0;
    memcpy(image->name.bytes, name, image->name.size);
    return start != NO_CODE;
}

size_t symbolize(const struct elf_image *image, uintptr_t address, char *name, size_t room)
{
    const size_t size = strlen(symbol_name);
    CHECK((image->load_bias || !size) && address == looked_up[unwound]);
    if (size > room)
        return 0;
    for (size_t i = 0; i < size; i++)
        name[i] = symbol_name[i];
    return size;
}

bool unwind(struct frame *frame, const struct elf_image *image)
{
    (void)image;
    CHECK(unwound < 79);
    seen[unwound++] = *frame;
    if (callers && !*callers)
        return false;
    frame->interrupted = false;
    if (callers)
        frame->registers[DWARF_PC] = *callers++;
    return true;
}

static char space[8192];
static struct strbuf text;

static void add(uintptr_t counter, const uintptr_t *then, unsigned most)
{
    struct frame start = {
        .registers = {[DWARF_PC] = counter, [DWARF_SP] = STACK, [DWARF_FP] = FRAME},
        .interrupted = true};
    callers = then;
    unwound = notes_requested = 0;
    backtrace_add(&text, &start, most);
}

static bool is_text(size_t room, uintptr_t counter, const uintptr_t *then, unsigned most,
                    const char *expected)
{
    memset(space, '-', sizeof(space));
    text = (struct strbuf){space, 0, room};
    add(counter, then, most);
    return text.size == strlen(expected) && memcmp(space, expected, text.size) == 0 &&
           space[text.size] == '-';
}
#define THEN(...) ((const uintptr_t[]){__VA_ARGS__, 0})
#define NOBODY    THEN(0)

static void frames(void)
{
    CHECK(is_text(999, LIBC + 0x234, NOBODY, 9, "libc.so.6+0x1134"));
    CHECK(is_text(999, LIBC + 0x234, THEN(PROGRAM + 0x10, PROGRAM + 0x20), 9,
                  "libc.so.6+0x1134 program+0x1f10 program+0x1f20"));
    CHECK(looked_up[0] == LIBC + 0x234 &&
          looked_up[1] == PROGRAM + 0xf); /* a call's own place */
    CHECK(is_text(999, LIBC, THEN(PROGRAM + 1, NO_OBJECT + 0xab, PROGRAM + 2), 9,
                  "libc.so.6+0xf00 program+0x1f01 ?+0x40ab program+0x1f02"));
    CHECK(is_text(999, OWN + 5, THEN(OWN + 6, LIBC + 1, OWN + 1, PROGRAM + 2), 9,
                  "libc.so.6+0xf01 program+0x1f02"));
    CHECK(is_text(999, LIBC, THEN(NO_CODE + 1, PROGRAM + 1), 9, "libc.so.6+0xf00"));
    CHECK(is_text(999, NO_CODE, THEN(PROGRAM + 1), 9, ""));
    symbol_name = "main";
    CHECK(
        is_text(999, PROGRAM, THEN(LIBC + 1), 9, "program+0x1f00(main) libc.so.6+0xf01(main)"));
    symbol_name = "";
    text = (struct strbuf){space, 0, 999};
    strbuf_add(&text, "x=");
    add(PROGRAM, NOBODY, 9);
    CHECK(text.size == 17 && memcmp(space, "x= program+0x1f00", 17) == 0);
}

static void numbers_of_frames(void)
{
    CHECK(is_text(999, LIBC, THEN(PROGRAM + 1), 0, "") && unwound == 0);
    CHECK(is_text(999, LIBC, THEN(PROGRAM + 1), 1, "libc.so.6+0xf00"));
    CHECK(is_text(999, OWN, THEN(OWN + 1, LIBC + 1, PROGRAM + 1), 1, "libc.so.6+0xf01"));
    CHECK(is_text(999, LIBC, THEN(PROGRAM + 1, PROGRAM + 2), 2,
                  "libc.so.6+0xf00 program+0x1f01"));
    /* A chain of frames without an end. */
    CHECK(is_text(999, OWN + 8, NULL, 9, "") && unwound == 64);
    text = (struct strbuf){space, 0, sizeof(space)};
    add(LIBC + 8, NULL, 100);
    CHECK(unwound == 64 && text.size == 64 * strlen(" libc.so.6+0xf08") - 1);
}

/* A frame that does not fit is left out whole, and so are all after it. */
static void rooms(void)
{
    CHECK(is_text(15, LIBC, NOBODY, 9, "libc.so.6+0xf00") && is_text(14, LIBC, NOBODY, 9, ""));
    CHECK(is_text(30, LIBC, THEN(PROGRAM + 1), 9, "libc.so.6+0xf00 program+0x1f01"));
    CHECK(is_text(29, LIBC, THEN(PROGRAM + 1), 9, "libc.so.6+0xf00"));
    CHECK(is_text(40, LIBC, THEN(PROGRAM + 1, LIBC + 1, NO_OBJECT + 1), 9,
                  "libc.so.6+0xf00 program+0x1f01"));
    CHECK(unwound == 2);
}

/* All parts at their longest, and bytes that a format of records would escape. */
static void names(void)
{
    static char object[MAP_NAME_SIZE + 1], symbol[129 + 1], expected[512];
    memset(object, 'o', MAP_NAME_SIZE);
    memset(symbol, 's', 128);
    program_name = object;
    symbol_name = symbol;
    snprintf(expected, sizeof(expected), "%s+0xffffffffffffff00(%s) %s+0xfffffffffffffeff(%s)",
             object, symbol, object, symbol);
    CHECK(is_text(999, 0, THEN(UINTPTR_MAX), 2, expected) || sizeof(uintptr_t) < 8);
    memset(symbol, 's', 129); /* is too long */
    snprintf(expected, sizeof(expected), "%s+0x1f00", object);
    CHECK(is_text(999, PROGRAM, NOBODY, 9, expected));
    program_name = "!a b\x1f\"\\\x7f\x80\xff~";
    symbol_name = "c d";
    CHECK(is_text(999, PROGRAM, NOBODY, 9, "!a_b______~+0x1f00(c_d)"));
    program_name = "program";
    symbol_name = "";
}

/* From a libc without tables to its caller. */
static void through_libc(void)
{
    is_noted = true;
    CHECK(is_text(999, LIBC, NOBODY, 9, "libc.so.6+0xf00 program+0x1f33"));
    CHECK(unwound == 2 && seen[1].registers[DWARF_PC] == PROGRAM + 0x33);
    CHECK(seen[1].registers[DWARF_SP] == STACK + 0x28 && notes_requested == 1);
    CHECK(seen[1].registers[DWARF_FP] == FRAME);
    CHECK(seen[0].interrupted && !seen[1].interrupted && looked_up[1] == PROGRAM + 0x32);
    CHECK(is_text(999, LIBC, THEN(PROGRAM + 1), 9, "libc.so.6+0xf00 program+0x1f01"));
    CHECK(notes_requested == 0); /* the note is of the innermost frame only */
    is_noted = false;
    CHECK(is_text(999, LIBC, NOBODY, 9, "libc.so.6+0xf00") && notes_requested == 1);
}

int main(void)
{
    frames();
    numbers_of_frames();
    rooms();
    names();
    through_libc();
    return 0;
}
