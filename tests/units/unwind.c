/* Unwinding: the register that each rule gives (DWARF 5, 6.4.1), and functions without a
   caller. */
#include "../../shim/unwind/unwind.h"

#include "made.h"

enum { CIE = 0x40, FDE = 0x80, STACK = 0x200, CODE = 0x5000, SIZE = 0x100, MOST = 24 };

/* The call frame information of a function, and its frame. */
struct described {
    uint8_t instructions[MOST];
    size_t size;
    unsigned return_address_register;
    bool is_signal_frame;
};
static const uintptr_t stack = MEMORY_START + STACK;
static struct frame before;
static struct frame frame;

static void make_tables(const struct described *description)
{
    made.size = 0;
    make_bytes("\x01\x03\x03\x03", 4); /* udata4, absolute */
    make_number(MEMORY_START + CIE, 4);
    make_number(1, 4);
    make_number(CODE, 4);
    make_number(MEMORY_START + FDE, 4);
    make_until(CIE);
    make_number(FDE - CIE - 4, 4);
    make_number(0, 4);
    make_number(1, 1);
    make_bytes(description->is_signal_frame ? "zRS" : "zR",
               description->is_signal_frame ? 4 : 3);
    make_number(1, 1);    /* code factor */
    make_number(0x78, 1); /* data factor: -8 */
    make_number(description->return_address_register, 1);
    make_number(1, 1);
    make_number(0x03, 1);
    make_until(FDE);
    make_number(13 + description->size, 4);
    make_number(FDE + 4 - CIE, 4);
    make_number(CODE, 4);
    make_number(SIZE, 4);
    make_number(0, 1);
    make_bytes(description->instructions, description->size);
    make_until(STACK);
    for (unsigned i = 0; i < 8; i++) /* the stack's words */
        make_number(0x700 + i, sizeof(uintptr_t));
}

static bool caller_of(uintptr_t counter, const struct described *description)
{
    const struct elf_image image = {.eh_frame_hdr = MEMORY_START};
    make_tables(description);
    for (unsigned i = 0; i < DWARF_REGISTERS; i++)
        before.registers[i] = 0x9000 + i;
    before.registers[DWARF_SP] = stack;
    before.registers[DWARF_PC] = counter;
    frame = before;
    return unwind(&frame, &image);
}

/* The CFA is the stack pointer plus 16, and the return address is the word below it. */
#define CALLER(...)                                                                            \
    caller_of(CODE + 8,                                                                        \
              &(const struct described){{0x0c, DWARF_SP, 16, 0x80 + DWARF_PC, 1, __VA_ARGS__}, \
                                        5 + sizeof((uint8_t[]){__VA_ARGS__}),                  \
                                        DWARF_PC,                                              \
                                        false})

/* All registers are as after a usual call, but for register 3. */
static bool has(uintptr_t value)
{
    for (unsigned i = 0; i < DWARF_REGISTERS; i++) {
        const uintptr_t expected = i == DWARF_SP   ? stack + 16
                                   : i == DWARF_PC ? 0x701
                                   : i == 3        ? value
                                                   : before.registers[i];
        if (frame.registers[i] != expected)
            return false;
    }
    return !frame.interrupted;
}

static bool is_unchanged(void)
{
    return memcmp(frame.registers, before.registers, sizeof(frame.registers)) == 0 &&
           frame.interrupted == before.interrupted;
}

