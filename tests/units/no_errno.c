/* Answers of a write looked at where nobody has libc's errno: under another name there is none.
 */
#include <errno.h>
#define __errno_location nobodys_errno
/* As <errno.h> declares it: gcov counts a call of another kind as a branch of its own. */
int *nobodys_errno(void) __attribute__((nothrow, leaf, const));
#include "../fuzz/kernel.h"

#include "../../shim/interpose/observed_writes.c" // NOLINT(bugprone-suspicious-include): see above
#include "../../shim/interpose/rwf_nosignal.c" // NOLINT(bugprone-suspicious-include): see above

#include "../fuzz/check.h"

struct next next;
struct options options;
bool guard_quiet;
int guard_send_flag;
bool guard_may_be_blocked;
__thread unsigned signals_sets;
#ifdef PROBES
unsigned short nosigpipe_event_semaphore;
#endif

static unsigned asked;
static unsigned events;

bool event_matters(void)
{
    return options.log != LOG_OFF;
}

void event(const struct event *event)
{
    (void)event;
    events++;
}

unsigned guard_runs(void)
{
    return 0;
}

void guard_forget_runs(unsigned before)
{
    CHECK(before == 0);
}

void noted_choose(void)
{
}

bool thread_mask_drain(void)
{
    asked++;
    return true;
}

bool thread_mask_hides(void)
{
    asked++;
    return true;
}

long kernel_action_swap(int signal_number, const struct kernel_action *set,
                        struct kernel_action *old)
{
    (void)signal_number, (void)set;
    *old = (struct kernel_action){0};
    asked++;
    return 0;
}

struct disposition disposition_to_host(struct disposition kernel)
{
    return kernel;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)number, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    asked++;
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
    asked++;
    return fd;
}

int main(void)
{
    guard_quiet = true;
    next.write = next_write;
    next.pwritev2 = next_pwritev2;
    options.mode = MODE_FLAGS;
    routes_choose();
    CHECK(next.write == next_write && next.pwritev2 == next_pwritev2);
    for (options.mode = MODE_IGNORE; options.mode <= MODE_MASK; options.mode++) {
        next.write = next_write;
        options.log = LOG_STDERR;
        routes_choose();
        CHECK(next.write != next_write && next.write(-1, "x", 1) == -1);
    }
    CHECK(asked == 0 && events == 0);
    return 0;
}
