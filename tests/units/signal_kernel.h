/*
 * The kernel of a unit, as far as SIGPIPE goes: a process of one thread, with the disposition,
 * the mask and the pending signals as signal(7), sigaction(2) and sigprocmask(2) have them. A
 * signal that takes the default action is counted, and the process goes on.
 */
#ifndef SIGNAL_KERNEL_H
#define SIGNAL_KERNEL_H

#include <errno.h>
#include <string.h>

#include "../../shim/base/kernel_sigaction.h"
#include "../../shim/base/sigset.h"
#include "../../shim/signal/disposition.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"
#include "own_process.h"

enum { GROUP = 90, OTHER = 7, USER = 33 };

/* Not static: libc's headers declare many functions as "leaf", so compilers assume that no
   static variable of this file changes in them, and here some do. */
struct {
    struct kernel_sigaction action;
    uint64_t mask;
    siginfo_t pending[2]; /* the thread's own and the process's; si_signo 0: none */
    unsigned deaths;
    unsigned calls;
    pid_t parent;
    ucontext_t context; /* the registers that a handler gets */
    /* Answers a call instead of the kernel, or lets another thread act before it. */
    bool (*instead)(long number, const long *arguments, long *answer);
} kernel;

static inline bool is_blocked(void)
{
    return kernel.mask & sigpipe_bit;
}

static inline bool pends_in(int place)
{
    return kernel.pending[place].si_signo != 0;
}

static inline bool take_pending(siginfo_t *info)
{
    for (int i = 0; i < 2; i++) {
        if (kernel.pending[i].si_signo) {
            *info = kernel.pending[i];
            kernel.pending[i].si_signo = 0;
            return true;
        }
    }
    return false;
}

static inline void deliver(siginfo_t *info)
{
    const struct kernel_sigaction action = kernel.action;
    const uint64_t mask = kernel.mask;
    if (action.handler == (uintptr_t)SIG_DFL)
        kernel.deaths++;
    if (action.handler == (uintptr_t)SIG_DFL || action.handler == (uintptr_t)SIG_IGN)
        return;
    if (action.flags & SA_RESETHAND)
        kernel.action.handler = (uintptr_t)SIG_DFL;
    kernel.mask |= action.mask | (action.flags & SA_NODEFER ? 0 : sigpipe_bit);
    if (action.flags & SA_SIGINFO)
        ((handler_function *)action.handler)(SIGPIPE, info, &kernel.context);
    else
        ((sighandler_t)action.handler)(SIGPIPE);
    kernel.mask = mask;
}

static inline void let_through(void)
{
    siginfo_t info;
    while (!is_blocked() && take_pending(&info))
        deliver(&info);
}

/* A standard signal does not queue, and an ignored one is pending only if it is blocked. */
static inline void queue_signal(int place, siginfo_t info)
{
    if (pends_in(place) || (!is_blocked() && kernel.action.handler == (uintptr_t)SIG_IGN))
        return;
    kernel.pending[place] = info;
    let_through();
}

static inline void send_signal_of(int code, pid_t from)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_code = code};
    info.si_pid = from ? from : PROCESS;
    queue_signal(code == SI_USER && from != 0, info);
}

/* A broken write's signal is for the thread (fs/pipe.c: send_sig to current). */
static inline void break_write(void)
{
    send_signal_of(SI_USER, 0);
}

static inline long swap_action(const struct kernel_sigaction *set, struct kernel_sigaction *old)
{
    const struct kernel_sigaction was = kernel.action;
    if (set)
        kernel.action = *set;
    if (old)
        *old = was;
    if (set && set->handler == (uintptr_t)SIG_IGN)
        kernel.pending[0].si_signo = kernel.pending[1].si_signo = 0;
    return 0;
}

/* sigprocmask(2) on sets as words. */
static inline uint64_t changed_mask(uint64_t mask, long how, uint64_t set)
{
    return how == SIG_BLOCK ? mask | set : how == SIG_UNBLOCK ? mask & ~set : set;
}