static void rules(void)
{
    CHECK(CALLER(0) && has(0x9003));
    CHECK(CALLER(0x07, 3) && has(0x9003));      /* undefined: anything */
    CHECK(CALLER(0x83, 2) && has(0x700));       /* saved at CFA - 16 */
    CHECK(CALLER(0x11, 3, 0x7f) && has(0x703)); /* at CFA + 8 */
    CHECK(CALLER(0x14, 3, 2) && has(stack));    /* is CFA - 16 */
    CHECK(CALLER(0x09, 3, 5) && has(0x9005));   /* in register 5 */
    CHECK(CALLER(0x09, 3, 0) && has(0x9000));
    CHECK(CALLER(0x09, 3, DWARF_PC) && has(CODE + 8));     /* the last one */
    CHECK(CALLER(0x16, 3, 2, 0x23, 9) && has(stack + 25)); /* is CFA + 9 */
    CHECK(CALLER(0x16, 3, 2, 0x75, 1) && has(0x9006));     /* is register 5 + 1 */
    CHECK(CALLER(0x10, 3, 2, 0x38, 0x22) && has(0x703));   /* saved at CFA + 8 */
    CHECK(CALLER(0x83, 0x79) == false && is_unchanged());  /* where no memory is */
    CHECK(!CALLER(0x10, 3, 1, 0x31) && is_unchanged());
    CHECK(!CALLER(0x10, 3, 1, 0x22) && is_unchanged()); /* which cannot be computed */
    CHECK(!CALLER(0x16, 3, 1, 0x22) && is_unchanged());
    CHECK(!CALLER(0x09, 3, DWARF_REGISTERS) && is_unchanged());
    CHECK(!CALLER(0x09, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1));
    CHECK(CALLER(0x80 + DWARF_SP, 2) && frame.registers[DWARF_SP] == 0x700);
}

static void cfa(void)
{
    /* An expression: the stack pointer plus 16. */
    CHECK(CALLER(0x0f, 2, 0x70 + DWARF_SP, 16) && has(0x9003));
    CHECK(!CALLER(0x0f, 1, 0x22) && is_unchanged());
    /* A caller's frame is above. */
    CHECK(CALLER(0x0e, 1, 0x11, DWARF_PC, 0x7f) && frame.registers[DWARF_SP] == stack + 1);
    CHECK(!CALLER(0x0e, 0) && is_unchanged());
    CHECK(!CALLER(0x0f, 2, 0x70 + DWARF_SP, 0x7f) && is_unchanged());
}

/* But a signal handler may run on another stack; and the program counter of the interrupted
   frame is no return address. */
static void signals(void)
{
    const struct described trampoline = {
        {0x0f, 2, 0x70 + DWARF_SP, 0, 0x80 + DWARF_PC, 0}, 6, DWARF_PC, true};
    CHECK(caller_of(CODE + 8, &trampoline));
    CHECK(frame.interrupted && frame.registers[DWARF_SP] == stack);
    CHECK(frame.registers[DWARF_PC] == 0x700 && frame_code(&frame) == 0x700);
    frame.interrupted = false;
    CHECK(frame_code(&frame) == 0x6ff);
}

static void no_caller(void)
{
    struct described description = {{0x0c, DWARF_SP, 16, 0x07, DWARF_PC}, 5, DWARF_PC, false};
    CHECK(!caller_of(CODE + 8, &description) && is_unchanged());
    /* A return address of 0, as the outermost function has. */
    description =
        (struct described){{0x0c, DWARF_SP, 16, 0x16, DWARF_PC, 1, 0x30}, 7, DWARF_PC, false};
    CHECK(!caller_of(CODE + 8, &description));
    /* A return address in a register that is not restored. */
    description = (struct described){{0x0c, DWARF_SP, 16}, 3, DWARF_REGISTERS, false};
    CHECK(!caller_of(CODE + 8, &description) && is_unchanged());
    description = (struct described){{0x0c, DWARF_SP, 16}, 3, DWARF_REGISTERS - 1, false};
    CHECK(caller_of(CODE + 8, &description));
    /* The CFA cannot be computed. */
    description = (struct described){{0}, 1, DWARF_PC, false};
    CHECK(!caller_of(CODE + 8, &description) && is_unchanged());
}

/* The return address after a call at the end is the start of the next function. */
static void places(void)
{
    const struct described usual = {
        {0x0c, DWARF_SP, 16, 0x80 + DWARF_PC, 1}, 5, DWARF_PC, false};
    CHECK(!caller_of(CODE, &usual) && caller_of(CODE + 1, &usual));
    CHECK(caller_of(CODE + SIZE, &usual) && !caller_of(CODE + SIZE + 1, &usual));
    before.interrupted = true;
    CHECK(caller_of(CODE, &usual) && caller_of(CODE + SIZE - 1, &usual));
    CHECK(!frame.interrupted);
    CHECK(!caller_of(CODE + SIZE, &usual) && !caller_of(CODE - 1, &usual));
    before.interrupted = false;
}

int main(void)
{
    rules();
    cfa();
    signals();
    no_caller();
    places();
    return 0;
}
