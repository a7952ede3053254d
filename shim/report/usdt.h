/*
 * A USDT probe at each event, for bpftrace, perf and gdb: nosigpipe:event, with the descriptor,
 * the call's name and the number of bytes (or parts) requested. Only if SystemTap's <sys/sdt.h>
 * is there when the shim is built, and not in the resident, which tracers cannot find.
 */
#ifndef NOSIGPIPE_USDT_H
#define NOSIGPIPE_USDT_H

#include "base/libc.h"

#if defined(__has_include)
#if __has_include(<sys/sdt.h>) && !defined(NOSIGPIPE_RESIDENT)
#define PROBES 1
#endif
#endif

#ifdef PROBES
/* The number of tracers that listen, which they count here in each process (SystemTap wiki,
   "UserSpaceProbeImplementation", semaphores). */
extern unsigned short nosigpipe_event_semaphore;
#endif

/* Whether a tracer listens. Then a broken send raises its signal, so that the guard runs. */
static inline bool usdt_is_traced(void)
{
#ifdef PROBES
    return nosigpipe_event_semaphore != 0;
#else
    return false;
#endif
}

/* Hits the probe. */
void usdt_event(int fd, const char *call, unsigned long requested);

/* The name of the interposed call whose code a program counter is in, else "syscall". For a
   tracer, if call_names_remember() has not run. Reads libc's symbol table by safe_read(). */
const char *usdt_call_at(uintptr_t program_counter);

#endif
