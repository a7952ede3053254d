/*
 * A preloaded object behind the shim: the write family of a bad day. One call after the other
 * is interrupted, refused, reset, passed on, done in part, and so on.
 */
#include <errno.h>
#include <stdatomic.h>

#include "../../shim/base/libc.h"
#include "preload_next.h"

enum { PASSED_ON = 0, DONE_IN_PART = -1 };
static const int faults[] = {EINTR,   EAGAIN,    ECONNRESET, PASSED_ON, DONE_IN_PART,
                             ENOBUFS, PASSED_ON, EPIPE,      EIO};

/* Until then all calls are passed on. */
void begin_faults(void);

static atomic_bool begun;

void begin_faults(void)
{
    begun = true;
}

static int next_fault(void)
{
    static atomic_uint calls;
    if (!begun)
        return PASSED_ON;
    return faults[atomic_fetch_add(&calls, 1) % (sizeof(faults) / sizeof(faults[0]))];
}

#define FAIL_OR_PASS_ON(result, name, parameters, arguments)                                   \
    result name parameters;                                                                    \
    result name parameters                                                                     \
    {                                                                                          \
        const int fault = next_fault();                                                        \
        if (fault == PASSED_ON)                                                                \
            return ((result(*) parameters)next_of(#name))arguments;                            \
        if (fault == DONE_IN_PART)                                                             \
            return 1;                                                                          \
        errno = fault;                                                                         \
        return -1;                                                                             \
    }

#define WRITE(result, name, parameters, arguments, ...)                                        \
    FAIL_OR_PASS_ON(result, name, parameters, arguments)
#include "../../shim/writes.def"
