/*
 * What absent.c says, without stdio, and the calls that it makes.
 */
#ifndef ABSENT_H
#define ABSENT_H

#include "../../shim/base/libc.h"
#include "../../shim/base/syscall.h"

#define CALL(result, name, parameters, arguments)                                              \
    extern __attribute__((weak)) result name parameters;
#include "../../shim/calls.def"

static volatile sig_atomic_t handled;

static inline void say(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    SYSCALL(SYS_write, 1, text, size);
}

static inline void say_number(const char *call, long number)
{
    char digits[24];
    char *digit = digits + sizeof(digits) - 1;
    unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
    *digit = '\0';
    do {
        *--digit = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        *--digit = '-';
    say(call);
    say(" ");
    say(digit);
    say("\n");
}

#define SAY(call) say_number(#call, (long)(call))

/* What libc alone can do: the answer must be one that says so. */
#ifdef ORACLE
#define REFUSED(name, failure)
#else
#define REFUSED(name, failure)                                                                 \
    say((failure) ? "alone: " name " refused\n" : "alone: " name " not refused\n")
#endif

static inline void on_signal(int signal_number)
{
    (void)signal_number;
    handled++;
}

static inline const char *name_of(sighandler_t handler)
{
    if (handler == on_signal)
        return "on_signal";
    if (handler == SIG_HOLD)
        return "SIG_HOLD";
    return handler == SIG_DFL ? "SIG_DFL" : handler == SIG_IGN ? "SIG_IGN" : "SIG_ERR";
}

static inline void say_handler(const char *call, sighandler_t handler)
{
    say(call);
    say(" ");
    say(name_of(handler));
    say("\n");
}

#define SAY_HANDLER(call) say_handler(#call, call)

static inline void say_disposition(int signal_number)
{
    struct sigaction now;
    sigaction(signal_number, NULL, &now);
    say_handler("  now", now.sa_handler);
    say_number("  mask", (long)now.sa_mask.__val[0]);
    say_number("  flags", now.sa_flags & (SA_RESTART | SA_NODEFER | (int)SA_RESETHAND |
                                          SA_SIGINFO | SA_ONSTACK));
}

#endif
