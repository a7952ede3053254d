#include "interpose/fallback.h"

long libc_result(long result)
{
    if (result >= -4095 && result < 0) {
        if (__errno_location)
            *__errno_location() = (int)-result;
        return -1;
    }
    return result;
}

long fallback_syscall6(long a, long b, long c, long d, long e, long f, long number)
{
    guard_install();
    return libc_result(raw_syscall(number, a, b, c, d, e, f));
}

long fallback_syscall5(long a, long b, long c, long d, long e, long number)
{
    return fallback_syscall6(a, b, c, d, e, 0, number);
}
