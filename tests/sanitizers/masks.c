/* mode=mask in many threads at once, under TSan, ASan and UBSan: masks, pending signals, and
   new threads. System calls are answered here. The compiler's command line renames the shim's
   pthread_create, which then calls the sanitizer's. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../../shim/base/sigset.h"
#include "../../shim/base/syscall.h"
#include "../../shim/config/options.h"
#include "../../shim/link/next.h"
#include "../../shim/report/event.h"
#include "../../shim/signal/guard.h"
#include "../../shim/signal/hidden_mask.h"
#include "../fuzz/check.h"
#include "../fuzz/kernel.h"
#include "../units/own_process.h"

enum { THREADS = 8, ROUNDS = 300 };

/* Replaces other parts of the shim. */
struct next next;
struct next_own next_own;
struct options options;
static atomic_ulong events;

uintptr_t next_look_up(size_t offset)
{
    return ((uintptr_t *)&next)[offset / sizeof(uintptr_t)];
}

bool event_matters(void)
{
    return true;
}

void report_event(const struct event *event)
{
    (void)event;
    events++;
}

void interrupted_syscall_read(struct event *event, const ucontext_t *context)
{
    (void)event, (void)context;
}

bool follows_syscall(const ucontext_t *context)
{
    (void)context;
    return true;
}

uintptr_t syscall_site(const ucontext_t *context)
{
    (void)context;
    return 0;
}

/* The kernel's state of each thread: the mask, and whether a broken write's signal pends. */
static _Thread_local struct {
    uint64_t mask;
    bool pends;
} thread;

static long change_mask(long how, const uint64_t *set, uint64_t *old)
{
    if (old)
        *old = thread.mask;
    if (set && how == SIG_BLOCK)
        thread.mask |= *set;
    else if (set)
        thread.mask = how == SIG_UNBLOCK ? thread.mask & ~*set : *set;
    CHECK((thread.mask & sigpipe_bit) || !thread.pends); /* no signal is unblocked */
    return 0;
}

static long take_signal(siginfo_t *info)
{
    if (!thread.pends)
        return -EAGAIN;
    thread.pends = false;
    *info = (siginfo_t){.si_signo = SIGPIPE, .si_code = SI_USER};
    info->si_pid = PROCESS;
    return SIGPIPE;
}

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    (void)d, (void)e, (void)f;
    switch (number) {
    case SYS_rt_sigaction: /* SIG_DFL, as at the start */
        return 0;
    case SYS_rt_sigprocmask:
        return change_mask(a, (const void *)b, (void *)c);
    case SYS_rt_sigtimedwait:
        return take_signal((siginfo_t *)b);
    default:
        abort();
    }
}

/* libc's pthread_create; a new thread gets a copy of its creator's mask. */
static __typeof__(pthread_create) *create;

struct start {
    void *(*run)(void *);
    void *argument;
    uint64_t mask;
};

static void *begin(void *data)
{
    const struct start start = *(struct start *)data;
    free(data);
    thread.mask = start.mask;
    return start.run(start.argument);
}

static int make(pthread_t *made, const pthread_attr_t *attributes, void *(*run)(void *),
                void *argument)
{
    struct start *const start = malloc(sizeof(*start));
    CHECK(start);
    *start = (struct start){run, argument, thread.mask};
    return create(made, attributes, begin, start);
}

static char hidden_in_maker[2];

static void *look(void *argument)
{
    CHECK(hidden_mask_hides() == (argument == &hidden_in_maker[1]));
    CHECK(thread.mask & sigpipe_bit);
    return argument;
}

static void change(int how, bool *hides)
{
    sigset_t set;
    sigset_t old;
    set_first_signals(&set, sigpipe_bit);
    CHECK(sigprocmask(how, &set, &old) == 0 && has_sigpipe(&old) == !*hides);
    *hides = how == SIG_UNBLOCK;
}

static void *run(void *data)
{
    pthread_t made;
    void *argument;
    bool hides = true;
    (void)data;
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(hidden_mask_hides() == hides);
        thread.pends = hides;
        if (i % 3 == 0)
            CHECK(hidden_mask_drain() == hides);
        change(i % 2 ? SIG_UNBLOCK : SIG_BLOCK, &hides);
        CHECK(pthread_create(&made, NULL, look, &hidden_in_maker[hides]) == 0);
        CHECK(pthread_join(made, &argument) == 0 && argument == &hidden_in_maker[hides]);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    create = (__typeof__(create))(uintptr_t)dlsym(RTLD_DEFAULT, "pthread_create");
    CHECK(create);
    options.mode = MODE_MASK;
    guard_install();
    guard_begin_suppression();
    hidden_mask_start();
    guard_note_blocked(); /* for good, in this thread or in any other */
    next.pthread_create = make;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, run, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(events > 0);
    return 0;
}
