/* syscall(2) by number, and what is passed on to libc. */
#ifndef NOSIGPIPE_UNITS_RAW_H
#define NOSIGPIPE_UNITS_RAW_H

#include <stdarg.h>

#include "call_parts.h"

/* With as many arguments as syscall(2) takes: it reads them all, and ASan would tell of those
   that a caller has left out. */
#define CALL(...) syscall(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)

/* What sandbox.c is told of. */
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
bool by_kernel; /* is what libc then answers */

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
