#include "report/backtrace.h"

#include "base/safe_read.h"
#include "report/current_call.h"
#include "unwind/symbolize.h"
#include "unwind/unwind.h"

/* The shim's own frames are not shown, but count as steps. */
enum { MOST_STEPS = 64, SYMBOL_SIZE = 128 };

static bool is_own(const struct elf_image *image)
{
    const uintptr_t here = (uintptr_t)&is_own;
    return here - image->start < image->end - image->start;
}

static void add_name(struct strbuf *text, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char c = bytes[i];
        const bool plain = c > ' ' && c < 0x7f && c != '"' && c != '\\';
        strbuf_add_bytes(text, plain ? &c : "_", 1);
    }
}

/* Adds the whole frame, or nothing and returns false if it does not fit. */
__attribute__((noinline)) static bool
add_frame(struct strbuf *text, const struct elf_image *image, const struct frame *frame)
{
    char space[MAP_NAME_SIZE + SYMBOL_SIZE + sizeof(" +0x0123456789abcdef()")];
    char symbol[SYMBOL_SIZE];
    struct strbuf one = {space, 0, sizeof(space)};
    const size_t symbol_size = symbolize(image, frame_code(frame), symbol, sizeof(symbol));
    strbuf_add(&one, text->size ? " " : "");
    add_name(&one, image->name.bytes, image->name.size);
    strbuf_add(&one, image->name.size ? "+0x" : "?+0x");
    strbuf_add_hex(&one, frame->registers[DWARF_PC] - image->load_bias);
    if (symbol_size) {
        strbuf_add(&one, "(");
        add_name(&one, symbol, symbol_size);
        strbuf_add(&one, ")");
    }
    if (one.size > text->capacity - text->size)
        return false;
    strbuf_add_bytes(text, space, one.size);
    return true;
}

/* Leaves the kernel's own function for system calls (i386's vDSO), which cannot be unwound. */
static bool leave_call_function(struct frame *frame)
{
#if defined(SYSCALL_FUNCTION_END)
    static const unsigned char end[] = SYSCALL_FUNCTION_END;
    unsigned char there[sizeof(end)];
    uintptr_t saved[SYSCALL_FUNCTION_SAVES];
    bool at_end = safe_read(there, frame->registers[DWARF_PC], sizeof(there)) &&
                  safe_read(saved, frame->registers[DWARF_SP], sizeof(saved));
    for (size_t i = 0; i < sizeof(end) && at_end; i++)
        at_end = there[i] == end[i];
    if (at_end)
        registers_leave_syscall_function(frame->registers, saved);
    return at_end;
#else
    (void)frame;
    return false;
#endif
}

/* Leaves a libc without call frame information (musl) by the noted call. Only two registers of
   the caller are known then, which is nearly always enough to go on. */
static bool skip_libc(struct frame *frame)
{
    return current_call_caller(frame->registers[DWARF_SP], &frame->registers[DWARF_PC],
                               &frame->registers[DWARF_SP]);
}

/* For the first frame only. leave_call_function() is always false but on i386. */
static bool leave_libc(struct frame *frame)
{
    if (!leave_call_function(frame) && !skip_libc(frame)) /* GCOVR_EXCL_BR_LINE */
        return false;
    frame->interrupted = false;
    return true;
}

void backtrace_add(struct strbuf *text, const struct frame *start, unsigned most)
{
    struct frame frame = *start;
    struct elf_image image = {0};
    for (unsigned step = 0, shown = 0; step < MOST_STEPS && shown < most; step++) {
        if (!elf_image_find(frame_code(&frame), &image))
            return;
        if (!is_own(&image)) {
            if (!add_frame(text, &image, &frame))
                return;
            shown++;
        }
        if (!unwind(&frame, &image) && (step > 0 || !leave_libc(&frame)))
            return;
    }
}
