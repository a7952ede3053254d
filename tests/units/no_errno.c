/* Observed writes without libc's errno: nothing defines the symbol by this name. */
#include <errno.h>
#define __errno_location undefined_errno
/* As <errno.h> declares it: gcov counts a call of a function declared otherwise as a branch. */
int *undefined_errno(void) __attribute__((nothrow, leaf, const));
#include "../fuzz/kernel.h"

#include "../../shim/interpose/observed_writes.c" // NOLINT(bugprone-suspicious-include): see above
#include "../../shim/interpose/rwf_nosignal.c" // NOLINT(bugprone-suspicious-include): see above

#include "../fuzz/check.h"

struct next next;
struct options options;
bool app_kept_default;
bool may_suppress_signal;
bool sandboxed;
int guard_send_flag;
bool sigpipe_may_be_blocked;
__thread struct sigpipe_counts sigpipe_counts;
#ifdef PROBES
unsigned short nosigpipe_event_semaphore;
#endif

static unsigned queries;
static unsigned events;

bool event_matters(void)
{
    return options.log != LOG_OFF;
}

void report_undisturbed(const struct event *event)
{
    (void)event;
    events++;
}

void noted_writes_install(void)
{
}

bool hidden_mask_drain(void)
{
    queries++;
    return true;
}

bool hidden_mask_hides(void)
{
    queries++;
    return true;
}

long rt_sigaction(int signal_number, const struct kernel_sigaction *set,
                  struct kernel_sigaction *old)
{
    (void)signal_number, (void)set;
    *old = (struct kernel_sigaction){0};
    queries++;
    return 0;
}

bool disposition_is_overridden(struct disposition kernel)
{
    (void)kernel;
    return false;
}

bool sigpipe_is_blocked(void)
{
    queries++;
    return false;
}

struct disposition disposition_to_app(struct disposition kernel)
{
    return kernel;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    queries++;
    return 0;
}

static ssize_t next_write(int fd, const void *data, size_t size)
{
    (void)data, (void)size;
    return fd;
}

static ssize_t next_pwritev2(int fd, const struct iovec *parts, int count, off_t offset,
                             int flags)
{
    (void)parts, (void)count, (void)offset, (void)flags;
    queries++;
    return fd;
}

int main(void)
{
    may_suppress_signal = true;
    next.write = next_write;
    next.pwritev2 = next_pwritev2;
    options.mode = MODE_FLAGS;
    observed_writes_install();
    CHECK(next.write == next_write && next.pwritev2 == next_pwritev2);
    for (options.mode = MODE_IGNORE; options.mode <= MODE_MASK; options.mode++) {
        next.write = next_write;
        options.log = LOG_STDERR;
        observed_writes_install();
        CHECK(next.write != next_write && next.write(-1, "x", 1) == -1);
    }
    CHECK(queries == 0 && events == 0);
    return 0;
}
