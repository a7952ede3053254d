/* The counts of a process, by call, by kind and by descriptor; and those of a storm. */
#include "../fuzz/kernel.h"

#include "../../shim/report/counters.c" // NOLINT(bugprone-suspicious-include)

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/base/clock.h"
#include "../../shim/report/storm.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"

static int64_t now_ms;
static bool breaks_in; /* a storm on descriptor 90, while the clock is read */
static unsigned wipes;
static void *wiped;
static size_t wiped_size;
static bool before_wipes; /* Linux before 4.14 */
static char said[256];

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)d, (void)e, (void)f;
    switch (number) {
    case SYS_madvise:
        CHECK(c == MADV_WIPEONFORK && a % 4096 == 0 && b % 4096 == 0);
        /* Checks that the wiped pages contain all counts, and nothing else. */
        CHECK((uintptr_t)a >= (uintptr_t)&counts && (uintptr_t)a <= (uintptr_t)&counts.by_call);
        CHECK((uintptr_t)(a + b) >= (uintptr_t)&counts.after);
        CHECK((uintptr_t)(a + b) <= (uintptr_t)(&counts + 1));
        wipes++;
        wiped = (void *)a;
        wiped_size = (size_t)b;
        return before_wipes ? -EINVAL : madvise(wiped, wiped_size, (int)c);
    case SYS_clock_gettime:
        CHECK(a == CLOCK_MONOTONIC_COARSE);
        if (breaks_in) {
            breaks_in = false;
            now_ms++;
            CHECK(!storm_reaches(90, 3) && !storm_reaches(90, 3));
            now_ms--;
        }
        *(struct kernel_time *)b = (struct kernel_time){now_ms / 1000, now_ms % 1000 * 1000000};
        return 0;
    case SYS_write:
        CHECK(a == 2 && (size_t)c < sizeof(said));
        memcpy(said, (const void *)b, (size_t)c);
        said[c] = '\0';
        return c;
    default:
        fprintf(stderr, "system call %ld was not expected\n", number);
        abort();
    }
}

static struct event_counts count(const char *call, int fd, const char *kind, uint64_t inode)
{
    const struct event event = {.call = call, .fd = fd};
    struct event_counts event_counts;
    counters_add_event(&event, kind, inode, &event_counts);
    return event_counts;
}

/* Which of many events on one descriptor are recorded: report/counters.h. */
static void check_wanted(void)
{
    for (unsigned long number = 1; number < 5000; number++) {
        const struct event_counts event_counts = count("write", 3, "pipe", 1);
        bool wanted = number <= 10;
        for (unsigned long power = 16; power <= number; power *= 2)
            wanted = wanted || number == power;
        CHECK(event_counts.process == number && event_counts.descriptor == number);
        CHECK(event_counts.should_record == wanted);
    }
}

/* If a descriptor becomes another file, its count begins anew, even if only the upper or the
   lower half of the inode number differs; so it does if two descriptors share a count. */
static void check_descriptors(void)
{
    const unsigned long before = counters_events();
    CHECK(count("write", 4, "pipe", 1).descriptor == 1);
    CHECK(count("write", 4, "pipe", 1).descriptor == 2);
    CHECK(count("write", 5, "pipe", 1).descriptor == 1);
    CHECK(count("write", 4, "pipe", 1).descriptor == 3);
    CHECK(count("write", 4, "pipe", 2).descriptor == 1);
    CHECK(count("write", 4, "pipe", 2).descriptor == 2);
    CHECK(count("write", 4 + 1024, "pipe", 2).descriptor == 1);
    CHECK(count("write", 4, "pipe", 2).descriptor == 1);
    for (int fd = 100; fd < 1100; fd++)
        CHECK(count("write", fd, "pipe", 7).descriptor == 1);
    for (int fd = 100; fd < 1100; fd++)
        CHECK(count("write", fd, "pipe", 7).descriptor == 2);
    CHECK(count("unknown", -1, "unknown", 0).descriptor == 1);
    CHECK(count("unknown", -1, "unknown", 0).descriptor == 2);
    CHECK(counters_events() == before + 2010);
}

static unsigned long total(bool (*by)(unsigned, struct total *), const char *name)
{
    struct total total;
    for (unsigned i = 0; by(i, &total); i++) {
        if (strcmp(total.name, name) == 0)
            return total.events;
    }
    return 0;
}

/* Equal names have one total, even as different constants. There is space for 24 names. */
static void check_names(void)
{
    static char names[40][8];
    char copy[] = "write";
    struct total none;
    const unsigned long writes = total(counters_by_call, "write");
    CHECK(writes == 4999 + 2008 && total(counters_by_kind, "pipe") == writes);
    CHECK(total(counters_by_call, "unknown") == 2 && total(counters_by_kind, "unknown") == 2);
    count(copy, 3, "pipe", 1);
    count("send", 3, "tcp", 1);
    CHECK(total(counters_by_call, "write") == writes + 1 &&
          total(counters_by_call, "send") == 1);
    CHECK(total(counters_by_kind, "tcp") == 1 && total(counters_by_kind, "tcp6") == 0);
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof(names[i]), "call%d", i);
        count(names[i], 3, "pipe", 1);
    }
    CHECK(total(counters_by_call, "call0") == 1 && total(counters_by_call, "call20") == 1);
    CHECK(total(counters_by_call, "call21") == 0 && !counters_by_call(24, &none));
    CHECK(!counters_by_kind(3, &none) && counters_by_kind(2, &none));
    CHECK(counters_lost_records() == 0);
    counters_add_lost();
    CHECK(counters_lost_records() == 1);
}

