/* A backtrace in a process whose memory is damaged: the fuzzer makes an object's headers, its
   symbols, its unwind tables and the stack. */
#include "../../shim/report/backtrace.h"

#include <ctype.h>

#include "memory.h"

static char maps[128];
static size_t maps_at;
static bool maps_open;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)e, (void)f;
    if (number == SYS_openat && strcmp((const char *)b, "/proc/self/maps") == 0) {
        maps_open = true;
        maps_at = 0;
        return 9;
    }
    if (number == SYS_read) {
        const size_t left = strlen(maps + maps_at);
        CHECK(a == 9 && maps_open && (size_t)c >= sizeof(maps));
        memcpy((void *)b, maps + maps_at, left);
        maps_at += left;
        return (long)left;
    }
    if (number == SYS_close && a == 9) {
        maps_open = false;
        return 0;
    }
    return memory_call(number, a, b, c, d);
}

static const char *pass(const char *at, const char *end, const char *mark)
{
    CHECK((size_t)(end - at) >= strlen(mark) && memcmp(at, mark, strlen(mark)) == 0);
    return at + strlen(mark);
}

/* "object+0xoffset" or "object+0xoffset(symbol)", with blanks between them. */
static unsigned count_frames(const char *at, const char *end)
{
    unsigned count = 0;
    for (const char *c = at; c < end; c++)
        CHECK(isprint((unsigned char)*c) && *c != '"' && *c != '\\');
    while (at < end) {
        at = count++ ? pass(at, end, " ") : at;
        at = pass(at, end, *at == '?' ? "?" : "a_b.so");
        at = pass(at, end, "+0x");
        const char *const digits = at;
        while (at < end && isxdigit((unsigned char)*at))
            at++;
        CHECK(at > digits && at - digits <= 16);
        if (at < end && *at == '(') {
            while (at < end && *at != ' ')
                at++;
            CHECK(at[-1] == ')');
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    ucontext_t context;
    struct frame start = {.interrupted = true};
    char *const space = malloc(1 << 12);
    struct strbuf text = {space, 0, 1 << 12};
    const bool refused = take_choice(&input, 2);
    const unsigned most = 1 + (unsigned)take_choice(&input, 32);
    text.capacity = text.capacity >> take_choice(&input, 8);
    const struct taken registers = take_bytes(&input, sizeof(context.uc_mcontext));
    memset(&context, 0, sizeof(context));
    memcpy(&context.uc_mcontext, registers.bytes, registers.size);
    memory_begin(input, refused);
    snprintf(maps, sizeof(maps), "%x-%zx r-xp 00000000 fe:01 5 %20s/lib/a b.so\n", MEMORY_START,
             MEMORY_START + input.left, "");

    registers_interrupted(start.registers, &context);
    backtrace_add(&text, &start, most);
    CHECK(text.size <= text.capacity && !maps_open && !memory.open);
    CHECK(count_frames(space, space + text.size) <= most);
    free(space);
    return 0;
}
