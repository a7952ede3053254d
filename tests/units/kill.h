/* SIGPIPEs that the app sends itself, with libc's calls answered here. */
#ifndef NOSIGPIPE_UNITS_KILL_H
#define NOSIGPIPE_UNITS_KILL_H

#include "../../shim/interpose/kill.h"

#include "call_parts.h"

int answer;
bool guard_stood;
int to;
int sent;

static inline bool is_ignored(void)
{
    return kernel.action.handler == (uintptr_t)SIG_IGN;
}

static inline int note(int target, int signal_number)
{
    guard_stood = !is_ignored();
    to = target;
    sent = signal_number;
    return answer;
}

/* The siginfo of kill(2), with the mark. */
static inline bool is_marked(const siginfo_t *info)
{
    return info->si_signo == SIGPIPE && info->si_code == SI_USER &&
           info->si_errno == SELF_KILL_MARK && info->si_pid == PROCESS && info->si_uid == USER;
}

/* The kernel refuses one system call with this error. */
long refused;
long refusal;

static inline bool refuse(long number, const long *arguments, long *answer_to)
{
    (void)arguments;
    *answer_to = refusal;
    return number == refused;
}

#endif
