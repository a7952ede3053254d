#include "early.h"

#include "api.h"

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
