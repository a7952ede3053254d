/*
 * A USDT marker at each event, for bpftrace, perf and gdb: nosigpipe:event with the descriptor,
 * the call's name and the bytes (or parts) that it was asked to write. Where the build host has
 * SystemTap's <sys/sdt.h>; else nothing.
 */
#ifndef NOSIGPIPE_USDT_H
#define NOSIGPIPE_USDT_H

#include "base/libc.h"

#if defined(__has_include)
#if __has_include(<sys/sdt.h>)
#define PROBES 1
#endif
#endif

#ifdef PROBES
/* How many tracers listen: they count themselves in, here in each process (SystemTap wiki,
   "UserSpaceProbeImplementation", semaphores). */
extern unsigned short nosigpipe_event_semaphore;
#endif

/* Whether a tracer listens. Then a broken send raises its signal, so that the guard sees it. */
static inline bool usdt_is_traced(void)
{
#ifdef PROBES
    return nosigpipe_event_semaphore != 0;
#else
    return false;
#endif
}

/* Tells tracers of an event. */
void usdt_event(int fd, const char *call, unsigned long requested);

/* The name of the interposed call whose code a program counter is in, for a tracer where
   call_name_at() has not been prepared; else "syscall". Reads the symbol table of libc, by
   process_vm_readv(2). */
const char *usdt_call_at(uintptr_t program_counter);

#endif
