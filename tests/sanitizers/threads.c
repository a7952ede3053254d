/* The parts of the shim that threads share, in many threads at once, under TSan, ASan and
   UBSan: counts, storms, records and dispositions. Their results are checked, too. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/base/seccomp.h"
#include "../../shim/config/options.h"
#include "../../shim/report/backtrace.h"
#include "../../shim/report/record.h"
#include "../../shim/report/storm.h"
#include "../../shim/signal/disposition.h"
#include "../fuzz/check.h"

enum { THREADS = 8, EVENTS = 2000, HANDLERS = 8, LIMIT = 1000000, FIRST_TIMES = 100 };
enum { ALL = THREADS * EVENTS, TWICE = 2 * ALL };

/* Replaces other parts of the shim. */
bool sandboxed;

void backtrace_add(struct strbuf *text, const struct frame *start, unsigned most)
{
    (void)text, (void)start, (void)most;
}

/* The handler whose stub this thread ran last; 0: the guard's, or an overridden handler's. */
static _Thread_local uintptr_t ran;

void guard_handler(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info, (void)context;
    ran = 0;
}

void go_forwarding(uintptr_t handler, int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number, (void)info, (void)context;
    ran = handler;
}

void resethand_handler(int number, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    ran = handler_slot(number)->handler;
}

static atomic_ulong records;
static char handlers[HANDLERS];

static uintptr_t run_entry(struct disposition kernel)
{
    ran = 1;
    ((handler_function *)kernel.handler)(SIGPIPE, NULL, NULL);
    return ran;
}

/* Lets all threads use their handlers for the first time at once. */
static pthread_barrier_t ready;

/* Each thread sets an SA_RESETHAND handler of its own, and its stub runs that one. */
static void *try_resethand(void *argument)
{
    const unsigned number = (unsigned)(uintptr_t)argument;
    const int more = number % 2 ? SA_SIGINFO : 0;
    const struct disposition app = {(uintptr_t)&handlers[number], (int)SA_RESETHAND | more, 0};
    pthread_barrier_wait(&ready);
    for (int i = 0; i < 100; i++) {
        const struct disposition kernel = disposition_to_kernel(app);
        CHECK(disposition_to_app(kernel).handler == app.handler);
        CHECK(run_entry(kernel) == app.handler);
    }
    return NULL;
}

/* A query returns what the app has set, whatever other threads set. */
static void try_dispositions(unsigned seed)
{
    static const int flags[] = {0, SA_SIGINFO, SA_RESTART | SA_ONSTACK, (int)SA_RESETHAND,
                                (int)SA_RESETHAND | SA_SIGINFO | SA_NODEFER};
    const struct disposition app = {(uintptr_t)&handlers[seed % HANDLERS], flags[seed % 5],
                                    UINT64_C(1) << seed % 31};
    const struct disposition none = {(uintptr_t)SIG_DFL, flags[seed % 5], 0};
    const struct disposition back = disposition_to_app(disposition_to_kernel(app));
    const struct disposition default_back = disposition_to_app(disposition_to_kernel(none));
    CHECK(back.handler == app.handler && back.flags == app.flags && back.mask == app.mask);
    CHECK(default_back.handler == none.handler && default_back.flags == none.flags);
}

static void *run(void *argument)
{
    static const char *const calls[] = {"write", "send", "writev", "sendmsg"};
    static const char *const kinds[] = {"pipe", "tcp", "unix"};
    const unsigned number = (unsigned)(uintptr_t)argument;
    for (unsigned i = 0; i < EVENTS; i++) {
        const unsigned seed = number * EVENTS + i;
        const struct fd_info description = {.kind = kinds[seed % 3], .inode = seed % 7};
        const struct event event = {.call = calls[seed % 4],
                                    .fd = (int)(seed % 40) - 1,
                                    .requested = {REQUESTED_BYTES, NULL, i}};
        struct event_counts event_counts;
        CHECK(!storm_reaches(event.fd, LIMIT));
        counters_add_event(&event, description.kind, description.inode, &event_counts);
        CHECK(event_counts.process > 0 && event_counts.process <= TWICE &&
              event_counts.descriptor > 0);
        if (i % 16 == 0) {
            record_event(&event, &description, "epipe", &event_counts, NULL);
            records++;
        }
        try_dispositions(seed);
    }
    return NULL;
}

static unsigned long sum_of(bool (*total_at)(unsigned index, struct total *total))
{
    unsigned long sum = 0;
    struct total total;
    for (unsigned i = 0; total_at(i, &total); i++)
        sum += total.events;
    return sum;
}

/* One whole line for each record and for the summary. */
static void check_file(const char *path)
{
    static char line[4096];
    unsigned long lines = 0;
    FILE *const file = fopen(path, "r");
    CHECK(file);
    while (fgets(line, sizeof(line), file)) {
        CHECK(strncmp(line, "{\"time\":\"", 9) == 0 &&
              strcmp(line + strlen(line) - 2, "}\n") == 0);
        lines++;
    }
    fclose(file);
    CHECK(lines == records + 1 && counters_lost_records() == 0);
}

static void run_threads(void *(*start)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, start, (void *)i) == 0);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

/* In processes of their own, since a handler keeps its slot for good. */
static void try_first_resethand(void)
{
    CHECK(pthread_barrier_init(&ready, NULL, THREADS) == 0);
    for (int i = 0; i < FIRST_TIMES; i++) {
        int status;
        const pid_t child = fork();
        if (child == 0) {
            run_threads(try_resethand);
            exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
}

static void try_options(const char *text, const char *path)
{
    char all[LOG_PATH_SIZE + 64];
    snprintf(all, sizeof(all), "log=file:%s,format=json%s", path, text);
    options_read(all);
    run_threads(run);
}

int main(void)
{
    try_first_resethand();
    char path[] = "/tmp/nosigpipe-threads-XXXXXX";
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    try_options("", path);
    CHECK(counters_events() == ALL);
    CHECK(sum_of(counters_by_call) == counters_events() &&
          sum_of(counters_by_kind) == counters_events());
    record_summary();
    check_file(path);
    CHECK(truncate(path, 0) == 0);
    records = 0;
    try_options(",handlers=override", path);
    record_summary();
    check_file(path);
    CHECK(unlink(path) == 0);
    return 0;
}
