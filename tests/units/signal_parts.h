/*
 * The parts of the shim that a unit about signals replaces: the process's id, the interrupted
 * call, and events.
 */
#ifndef SIGNAL_PARTS_H
#define SIGNAL_PARTS_H

#include <sys/wait.h>

#include "../../shim/config/options.h"
#include "../../shim/link/next.h"
#include "../../shim/report/event.h"
#include "../../shim/report/interrupted_syscall.h"
#include "../../shim/signal/guard.h"
#include "signal_kernel.h"

bool matters;
unsigned events;
struct event last;
uint64_t last_mask;          /* of the thread during the event */
void (*before_answer)(void); /* what another thread does before event_matters() returns */

bool event_matters(void)
{
    if (before_answer)
        before_answer();
    return matters;
}

void report_event(const struct event *event)
{
    events++;
    last = *event;
    last_mask = kernel.mask;
}

void interrupted_syscall_read(struct event *event, const ucontext_t *context)
{
    CHECK(event->fd == -1 && strcmp(event->call, "unknown") == 0 && event->context == context);
    event->call = "raw";
    event->fd = 3;
    event->written = 1;
}

/* Whether a system call was made, and where; and where libc is. */
bool is_behind_call;
uintptr_t call_site;
struct next_own next_own;

uintptr_t syscall_site(const ucontext_t *context)
{
    CHECK(context == &kernel.context && is_behind_call);
    return call_site;
}

bool follows_syscall(const ucontext_t *context)
{
    CHECK(context == &kernel.context);
    return is_behind_call;
}

static inline siginfo_t info_of(int code, int error, pid_t from)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_errno = error, .si_code = code};
    info.si_pid = from;
    return info;
}

/* The registers after a system call that returned `status`, or elsewhere. */
static inline void interrupt(bool behind_call, long status, long argument2)
{
    is_behind_call = behind_call;
    memset(&kernel.context, 0, sizeof(kernel.context));
#if defined(__x86_64__)
    greg_t *const registers = kernel.context.uc_mcontext.gregs;
    registers[REG_RIP] = 0x1000;
    registers[REG_RCX] = behind_call ? 0x1000 : 0x1001;
    registers[REG_RAX] = status;
    registers[REG_RSI] = argument2;
    registers[REG_RSP] = 0x2000;
#else
    (void)behind_call, (void)status, (void)argument2;
#endif
}

static inline bool guard_stands(void)
{
    const struct disposition now = kernel_sigaction_disposition(&kernel.action);
    return disposition_is_at_start(disposition_to_app(now)) &&
           now.handler != (uintptr_t)SIG_DFL && now.handler != (uintptr_t)SIG_IGN;
}

static inline void install(void)
{
    start_process();
    guard_install();
    CHECK(guard_stands() && app_kept_default && !sigpipe_may_be_blocked && kernel.calls == 2);
    CHECK(!may_suppress_signal && guard_send_flag == 0);
}

/* Whether the process has taken the default action since the last call of this; the guard must
   still be installed. */
static inline bool died(void)
{
    const unsigned deaths = kernel.deaths;
    kernel.deaths = 0;
    CHECK(guard_stands() && kernel.mask == 0);
    return deaths != 0;
}

/* A process for each test, since guard_install acts once in a process. */
static inline void in_child(void (*test)(void))
{
    int status;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        test();
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

#endif
