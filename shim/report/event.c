#include "report/event.h"

#include <fcntl.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "config/options.h"
#include "report/counters.h"
#include "report/fd_info.h"
#include "report/record.h"
#include "report/storm.h"
#include "report/usdt.h"
#include "signal/guard.h"
#include "unwind/unwind.h"

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
static const char deed_names[][8] = {"epipe", "die", "core", "stop", "stdio", "storm"};
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

/* What a record, and one with a backtrace, take from the stack at most. */
enum { RECORD_ROOM = 4608, BACKTRACE_ROOM = 8192 };

/* How much is left of an alternate signal stack, which may be just large enough for a handler
   of the host's (SIGSTKSZ was 8 KiB, of which AVX-512 takes 3 for the signal frame), and below
   which there is memory of the host's. A stack of any other kind is large enough. */
static size_t room_left(const ucontext_t *context)
{
    stack_t alternate = {0};
    if (context)
        alternate = context->uc_stack;
    else
        RAW(SYS_sigaltstack, NULL, &alternate);
    const uintptr_t left = (uintptr_t)__builtin_frame_address(0) - (uintptr_t)alternate.ss_sp;
    return left < alternate.ss_size ? left : SIZE_MAX;
}

static bool is_wanted(const struct tally *tally, enum deed deed)
{
    return tally->wanted || deed != DEED_EPIPE;
}

__attribute__((noinline)) static void lose_record(const struct event *event, enum deed deed)
{
    struct tally tally;
    tally_event(event, "unknown", 0, &tally);
    if (is_wanted(&tally, deed))
        tally_lost();
}

__attribute__((noinline)) static void write_record(const struct event *event, enum deed deed,
                                                   const struct frame *start)
{
    struct description description;
    struct tally tally;
    describe(event->fd, &description);
    tally_event(event, description.kind, description.inode, &tally);
    if (!is_wanted(&tally, deed))
        return;
    record_event(event, &description, deed_names[deed], &tally, start);
    if (ended)
        record_summary();
}

/* The frames begin here, since of the rest there is no table for unwinding (Makefile, LEAVES).
 */
__attribute__((noinline)) static void write_with_frames(const struct event *event,
                                                        enum deed deed)
{
    struct frame start = {.interrupted = true};
    if (event->context)
        registers_interrupted(start.registers, event->context);
    else
        registers_here(start.registers);
    write_record(event, deed, &start);
}

static void account(const struct event *event, enum deed deed)
{
    const size_t room = room_left(event->context);
    if (room < RECORD_ROOM)
        lose_record(event, deed);
    else if (room < BACKTRACE_ROOM || !options.backtrace || sandboxed)
        write_record(event, deed, NULL);
    else
        write_with_frames(event, deed);
}

void event(const struct event *event)
{
    const enum deed deed = decide(event->fd);
    if (probe_is_wanted())
        probe_event(event->fd, event->call, event->asked.count);
    if (options.log != LOG_OFF)
        account(event, deed);
    act(deed);
}

void event_end(void)
{
    ended = true;
    if (options.log != LOG_OFF)
        record_summary();
}