/* A child that is not made by libc's fork() is known to be another process, even if nothing has
   been counted. */
static void check_process(void)
{
    counters_note_process(4711);
    const pid_t child = fork();
    if (child == 0) {
        CHECK(counters_noted_process() == 0);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0 &&
          counters_noted_process() == 4711);
}

/* A child has none of its parent's counts: madvise(2), MADV_WIPEONFORK. */
static void check_child(void)
{
    struct total none;
    const pid_t child = fork();
    if (child == 0) {
        CHECK(counters_events() == 0 && counters_lost_records() == 0);
        CHECK(!counters_by_call(0, &none) && !counters_by_kind(0, &none));
        const struct event_counts event_counts = count("send", 3, "pipe", 1);
        CHECK(event_counts.process == 1 && event_counts.descriptor == 1 &&
              total(counters_by_call, "send") == 1);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(wipes == 1 && counters_events() > 7000);
}

/* The same where the kernel does not know MADV_WIPEONFORK. */
static void check_child_of_old_kernel(void)
{
    const unsigned long before = counters_events();
    counters_forked();
    CHECK(counters_events() == before);
    CHECK(madvise(wiped, wiped_size, MADV_KEEPONFORK) == 0);
    before_wipes = true;
    cleared_by = NOBODY;
    count("send", 3, "pipe", 1);
    CHECK(wipes == 2 && cleared_by == SHIM);
    const pid_t child = fork();
    if (child == 0) {
        CHECK(counters_events() == before + 1);
        counters_forked();
        CHECK(counters_events() == 0 && counters_noted_process() == 0);
        CHECK(counts.by_descriptor[3] == 0);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(wipes == 2 && counters_events() == before + 1);
    before_wipes = false;
    cleared_by = KERNEL;
}

/* The event that is number 3 within a second, from the first one of that second on. */
static void check_storms(void)
{
    static const int64_t starts[] = {0, 1, 500, 999, 4294967295, 4294966796, 8589934592};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        const int fd = 100 + (int)i;
        now_ms = starts[i];
        CHECK(!storm_reaches(fd, 3) && !storm_reaches(fd, 3));
        now_ms += 999;
        CHECK(storm_reaches(fd, 3) && storm_reaches(fd, 3));
        now_ms += 1;
        CHECK(!storm_reaches(fd, 3) && !storm_reaches(fd, 3));
        now_ms += 1000;
        CHECK(!storm_reaches(fd, 3) && !storm_reaches(fd, 3) && storm_reaches(fd, 3));
    }
    /* A window that another thread began while this one read the clock is kept, although it is
       later. */
    now_ms = 50000;
    breaks_in = true;
    CHECK(storm_reaches(90, 3));
    now_ms = 100000;
    said[0] = '\0';
    CHECK(storm_reaches(-1, 1));
    CHECK(strcmp(said,
                 "nosigpipe: 1 broken writes within a second on descriptor -1: the default "
                 "action is taken (storm=1)\n") == 0);
    /* Other descriptors have their own counts, unless they share one, which then begins anew.
     */
    said[0] = '\0';
    for (int fd = 300; fd < 364; fd++)
        CHECK(!storm_reaches(fd, 2));
    CHECK(!storm_reaches(364, 2) && !storm_reaches(300, 2) && !said[0]);
    for (int fd = 300; fd < 364; fd++)
        CHECK(storm_reaches(fd, 2));
}

/* With several threads no event is lost, and of a storm only some when its window begins. */
enum { THREADS = 4, EVENTS = 400000, ALL = THREADS * EVENTS };
static pthread_barrier_t together;
static void *hammer(void *unused)
{
    pthread_barrier_wait(&together);
    for (int i = 0; i < EVENTS; i++) {
        count("write", 900, "pipe", 1);
        storm_reaches(i < EVENTS / 2 ? 900 + i % 2 * 64 : 1000, 1 << 30);
    }
    return unused;
}

static void check_threads(void)
{
    pthread_t threads[THREADS];
    const unsigned long before = counters_events();
    CHECK(pthread_barrier_init(&together, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, hammer, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(counters_events() == before + ALL);
    CHECK(count("write", 900, "pipe", 1).descriptor == ALL + 1);
    CHECK(!storm_reaches(1000, ALL / 2 + 2));
    CHECK(storm_reaches(1000, ALL / 2 + 2 - THREADS));
}

int main(void)
{
    check_process();
    check_wanted();
    check_descriptors();
    check_names();
    check_child();
    check_child_of_old_kernel();
    check_storms();
    check_threads();
    return 0;
}