/* The sets may be unaligned. */
static inline long change_kernel_set(long how, const void *set, void *old)
{
    const uint64_t was = kernel.mask;
    const uint64_t never = signal_bit(SIGKILL) | signal_bit(SIGSTOP);
    uint64_t given = 0;
    if (set && how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK)
        return -EINVAL;
    if (set) {
        memcpy(&given, set, sizeof(given));
        kernel.mask = changed_mask(was, how, given) & ~never;
    }
    if (old)
        memcpy(old, &was, sizeof(was));
    let_through();
    return 0;
}

/* rt_sigtimedwait(2) with a zero time. */
static inline long wait_for_signal(const uint64_t *set, siginfo_t *info)
{
    siginfo_t taken;
    if (!(*set & sigpipe_bit) || !take_pending(&taken))
        return -EAGAIN;
    if (info)
        *info = taken;
    return SIGPIPE;
}

static inline long suspend_with(const uint64_t *set)
{
    const uint64_t mask = kernel.mask;
    kernel.mask = *set;
    let_through();
    kernel.mask = mask;
    return -EINTR;
}

/* A siginfo with SI_USER is allowed only to this process; rt_sigqueueinfo(2),
   pidfd_send_signal(2). Its first thread makes the calls. */
static inline long queue_given(bool to_self, const siginfo_t *info)
{
    if (!to_self && info->si_code >= 0)
        return -EPERM;
    if (to_self)
        queue_signal(1, *info);
    return 0;
}

/* tgkill(2), tkill(2); signal 0 only checks whether the thread is there. */
static inline long send_to_thread(long thread, long signal_number)
{
    if (thread == PROCESS && signal_number == SIGPIPE)
        send_signal_of(SI_TKILL, PROCESS);
    return thread == PROCESS ? 0 : -ESRCH;
}

static inline long answer_call(long number, const long *a)
{
    switch (number) {
    case SYS_rt_sigaction:
        CHECK(a[3] == 8);
        return a[0] == SIGPIPE ? swap_action((const void *)a[1], (void *)a[2]) : -EINVAL;
    case SYS_rt_sigprocmask:
        CHECK(a[3] == 8);
        return change_kernel_set(a[0], (const void *)a[1], (void *)a[2]);
    case SYS_rt_sigpending:
        CHECK(a[1] == 8);
        *(uint64_t *)a[0] = is_blocked() && (pends_in(0) || pends_in(1)) ? sigpipe_bit : 0;
        return 0;
    case SYS_rt_sigtimedwait:
        CHECK(a[3] == 8);
        return wait_for_signal((const void *)a[0], (void *)a[1]);
    case SYS_rt_sigsuspend:
        CHECK(a[1] == 8);
        return suspend_with((const void *)a[0]);
    case SYS_getpid:
    case SYS_gettid:
        return PROCESS;
    case SYS_getppid:
        return kernel.parent;
    case SYS_getpgid:
        CHECK(a[0] == 0);
        return GROUP;
    case SYS_sched_yield:
        return 0;
    case SYS_kill:
        if (a[1] == SIGPIPE && (a[0] == PROCESS || a[0] == 0 || a[0] == -GROUP))
            send_signal_of(SI_USER, PROCESS);
        return a[0] == -1 ? -EPERM : 0;
    case SYS_tgkill:
        CHECK(a[0] == PROCESS);
        return send_to_thread(a[1], a[2]);
    case SYS_tkill:
        return send_to_thread(a[0], a[1]);
    case SYS_rt_sigqueueinfo:
        CHECK(a[1] == SIGPIPE);
        return queue_given(a[0] == PROCESS, (const void *)a[2]);
    case SYS_getuid:
        return USER;
    default:
        fprintf(stderr, "system call %ld\n", number);
        abort();
    }
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const long arguments[6] = {a, b, c, d, e, f};
    long answer;
    kernel.calls++;
    if (kernel.instead && kernel.instead(number, arguments, &answer))
        return answer;
    return answer_call(number, arguments);
}

/* A process at its start, before the shim starts. */
static inline void start_process(void)
{
    memset(&kernel, 0, sizeof(kernel));
}

#endif
