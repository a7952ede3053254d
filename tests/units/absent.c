/* Options and records in a program without libc: nothing defines the symbols by these names. */
#include <sys/auxv.h>
#define getauxval                     undefined_getauxval
#define program_invocation_short_name undefined_name
#include "../fuzz/kernel.h"

#include "../../shim/config/auxiliary_vector.c" // NOLINT(bugprone-suspicious-include)
#include "../../shim/config/options.c"          // NOLINT(bugprone-suspicious-include)
#include "../../shim/report/record.c"           // NOLINT(bugprone-suspicious-include)

#include <string.h>
#include <sys/stat.h>

#include "../fuzz/check.h"

static char written[4096];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct stat status = {.st_mode = S_IFSOCK};
    (void)a, (void)d, (void)e, (void)f;
    if (number == SYS_fstat)
        *(struct stat *)b = status;
    if (number == SYS_sendto)
        memcpy(written, (const void *)b, (size_t)c);
    return number == SYS_sendto ? c : 0;
}

int main(void)
{
    char variable[] = "NOSIGPIPE_OPTIONS=log=stderr";
    char *environment[] = {variable, NULL};
    const struct event event = {.call = "write", .fd = 3};
    struct event_counts event_counts;
    /* Without AT_SECURE (getauxval(3)) the program may have more rights than its caller. */
    CHECK(options_find(environment, false) == NULL);
    options_read("log=stderr");
    counters_add_event(&event, "pipe", 1, &event_counts);
    record_summary();
    CHECK(strstr(written, " program=\"\" events=1 by_call=write:1 "));
    return 0;
}
