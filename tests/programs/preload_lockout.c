// A preload that lets no program start, as long as it does not come from LD_PRELOAD: it passes
// every trial, and locks out whoever puts it into /etc/ld.so.preload.

#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void refuse(void)
{
    if (!getenv("LD_PRELOAD"))
        _exit(99);
}
