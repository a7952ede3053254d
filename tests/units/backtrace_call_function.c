/* A backtrace that begins in the kernel's own function for system calls, as in i386's vDSO. It
   cannot be unwound: the caller's registers are found by the instructions at its end. */
#include "../fuzz/kernel.h"

#undef SYSCALL_FUNCTION_END
#define SYSCALL_FUNCTION_END                                                                   \
    {                                                                                          \
        'e', 'n', 'd'                                                                          \
    }
#define SYSCALL_FUNCTION_SAVES           2
#define registers_leave_syscall_function leave_call
#include <stdint.h>
static void leave_call(uintptr_t *registers, const uintptr_t *saved);
#include "../../shim/report/backtrace.c" // NOLINT(bugprone-suspicious-include): with the names above

#include <string.h>

#include "../fuzz/check.h"

enum { CODE = 0x1000, STACK = 0x2000, CALLER = 0x3000, CALLER_STACK = 0x4000 };

/* The memory from which the two frames of a backtrace are read. */
static const char *code;
static bool is_stack_readable;
static unsigned notes_requested;
static struct frame seen[2];
static unsigned frames;

/* The frames are made here, without a system call. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

static void leave_call(uintptr_t *registers, const uintptr_t *saved)
{
    CHECK(registers[DWARF_PC] == CODE && registers[DWARF_SP] == STACK);
    registers[DWARF_PC] = saved[0];
    registers[DWARF_SP] = saved[1];
}

bool safe_read(void *to, uintptr_t from, size_t size)
{
    static const uintptr_t saved[SYSCALL_FUNCTION_SAVES] = {CALLER, CALLER_STACK};
    if (from == STACK) {
        CHECK(size == sizeof(saved));
        memcpy(to, saved, size);
        return is_stack_readable;
    }
    CHECK(from == CODE && size == 3);
    if (code)
        memcpy(to, code, size);
    return code != NULL;
}

bool current_call_caller(uintptr_t stack, uintptr_t *caller_code, uintptr_t *caller_stack)
{
    CHECK(stack == STACK && caller_code && caller_stack);
    notes_requested++;
    return false;
}

bool elf_image_find(uintptr_t address, struct elf_image *image)
{
    CHECK(address);
    *image = (struct elf_image){0};
    return true;
}

size_t symbolize(const struct elf_image *image, uintptr_t address, char *name, size_t capacity)
{
    CHECK(image && address && name && capacity);
    return 0;
}

bool unwind(struct frame *frame, const struct elf_image *image)
{
    CHECK(image && frames < 2);
    seen[frames++] = *frame;
    return false;
}

static bool is_left(const char *there, bool readable)
{
    char space[99];
    struct strbuf text = {space, 0, sizeof(space)};
    const struct frame start = {.registers = {[DWARF_PC] = CODE, [DWARF_SP] = STACK},
                                .interrupted = true};
    code = there;
    is_stack_readable = readable;
    frames = notes_requested = 0;
    backtrace_add(&text, &start, 9);
    CHECK(frames == (notes_requested ? 1 : 2));
    return frames == 2 && seen[1].registers[DWARF_PC] == CALLER &&
           seen[1].registers[DWARF_SP] == CALLER_STACK && !seen[1].interrupted;
}

int main(void)
{
    CHECK(is_left("end", true));
    CHECK(!is_left("end", false) && !is_left(NULL, true));
    CHECK(!is_left("enD", true) && !is_left("End", true));
    return 0;
}
