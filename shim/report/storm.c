#include "report/storm.h"

#include <stdatomic.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/strbuf.h"

/* One count for each descriptor modulo the table's size. If two descriptors share a count, it
   begins anew on each change between them: a storm is many events on one descriptor. */
enum { COUNTS = 64, WINDOW_MS = 1000 };
static struct {
    _Atomic(uint64_t)
        window; /* the descriptor in the upper half, the start in ms in the lower */
    atomic_uint events;
} counts[COUNTS];

static uint64_t now_ms(void)
{
    const struct kernel_time now = clock_now(CLOCK_MONOTONIC_COARSE);
    return (uint64_t)now.seconds * 1000 + (unsigned long)now.nanoseconds / 1000000;
}

/* Not inlined, so that an event outside a storm does not need its stack. */
__attribute__((noinline)) static void print_storm(int fd, unsigned limit)
{
    char space[128];
    struct strbuf line = {space, 0, sizeof(space)};
    strbuf_add(&line, "nosigpipe: ");
    strbuf_add_number(&line, limit);
    strbuf_add(&line, " broken writes within a second on descriptor ");
    strbuf_add_number(&line, fd);
    strbuf_add(&line, ": the default action is taken (storm=");
    strbuf_add_number(&line, limit);
    strbuf_add(&line, ")\n");
    write_stderr(&line);
}

bool storm_reaches(int fd, unsigned limit)
{
    const unsigned slot = (unsigned)fd % COUNTS;
    uint64_t window = counts[slot].window; /* read before the clock, so it is never later */
    const uint64_t now = now_ms() & 0xffffffff;
    const bool other = (uint32_t)(window >> 32) != (uint32_t)fd;
    const bool over = ((now - window) & 0xffffffff) >= WINDOW_MS;
    if ((other || over) && atomic_compare_exchange_strong(&counts[slot].window, &window,
                                                          (uint64_t)(uint32_t)fd << 32 | now))
        counts[slot].events = 0;
    if (atomic_fetch_add(&counts[slot].events, 1) + 1 < limit)
        return false;
    print_storm(fd, limit);
    return true;
}
