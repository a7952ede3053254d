/* System calls without libc: the given arguments come first, and the missing ones are 0. */
#include "../../shim/base/syscall.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/check.h"

/* By the macro that uses the CPU's code. */
static long by_kernel(long number, long a, long b, long c)
{
    return raw_syscall(number, a, b, c, 0, 0, 0);
}

static void answers_of_the_kernel(void)
{
    int ends[2];
    char data[8] = "";
    CHECK(pipe(ends) == 0);
    CHECK(by_kernel(SYS_getpid, 0, 0, 0) == getpid());
    CHECK(by_kernel(SYS_write, ends[1], (long)"abc", 3) == 3);
    CHECK(by_kernel(SYS_read, ends[0], (long)data, 8) == 3 && strcmp(data, "abc") == 0);
    CHECK(by_kernel(SYS_write, -1, (long)"abc", 3) == -EBADF);
    /* A call with all six arguments: a splice with an offset at each end, which pipes do not
     * have.
     */
    CHECK(raw_syscall(SYS_splice, ends[0], 0, ends[1], 0, 1, 0) == -EINVAL);
    CHECK(raw_syscall(SYS_splice, ends[0], (long)data, ends[1], 0, 1, 0) == -ESPIPE);
}

#include "../fuzz/kernel.h"

static long seen[7];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const long now[7] = {number, a, b, c, d, e, f};
    memcpy(seen, now, sizeof(seen));
    return -1;
}

static bool were(long number, long a, long b, long c, long d, long e, long f)
{
    const long expected[7] = {number, a, b, c, d, e, f};
    return memcmp(seen, expected, sizeof(seen)) == 0;
}

int main(void)
{
    answers_of_the_kernel();
    CHECK(SYSCALL(1) == -1 && were(1, 0, 0, 0, 0, 0, 0));
    CHECK(SYSCALL(1, 2) == -1 && were(1, 2, 0, 0, 0, 0, 0));
    CHECK(SYSCALL(1, 2, 3) == -1 && were(1, 2, 3, 0, 0, 0, 0));
    CHECK(SYSCALL(1, 2, 3, 4) == -1 && were(1, 2, 3, 4, 0, 0, 0));
    CHECK(SYSCALL(1, 2, 3, 4, 5) == -1 && were(1, 2, 3, 4, 5, 0, 0));
    CHECK(SYSCALL(1, 2, 3, 4, 5, 6) == -1 && were(1, 2, 3, 4, 5, 6, 0));
    CHECK(SYSCALL(1, 2, 3, 4, 5, 6, 7) == -1 && were(1, 2, 3, 4, 5, 6, 7));
    CHECK(SYSCALL(1, seen, (char)-2, 3u) == -1 && were(1, (long)seen, -2, 3, 0, 0, 0));
    /* preadv2(2): the kernel joins the low 32 bits of two arguments to an offset. */
    const uint64_t offset = UINT64_C(0x123456789abcdef0);
    SYSCALL(1, OFFSET(offset));
#if __SIZEOF_LONG__ == 8
    CHECK(were(1, (long)offset, 0, 0, 0, 0, 0));
#else
    CHECK(were(1, (long)0x9abcdef0, 0x12345678, 0, 0, 0, 0));
#endif
    return 0;
}
