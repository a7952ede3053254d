/* The note of the call that a thread is in, as on a CPU whose registers lose the descriptor. */
#include "../fuzz/kernel.h"

#undef SYSCALL_ARG1
#include "../../shim/interpose/noted_writes.c" // NOLINT(bugprone-suspicious-include): without that macro
#include "../../shim/report/current_call.c" // NOLINT(bugprone-suspicious-include): without that macro

#include "family.h"

struct next next;

#if defined(__x86_64__)
/* The word at the noted stack pointer. */
static uintptr_t word;
static bool is_readable;

bool safe_read(void *read, uintptr_t from, size_t size)
{
    CHECK(from == current_call.stack && size == sizeof(word));
    memcpy(read, &word, size);
    return is_readable;
}

static ucontext_t context_of(uintptr_t stack, long second, long third)
{
    ucontext_t context;
    memset(&context, 0, sizeof(context));
    context.uc_mcontext.gregs[REG_RSP] = (greg_t)stack;
    context.uc_mcontext.gregs[REG_RSI] = second;
    context.uc_mcontext.gregs[REG_RDX] = third;
    return context;
}

/* The noted descriptor, if the call is interrupted `depth` bytes further down the stack. */
static int noted_at(uintptr_t depth, long second, long third)
{
    const ucontext_t context = context_of(current_call.stack - depth, second, third);
    return current_call_fd(&context);
}

/* Checks that the definition gets the caller's arguments, which the note must match. */
#define NOTES(name, arguments, by_next, number, by_kernel)                                     \
    current_call.fd = -1;                                                                      \
    CHECK(next.name != next_##name && next.name arguments == next_answer);                     \
    CHECK(was_called(#name, 0, by_next) && current_call.fd == (by_kernel)[0]);                 \
    CHECK(noted_at(0, (by_kernel)[1], (by_kernel)[2]) == current_call.fd);                     \
    CHECK(noted_at(0, (by_kernel)[1] + 1, (by_kernel)[2]) == -1);                              \
    CHECK(noted_at(0, (by_kernel)[1], (by_kernel)[2] + 1) == -1);

static void try_notes(void)
{
#define SET(name, ...) next.name = next_##name;
    WRITES(SET)
    SENDS(SET, 0, 0)
#undef SET
    next_answer = 77;
    noted_writes_install();
    WRITES(NOTES)
    SENDS(NOTES, FLAGS, FLAGS)
}

/* libc's own frames are between the interposer and the system call, and are not large. */
static void try_distance(void)
{
    next.write(FD, bytes, SIZE);
    CHECK(noted_at(0, (long)bytes, SIZE) == FD && noted_at(1023, (long)bytes, SIZE) == FD);
    CHECK(noted_at(1024, (long)bytes, SIZE) == -1);
    CHECK(noted_at((uintptr_t)-1, (long)bytes, SIZE) == -1); /* the call is over */
}

/* The word is the return address of the interposer. */
static bool has_caller(uintptr_t depth)
{
    uintptr_t code = 0;
    uintptr_t stack = 0;
    const bool known = current_call_caller(current_call.stack - depth, &code, &stack);
    CHECK(!known || (code == word && stack == current_call.stack + sizeof(word)));
    return known;
}

static void try_caller(void)
{
    next.write(FD, bytes, SIZE);
    word = 0x1234;
    CHECK(!has_caller(0));
    is_readable = true;
    CHECK(has_caller(0) && has_caller(1023));
    CHECK(!has_caller(1024) && !has_caller((uintptr_t)-1));
}

static void try_without_libc(void)
{
    static const struct next none;
    next = none;
    noted_writes_install();
    CHECK(memcmp(&next, &none, sizeof(next)) == 0);
}

int main(void)
{
    try_without_libc();
    try_notes();
    try_distance();
    try_caller();
    return 0;
}
#else
int main(void)
{
    return 0;
}
#endif
