/* What the units of records share: an event, and a kernel that takes its record. */
#ifndef RECORDED_H
#define RECORDED_H

#include "../../shim/report/record.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../shim/base/clock.h"
#include "../../shim/config/options.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

extern char *program_invocation_short_name;

static struct kernel_time clock_time;
static char thread_name[16];
static char written[8192];
static size_t written_size;

static long take(const void *bytes, size_t size)
{
    CHECK(size < sizeof(written));
    memcpy(written, bytes, size);
    written[size] = '\0';
    written_size = size;
    return (long)size;
}

/* Takes each record, by a socket on descriptor 2 or by one made for the record. */
long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct stat status = {.st_mode = S_IFSOCK};
    (void)d, (void)e, (void)f;
    switch (number) {
    case SYS_prctl:
        CHECK(a == PR_GET_NAME);
        memcpy((void *)b, thread_name, sizeof(thread_name));
        return 0;
    case SYS_clock_gettime:
        CHECK(a == CLOCK_REALTIME);
        memcpy((void *)b, &clock_time, sizeof(clock_time));
        return 0;
    case SYS_getpid:
        return 123;
    case SYS_gettid:
        return 456;
    case SYS_fstat:
        memcpy((void *)b, &status, sizeof(status));
        return 0;
    case SYS_sendto:
        return take((const void *)b, (size_t)c);
    case SYS_socket:
        return 5;
    case SYS_close:
    case SYS_madvise:
        return 0;
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

static struct fd_info description = {.kind = "pipe"};
static struct event_counts event_counts;
static struct event one = {.call = "write", .fd = 7, .requested = {REQUESTED_BYTES, NULL, 5}};

static void write_event(void)
{
    written_size = 0;
    record_event(&one, &description, "epipe", &event_counts, NULL);
    CHECK(written_size);
}

#endif
