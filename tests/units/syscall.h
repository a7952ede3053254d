/* syscall(2), and what is passed on to libc. */
#ifndef NOSIGPIPE_UNITS_SYSCALL_H
#define NOSIGPIPE_UNITS_SYSCALL_H

#include <stdarg.h>

#include "call_parts.h"

/* With six arguments at least: syscall(2) reads as many, and ASan would report missing ones. */
#define CALL(...) syscall(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)

/* Replaces prctl.c. */
unsigned sandboxes;
unsigned long option_noted;

void sandbox_begin(void)
{
    sandboxes++;
}

void sandbox_note_prctl(unsigned long option)
{
    option_noted = option;
}

long number_called;
long given[6];
bool guard_stood;
bool by_kernel; /* libc's call returns the kernel's result */

static inline long note(long number, ...)
{
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(list, long);
    va_end(list);
    number_called = number;
    guard_stood = kernel.action.handler != (uintptr_t)SIG_IGN;
    return by_kernel ? answer_call(number, given) : 4711;
}

static inline bool passed(long number, long first, long second, long third)
{
    const bool as_is =
        number_called == number && given[0] == first && given[1] == second && given[2] == third;
    number_called = -1;
    return as_is;
}

#endif
