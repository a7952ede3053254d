#include "helper/helper.h"

/* close_range(2) is of Linux 5.9. */
static void close_from_to(unsigned first, unsigned last)
{
    if (first > last || SYSCALL(SYS_close_range, first, last, 0) == 0)
        return;
    for (unsigned fd = first; fd <= last && fd < 65536; fd++)
        SYSCALL(SYS_close, fd);
}

void close_others(const int *kept, unsigned count)
{
    unsigned from = 0;
    for (;;) {
        unsigned next = ~0U;
        for (unsigned i = 0; i < count; i++) {
            if (kept[i] >= 0 && (unsigned)kept[i] >= from && (unsigned)kept[i] < next)
                next = (unsigned)kept[i];
        }
        if (next == ~0U)
            break;
        if (next > from)
            close_from_to(from, next - 1);
        from = next + 1;
    }
    close_from_to(from, ~0U);
}
