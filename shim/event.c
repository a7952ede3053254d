#include "event.h"

#include <fcntl.h>

#include "describe.h"
#include "guard.h"
#include "kernel_action.h"
#include "options.h"
#include "probe.h"
#include "record.h"
#include "storm.h"
#include "tally.h"

bool event_matters(void)
{
    return options.action != ACTION_EPIPE || options.stdio != STDIO_EPIPE ||
           options.storm != 0 || options.log != LOG_OFF || probe_is_wanted();
}

/* The rule of stdio=default is for pipes alone; F_GETPIPE_SZ fails on all else (fcntl(2)). */
static bool is_standard_pipe(int fd)
{
    return (fd == STDOUT_FILENO || fd == STDERR_FILENO) && RAW(SYS_fcntl, fd, F_GETPIPE_SZ) > 0;
}

/* What is done at an event: the values of `action`, and what the other options make of it. */
enum deed { DEED_EPIPE, DEED_DIE, DEED_CORE, DEED_STOP, DEED_STDIO, DEED_STORM };
static const char *const deed_names[] = {"epipe", "die", "core", "stop", "stdio", "storm"};
_Static_assert((int)DEED_STOP == ACTION_STOP, "the first deeds are the actions");

static enum deed decide(int fd)
{
    if (options.stdio == STDIO_DEFAULT && is_standard_pipe(fd))
        return DEED_STDIO;
    if (options.storm && storm_reaches(fd, options.storm))
        return DEED_STORM;
    return (enum deed)options.action;
}

/* SIGABRT as abort(3) leaves it, at its default and unblocked, raised in this very place. */
static void dump_core(void)
{
    static const uint64_t sigabrt_bit = UINT64_C(1) << (SIGABRT - 1);
    const struct kernel_action deadly = {.handler = (uintptr_t)SIG_DFL};
    kernel_action_swap(SIGABRT, &deadly, NULL);
    RAW(SYS_rt_sigprocmask, SIG_UNBLOCK, &sigabrt_bit, NULL, KERNEL_SIGSET_SIZE);
    RAW(SYS_tgkill, RAW(SYS_getpid), RAW(SYS_gettid), SIGABRT);
}

static void act(enum deed deed)
{
    switch (deed) {
    case DEED_EPIPE:
        return;
    case DEED_CORE:
        dump_core();
        return;
    case DEED_STOP:
        /* To the thread: of a process any thread might take it, while this one went on. */
        RAW(SYS_tgkill, RAW(SYS_getpid), RAW(SYS_gettid), SIGSTOP);
        return;
    default:
        guard_take_default_action();
    }
}

/* Whether the process is at its normal end. libc flushes its streams after that (exit(3)). */
static bool ended;

static void write_record(const struct event *event, enum deed deed)
{
    struct description description;
    struct tally tally;
    describe(event->fd, &description);
    tally_event(event, &description, &tally);
    if (!tally.wanted && deed == DEED_EPIPE)
        return;
    record_event(event, &description, deed_names[deed], &tally);
    if (ended)
        record_summary();
}

void event(const struct event *event)
{
    const enum deed deed = decide(event->fd);
    if (probe_is_wanted())
        probe_event(event->fd, event->call, event->asked.count);
    if (options.log != LOG_OFF)
        write_record(event, deed);
    act(deed);
}

void event_end(void)
{
    ended = true;
    if (options.log != LOG_OFF)
        record_summary();
}
