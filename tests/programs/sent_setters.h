/* Every name under which a disposition can be set. */
#ifndef SENT_SETTERS_H
#define SENT_SETTERS_H

#include <signal.h>
#include <sys/syscall.h>

#include "broken.h"
#include "named.h"

/* glibc keeps sigvec(3) for old programs alone and its headers do not have it. */
struct old_sigvec {
    void (*handler)(int);
    int mask;
    int flags;
};
/* Its declaration is marked as deprecated. */
typedef int siginterrupt_call(int, int);

typedef int sigvec_call(int, const struct old_sigvec *, struct old_sigvec *);

static inline void set_by_signal_call(const char *name, sighandler_t handler)
{
    must(NAMED(name, signal)(SIGPIPE, handler) != SIG_ERR, name);
}

static inline void set_by_sigaction_call(const char *name, sighandler_t handler)
{
    const struct sigaction action = {.sa_handler = handler};
    must(NAMED(name, sigaction)(SIGPIPE, &action, NULL) == 0, name);
}

static inline void set_by_sigvec(const char *name, sighandler_t handler)
{
    const struct old_sigvec vector = {.handler = handler};
    must(((sigvec_call *)named(name))(SIGPIPE, &vector, NULL) == 0, name);
}

static inline void set_and_siginterrupt(const char *name, sighandler_t handler)
{
    static int interrupt;
    set_by_signal_call("signal", handler);
    interrupt = !interrupt;
    must(((siginterrupt_call *)named(name))(SIGPIPE, interrupt) == 0, name);
}

/* The kernel's own struct (rt_sigaction(2)), with what libc lets a handler return to. */
struct raw_action {
    sighandler_t handler;
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

static inline void set_by_number(const char *name, sighandler_t handler)
{
    struct raw_action action;
    struct raw_action now;
    const struct sigaction model = {.sa_handler = SIG_IGN};
    sigaction(SIGUSR2, &model, NULL);
    must(syscall(SYS_rt_sigaction, SIGUSR2, NULL, &action, 8) == 0, name);
    action.handler = handler;
    must(syscall(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8) == 0, name);
    must(syscall(SYS_rt_sigaction, SIGPIPE, NULL, &now, 8) == 0, name);
    must(now.handler == handler && now.restorer == action.restorer, "what was set is reported");
}

static const struct setter {
    const char *name;
    void (*set)(const char *name, sighandler_t handler);
} setters[] = {
    {"signal", set_by_signal_call},
    {"bsd_signal", set_by_signal_call},
    {"ssignal", set_by_signal_call},
    {"sysv_signal", set_by_signal_call},
    {"__sysv_signal", set_by_signal_call},
    {"sigset", set_by_signal_call},
    {"sigaction", set_by_sigaction_call},
    {"__sigaction", set_by_sigaction_call},
    {"__libc_sigaction", set_by_sigaction_call},
    {"sigvec", set_by_sigvec},
    {"siginterrupt", set_and_siginterrupt},
    {"syscall", set_by_number},
};
enum { SETTERS = sizeof(setters) / sizeof(setters[0]) };

#endif
