/* Processes that make calls, with libc behind the shim or without it. */
#ifndef CALL_PARTS_H
#define CALL_PARTS_H

#include "../../shim/link/next.h"
#include "../../shim/signal/guard_window.h"
#include "../../shim/signal/hidden_mask.h"
#include "signal_parts.h"

/* libc's definitions, if `has_next` is set. */
struct next next;
static bool has_next;

uintptr_t next_look_up(size_t offset)
{
    return has_next ? ((uintptr_t *)&next)[offset / sizeof(uintptr_t)] : 0;
}

static inline void start_blocking(unsigned mode, uint64_t mask)
{
    start_process();
    kernel.mask = mask;
    options.mode = mode;
    guard_install();
    guard_begin_suppression(); /* at the start, or in mode=catch at the first socket */
    if (mode == MODE_MASK)
        hidden_mask_start();
    if (mode == MODE_IGNORE)
        guard_ignore_instead();
}

static inline void start(unsigned mode)
{
    start_blocking(mode, 0);
}

#endif
