/* Requests of ptrace(2), and what a stop is. */
#ifndef NOSIGPIPE_ATTACH_TRACE_H
#define NOSIGPIPE_ATTACH_TRACE_H

#include "attach/attach.h"

#include <linux/ptrace.h>
#include <sys/wait.h>

static inline long trace(long request, pid_t id, uintptr_t address, uintptr_t data)
{
    return SYSCALL(SYS_ptrace, request, id, address, data);
}

static inline bool is_event_stop(long status)
{
    return status >> 16 == PTRACE_EVENT_STOP;
}

static inline bool is_syscall_stop(long status)
{
    return WSTOPSIG(status) == (SIGTRAP | 0x80);
}

/* The signal to go on with: a stop because a signal is about to be delivered ends so that it is
   (ptrace(2), "Signal-delivery-stop"). */
static inline uintptr_t signal_of(long status)
{
    return status >> 16 == 0 && !is_syscall_stop(status) ? (uintptr_t)WSTOPSIG(status) : 0;
}

#endif
