/*
 * A USDT marker at each event, for bpftrace, perf and gdb: nosigpipe:event with the descriptor,
 * the call's name and the bytes (or parts) that it was asked to write. A single nop, where the
 * build host has SystemTap's <sys/sdt.h>; else nothing.
 */
#ifndef NOSIGPIPE_PROBE_H
#define NOSIGPIPE_PROBE_H

#if defined(__has_include)
#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#endif
#endif

/* Tells tracers of an event. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* the header's macros are variadic in GNU's way   \
                                             */
static inline void probe_event(int fd, const char *call, unsigned long asked)
{
#ifdef DTRACE_PROBE3
    DTRACE_PROBE3(nosigpipe, event, fd, call, asked);
#else
    (void)fd;
    (void)call;
    (void)asked;
#endif
}
#pragma GCC diagnostic pop

#endif
