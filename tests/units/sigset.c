/* SIGPIPE in signal sets, against libc's functions for sets. */
#include "../../shim/base/sigset.h"

#include <string.h>

#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return -number;
}

/* All signals but those that libc reserves. */
static void try_signals(void)
{
    unsigned known = 0;
    for (int number = -1; number < 70; number++) {
        sigset_t set = {0}; /* glibc's sigemptyset clears only the first signals */
        sigset_t same;
        sigemptyset(&set);
        if (sigaddset(&set, number) != 0) {
            CHECK((number > 0 && number <= 64) || signal_bit(number) == 0);
            continue;
        }
        known++;
        CHECK(signal_bit(number) != 0 && first_signals(&set) == signal_bit(number));
        CHECK(has_sigpipe(&set) == (number == SIGPIPE));
        memset(&same, 0x55, sizeof(same));
        set_first_signals(&same, signal_bit(number));
        CHECK(memcmp(&same, &set, sizeof(set)) == 0);
    }
    CHECK(known >= 60 && signal_bit(SIGPIPE) == sigpipe_bit && !has_sigpipe(NULL));
}

/* The rest of the set is unchanged. */
static void try_sigpipe(sigset_t start)
{
    sigset_t set = start;
    sigset_t expected = start;
    set_sigpipe(&set, true);
    sigaddset(&expected, SIGPIPE);
    CHECK(memcmp(&set, &expected, sizeof(set)) == 0 && has_sigpipe(&set));
    set_sigpipe(&set, false);
    sigdelset(&expected, SIGPIPE);
    CHECK(memcmp(&set, &expected, sizeof(set)) == 0 && !has_sigpipe(&set));
    change_first_signals(&set, first_signals(&start));
    CHECK(memcmp(&set, &start, sizeof(set)) == 0);
}

int main(void)
{
    sigset_t all;
    try_signals();
    try_sigpipe((sigset_t){0});
    memset(&all, 0xff, sizeof(all));
    try_sigpipe(all);
    return 0;
}
