/* An event: how it is counted and recorded, and its outcome, by the options. */
#include "../../shim/report/event.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../../shim/base/default_action.h"
#include "../../shim/base/seccomp.h"
#include "../../shim/config/options.h"
#include "../../shim/report/record.h"
#include "../../shim/report/usdt.h"
#include "../../shim/signal/guard.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"
#include "apart.h"

bool sandboxed;

/* What has been done, a letter each: default action, abort, stop, record, record with frames,
   summary, probe. */
static char done[32];
static long pipe_size = -EBADF;
static stack_t alternate;
static const char *action;
static uintptr_t first_frame;

static void note(char what)
{
    const size_t size = strlen(done);
    CHECK(size < sizeof(done) - 1);
    done[size] = what;
    done[size + 1] = '\0';
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    const struct stat status = {.st_mode = S_IFREG, .st_ino = 1};
    (void)d, (void)e, (void)f;
    switch (number) {
    case SYS_fcntl:
        CHECK(b == F_GETPIPE_SZ);
        return pipe_size;
    case SYS_getpid:
        return 11;
    case SYS_gettid:
        return 12;
    case SYS_tgkill:
        CHECK(a == 11 && b == 12 && c == SIGSTOP);
        note('s');
        return 0;
    case SYS_sigaltstack:
        CHECK(!a);
        *(stack_t *)b = alternate;
        return 0;
    case SYS_fstat:
        *(struct stat *)b = status;
        return 0;
    case SYS_clock_gettime:
    case SYS_madvise:
    case SYS_write:
        return 0;
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

void take_default_action(void)
{
    note('d');
}

void dump_core(void)
{
    note('a');
}

void record_event(const struct event *event, const struct fd_info *description,
                  const char *name, const struct event_counts *event_counts,
                  const struct frame *start)
{
    CHECK(event->fd < 0 || strcmp(description->kind, "other") == 0);
    CHECK(event_counts->process == counters_events());
    action = name;
    first_frame = start ? start->registers[DWARF_PC] : 0;
    CHECK(!start || start->interrupted);
    note(start ? 'f' : 'r');
}

void record_summary(void)
{
    note('e');
}

#ifdef PROBES
unsigned short nosigpipe_event_semaphore;

void usdt_event(int fd, const char *call, unsigned long requested)
{
    CHECK(fd == 7 && strcmp(call, "write") == 0 && requested == 5);
    note('p');
}
#endif

/* Makes an event, which is counted where there is a log. */
static const char *harmless;
static const char *after(int fd)
{
    static const struct requested requested = {REQUESTED_BYTES, NULL, 5};
    const struct event one = {
        .call = "write", .fd = fd, .requested = requested, .harmless = harmless};
    const unsigned long before = counters_events();
    *done = '\0';
    report_event(&one);
    CHECK(counters_events() == before + (options.log != LOG_OFF));
    return done;
}

static void check_matters(void)
{
    options = (struct options){0};
    CHECK(!event_matters());
    for (unsigned i = 0; i < 5; i++) {
        options = (struct options){0};
        *(i == 0   ? &options.action
          : i == 1 ? &options.stdio
          : i == 4 ? &options.events
          : i == 2 ? &options.storm
                   : &options.log) = 1;
        CHECK(event_matters());
    }
    options = (struct options){.mode = 1, .handlers = 1, .children = 1, .format = 1};
    CHECK(!event_matters());
#ifdef PROBES
    nosigpipe_event_semaphore = 1;
    CHECK(event_matters());
    CHECK(strcmp(after(7), "p") == 0);
    nosigpipe_event_semaphore = 0;
#endif
    CHECK(strcmp(after(7), "") == 0);
}

/* A harmless event is recorded, and has no outcome but EPIPE. */
static void check_harmless(void)
{
    harmless = "handled";
    for (options.action = ACTION_EPIPE; options.action <= ACTION_STOP; options.action++) {
        options.stdio = STDIO_DEFAULT;
        options.storm = 1;
        options.log = LOG_FILE;
        pipe_size = 4096;
        const int fd = options.action % 2 ? 2 : 1;
        CHECK(strcmp(after(fd), "r") == 0 && strcmp(action, "epipe") == 0);
    }
    harmless = NULL;
    pipe_size = -EBADF;
    options = (struct options){0};
}

/* The outcome, without a log and with one: its name in the record, then what is done. */
static void check_outcome(int fd, const char *name, const char *letters)
{
    char recorded[16];
    snprintf(recorded, sizeof(recorded), "r%s", letters);
    options.log = LOG_OFF;
    CHECK(strcmp(after(fd), letters) == 0);
    options.log = LOG_FILE;
    CHECK(strcmp(after(fd), recorded) == 0 && strcmp(action, name) == 0);
}

static void check_outcomes(void)
{
    options = (struct options){0};
    check_outcome(3, "epipe", "");
    options.action = ACTION_DIE;
    check_outcome(3, "die", "d");
    options.action = ACTION_STOP;
    check_outcome(3, "stop", "s");
    options.action = ACTION_CORE;
    check_outcome(3, "core", "a");
    options = (struct options){.storm = 1};
    check_outcome(3, "storm", "d");
    options = (struct options){.storm = 1000};
    check_outcome(3, "epipe", "");
}

/* Only a pipe, and only on descriptor 1 or 2. */
static void check_stdio(void)
{
    options = (struct options){.stdio = STDIO_DEFAULT};
    pipe_size = 65536;
    check_outcome(1, "stdio", "d");
    check_outcome(2, "stdio", "d");
    check_outcome(3, "epipe", "");
    check_outcome(0, "epipe", "");
    check_outcome(-1, "epipe", "");
    pipe_size = -EBADF;
    check_outcome(1, "epipe", "");
    check_outcome(2, "epipe", "");
    options.stdio = STDIO_EPIPE;
    pipe_size = 65536;
    check_outcome(1, "epipe", "");
}

/* From the 11th on, not all events on a descriptor are recorded, unless the outcome is more
   than EPIPE. */
static void check_wanted(void)
{
    options = (struct options){.log = LOG_FILE};
    for (unsigned i = 1; i <= 17; i++)
        CHECK(strcmp(after(20), i <= 10 || i == 16 ? "r" : "") == 0);
    options.action = ACTION_DIE;
    CHECK(strcmp(after(20), "rd") == 0);
}

/* If little is left of an alternate stack, the record is lost; with more, it has no frames. The
   shim counts what is left from further down than here. */
static void check_room(const ucontext_t *context, stack_t *stack)
{
    unsigned count[3] = {0};
    options = (struct options){.log = LOG_FILE, .backtrace = 1, .action = ACTION_DIE};
    for (size_t left = 2000; left < 12000; left++) {
        const struct event one = {.call = "write", .fd = 30, .context = context};
        const unsigned long lost = counters_lost_records();
        *stack =
            (stack_t){.ss_sp = (char *)__builtin_frame_address(0) - left, .ss_size = 65536};
        *done = '\0';
        report_event(&one);
        const unsigned kind = *done == 'd' ? 0 : *done == 'r' ? 1 : 2;
        CHECK(strcmp(done, kind == 0 ? "d" : kind == 1 ? "rd" : "fd") == 0);
        CHECK(counters_lost_records() == lost + (kind == 0));
        CHECK(kind == 2 || count[kind + 1] == 0);
        CHECK(kind < 2 || (context ? first_frame == UC_PC(context) : first_frame != 0));
        count[kind]++;
    }
    CHECK(count[0] && count[1] == 8192 - 4608 && count[2]); /* event.c, altstack_left() */
}

static void check_rooms(void)
{
    ucontext_t context;
    memset(&context, 0x11, sizeof(context));
    check_room(NULL, &alternate);
    check_room(&context, &context.uc_stack);
    /* The alternate stack is not the current one, or there is none. */
    alternate.ss_sp = (char *)__builtin_frame_address(0) - 3000;
    alternate.ss_size = 1000;
    CHECK(strcmp(after(30), "fd") == 0);
    alternate = (stack_t){0};
    CHECK(strcmp(after(30), "fd") == 0);
    /* Frames are not requested, or need system calls that the app may have forbidden. */
    sandboxed = true;
    CHECK(strcmp(after(30), "rd") == 0);
    sandboxed = false;
    options.backtrace = 0;
    CHECK(strcmp(after(30), "rd") == 0);
    /* A record that is not due is not lost. */
    const unsigned long lost = counters_lost_records();
    options.action = ACTION_EPIPE;
    alternate.ss_sp = (char *)__builtin_frame_address(0) - 3000;
    alternate.ss_size = 65536;
    for (unsigned i = 0; i < 20; i++)
        CHECK(strcmp(after(40), "") == 0);
    CHECK(counters_lost_records() == lost + 11);
    alternate = (stack_t){0};
}

/* The summary of an app that has met nothing deadly is not worth a forbidden system call. */
static void check_end_of_harmless(void)
{
    options.log = LOG_FILE;
    harmless = "ignored";
    CHECK(strcmp(after(60), "r") == 0);
    sandboxed = true;
    event_end();
    CHECK(strcmp(done, "r") == 0);
    sandboxed = false;
    event_end();
    CHECK(strcmp(done, "re") == 0);
    sandboxed = true;
    harmless = NULL;
    CHECK(strcmp(after(60), "re") == 0);
    event_end();
    CHECK(strcmp(done, "ree") == 0);
}

int main(void)
{
    apart(check_end_of_harmless);
    check_matters();
    check_outcomes();
    check_stdio();
    check_wanted();
    check_harmless();
    check_rooms();
    options = (struct options){.log = LOG_OFF};
    *done = '\0';
    event_end();
    CHECK(strcmp(done, "") == 0);
    /* From here on each event is followed by a summary. */
    options.log = LOG_FILE;
    event_end();
    CHECK(strcmp(done, "e") == 0 && strcmp(after(50), "re") == 0);
    return 0;
}
