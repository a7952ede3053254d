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

#ifdef DTRACE_PROBE3
#define PROBE_EVENT(fd, call, asked) DTRACE_PROBE3(nosigpipe, event, fd, call, asked)
#else
#define PROBE_EVENT(fd, call, asked) ((void)0)
#endif

#endif
