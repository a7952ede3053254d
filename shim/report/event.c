#include "report/event.h"

#include <fcntl.h>
#include <string.h>

#include "base/default_action.h"
#include "base/seccomp.h"
#include "base/syscall.h"
#include "config/options.h"
#include "report/counters.h"
#include "report/fd_info.h"
#include "report/record.h"
#include "report/storm.h"
#include "report/usdt.h"
#include "unwind/unwind.h"

bool event_matters(void)
{
    return options.action != ACTION_EPIPE || options.stdio != STDIO_EPIPE ||
           options.storm != 0 || options.log != LOG_OFF || options.events == EVENTS_ALL ||
           usdt_is_traced();
}

/* What is done on an event: the values of `action`, then the outcomes of other options. */
enum outcome {
    OUTCOME_EPIPE,
    OUTCOME_DIE,
    OUTCOME_CORE,
    OUTCOME_STOP,
    OUTCOME_STDIO,
    OUTCOME_SUCCESS,
    OUTCOME_STORM
};
static const char outcome_names[][8] = {"epipe", "die",     "core", "stop",
                                        "stdio", "success", "storm"};
_Static_assert((int)OUTCOME_STOP == ACTION_STOP, "the first outcomes are the actions");

/* What `stdio` makes of it, or OUTCOME_EPIPE. Pipes alone are meant, and F_GETPIPE_SZ fails on
   all else (fcntl(2)). A failure that ends in success has to be that of the output itself. */
static enum outcome decide_stdio(int fd)
{
    const bool success = options.stdio == STDIO_SUCCESS;
    const bool meant = fd == STDOUT_FILENO || (fd == STDERR_FILENO && !success);
    if (options.stdio == STDIO_EPIPE || !meant || SYSCALL(SYS_fcntl, fd, F_GETPIPE_SZ) <= 0)
        return OUTCOME_EPIPE;
    return success ? OUTCOME_SUCCESS : OUTCOME_STDIO;
}

static enum outcome decide(const struct event *event)
{
    const int fd = event->fd;
    if (event->harmless)
        return OUTCOME_EPIPE;
    const enum outcome outcome = decide_stdio(fd);
    if (outcome != OUTCOME_EPIPE)
        return outcome;
    if (options.storm && storm_reaches(fd, options.storm))
        return OUTCOME_STORM;
    return (enum outcome)options.action;
}

static void apply_outcome(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_EPIPE:
        return;
    case OUTCOME_CORE:
        dump_core();
        return;
    case OUTCOME_STOP:
        /* Sent to this thread. Sent to the process, another thread might take the signal, and
           this one would go on meanwhile. */
        SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), SIGSTOP);
        return;
    case OUTCOME_SUCCESS:
        /* Like SIGPIPE, it runs no handler of atexit(3) and flushes no stream. */
        SYSCALL(SYS_exit_group, 0);
        return;
    default:
        take_default_action();
    }
}

/* Whether event_end() has run. libc flushes its streams after that (exit(3)). */
static bool ended;

/* The most bytes of stack that a record, and one with a backtrace, need. */
enum { RECORD_STACK = 4608, BACKTRACE_STACK = 8192 };

/* The bytes left of an alternate signal stack, or SIZE_MAX on another stack, which is taken for
   large enough. An alternate stack may be just large enough for the app's handlers (SIGSTKSZ
   was 8 KiB, of which the signal frame takes 3 with AVX-512), and the memory below is the
   app's. */
static size_t altstack_left(const ucontext_t *context)
{
    stack_t alternate = {0};
    if (context)
        alternate = context->uc_stack;
    else
        SYSCALL(SYS_sigaltstack, NULL, &alternate);
    const uintptr_t left = (uintptr_t)__builtin_frame_address(0) - (uintptr_t)alternate.ss_sp;
    return left < alternate.ss_size ? left : SIZE_MAX;
}

static bool should_record(const struct event_counts *event_counts, enum outcome outcome)
{
    return event_counts->should_record || outcome != OUTCOME_EPIPE;
}

__attribute__((noinline)) static void lose_record(const struct event *event,
                                                  enum outcome outcome)
{
    struct event_counts event_counts;
    counters_add_event(event, "unknown", 0, &event_counts);
    if (should_record(&event_counts, outcome))
        counters_add_lost();
}

__attribute__((noinline)) static void
write_record(const struct event *event, enum outcome outcome, const struct frame *start)
{
    struct fd_info info;
    struct event_counts event_counts;
    fd_info_get(event->fd, &info);
    counters_add_event(event, info.kind, info.inode, &event_counts);
    if (!should_record(&event_counts, outcome))
        return;
    record_event(event, &info, outcome_names[outcome], &event_counts, start);
    if (ended)
        record_summary();
}

/* The backtrace begins in this function: those below have no .eh_frame (Makefile, UNWOUND). */
__attribute__((noinline)) static void write_with_frames(const struct event *event,
                                                        enum outcome outcome)
{
    struct frame start = {.interrupted = true};
    if (event->context)
        registers_interrupted(start.registers, event->context);
    else
        registers_here(start.registers);
    write_record(event, outcome, &start);
}

static void log_event(const struct event *event, enum outcome outcome)
{
    const size_t left = altstack_left(event->context);
    if (left < RECORD_STACK)
        lose_record(event, outcome);
    else if (left < BACKTRACE_STACK || !options.backtrace || sandboxed)
        write_record(event, outcome, NULL);
    else
        write_with_frames(event, outcome);
}

void report_event(const struct event *event)
{
    const enum outcome outcome = decide(event);
    if (usdt_is_traced())
        usdt_event(event->fd, event->call, event->requested.count);
    if (options.log != LOG_OFF)
        log_event(event, outcome);
    apply_outcome(outcome);
}

static bool had_deadly_event(void)
{
    struct total total;
    for (unsigned i = 0; counters_by_disposition(i, &total); i++) {
        if (strcmp(total.name, "default") == 0)
            return true;
    }
    return false;
}

/* The filter of a sandbox may end the app for the summary, so that it is only written where the
   app would have ended before. */
void event_end(void)
{
    ended = true;
    if (options.log != LOG_OFF && (!sandboxed || had_deadly_event()))
        record_summary();
}
