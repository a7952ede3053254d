#include "interpose/fallback.h"

#include "base/compiler.h"

OPTIONAL int *__errno_location(void);

long early_result(long result)
{
    if (result >= -4095 && result < 0) {
        if (__errno_location)
            *__errno_location() = (int)-result;
        return -1;
    }
    return result;
}

long early_six(long a, long b, long c, long d, long e, long f, long number)
{
    guard_install();
    return early_result(raw_syscall(number, a, b, c, d, e, f));
}

long early_five(long a, long b, long c, long d, long e, long number)
{
    return early_six(a, b, c, d, e, 0, number);
}
