/* The kernel's clocks, with 64-bit seconds on every CPU: they work after 2038. */
#ifndef NOSIGPIPE_CLOCK_H
#define NOSIGPIPE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/syscall.h"

/* The kernel's struct __kernel_timespec (include/uapi/linux/time_types.h). */
struct kernel_time {
    int64_t seconds;
    int64_t nanoseconds;
};

/* The time of a clock, or 0 if the kernel refuses to return it. 32-bit CPUs have
   clock_gettime64 since Linux 5.1. */
static inline struct kernel_time clock_now(clockid_t clock)
{
    struct kernel_time now = {0};
#if defined(SYS_clock_gettime64)
    if (SYSCALL(SYS_clock_gettime64, clock, &now) != 0) {
        long old[2] = {0};
        SYSCALL(SYS_clock_gettime, clock, old);
        now = (struct kernel_time){old[0], old[1]};
    }
#else
    SYSCALL(SYS_clock_gettime, clock, &now);
#endif
    return now;
}

#endif
