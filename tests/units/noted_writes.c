/* When calls are noted on a CPU whose registers keep the descriptor: for a backtrace, under a
   libc without call frame information that leads to the caller, so not under glibc.
   current_call.c tests the notes themselves. */
#include "../../shim/report/current_call.h"

#define noted_writes_install choose_without_glibc
#define gnu_get_libc_version undefined_version
#include "../../shim/interpose/noted_writes.c" // NOLINT(bugprone-suspicious-include): with the names above
#undef noted_writes_install

#include "../../shim/interpose/next_writes.h"
#include "../fuzz/kernel.h"
#include "family.h"

struct next next;
struct options options;
__thread struct current_call current_call;

void noted_writes_install(void);

#define SET(name, ...)       next.name = next_##name;
#define UNTOUCHED(name, ...) CHECK(next.name == next_##name);

/* Checks that the definition gets the caller's arguments, and that the noted stack is near. */
#define NOTES(name, arguments, by_next, ...)                                                   \
    current_call.stack = 0;                                                                    \
    CHECK(next.name != next_##name && next.name arguments == next_answer);                     \
    CHECK(was_called(#name, 0, by_next) && here - current_call.stack < 4096);

static void check_unnoted(void (*choose)(void), unsigned backtrace)
{
    WRITES(SET)
    SENDS(SET, 0, 0)
    options.backtrace = backtrace;
    choose();
    WRITES(UNTOUCHED)
    SENDS(UNTOUCHED, 0, 0)
}

static void try_noted(void)
{
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    options.backtrace = 1;
    next_answer = 77;
    choose_without_glibc();
    WRITES(NOTES)
    SENDS(NOTES, FLAGS, FLAGS)
}

static void try_without_libc(void)
{
    static const struct next none;
    next = none;
    choose_without_glibc();
    CHECK(memcmp(&next, &none, sizeof(next)) == 0);
}

#if defined(SYSCALL_ARG1)
int main(void)
{
    check_unnoted(noted_writes_install, 0);
    check_unnoted(noted_writes_install, 9);
    check_unnoted(choose_without_glibc, 0);
    try_noted();
    try_without_libc();
    return 0;
}
#else
int main(void)
{
    return 0;
}
#endif
