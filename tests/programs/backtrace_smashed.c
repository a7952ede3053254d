/*
 * backtrace_smashed PATTERN: overwrites all of its stack above the innermost frame, makes a
 * broken write by a system call of its own, and ends with status 0 if the answer was EPIPE.
 *
 *   PATTERN  zeros, ones, text (addresses of code), stack (addresses of the stack itself),
 * mixed
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "broken.h"

extern char **environ;

enum pattern { ZEROS, ONES, TEXT, STACK, MIXED, PATTERNS };
static const char *const names[] = {"zeros", "ones", "text", "stack", "mixed"};

static int fd;

static uintptr_t value_at(const uintptr_t *slot, enum pattern pattern, unsigned number)
{
    switch (pattern) {
    case ZEROS:
        return 0;
    case ONES:
        return UINTPTR_MAX;
    case TEXT:
        return (uintptr_t)&value_at + number % 64;
    case STACK:
        return (uintptr_t)slot;
    default:
        return value_at(slot, (enum pattern)(number % MIXED), number / MIXED);
    }
}

/* Does not return: there is nothing left to return to. */
__attribute__((noinline)) static void smash(enum pattern pattern, const uintptr_t *top)
{
    unsigned number = 0;
    for (volatile uintptr_t *slot = __builtin_frame_address(0); slot < top; slot++)
        *slot = value_at((const uintptr_t *)slot, pattern, number++);
    const long answer = syscall(SYS_write, fd, "x", 1);
    _exit(answer == -1 && errno == EPIPE ? 0 : 1);
}

int main(int argc, char **argv)
{
    int pattern = 0;
    while (pattern < PATTERNS && (argc < 2 || strcmp(argv[1], names[pattern]) != 0))
        pattern++;
    if (pattern == PATTERNS)
        return 99;
    fd = broken_pipe();
    /* The environment's pointers lie above all frames. */
    smash((enum pattern)pattern, (const uintptr_t *)environ);
    return 98;
}
