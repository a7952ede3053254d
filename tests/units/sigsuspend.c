/* The calls that wait with another mask: the arguments that the next definition gets, and that
   the mask is noted before. */
#include "../../shim/interpose/fallback.h"

#include "../../shim/interpose/sigmask.h"
#include "../../shim/link/next.h"
#include "../fuzz/kernel.h"
#include "seen.h"

struct next next;

int __ppoll_chk(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t polled_size);
int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *mask);

static struct pollfd polled[2];
static fd_set sets[3];
static struct epoll_event events[4];
static pthread_attr_t attributes;
static sigset_t mask;
static const struct timespec timeout = {60, 500};
enum { FD = 3 };

/* How many waits have been noted. Not static: see seen.h. */
int waited;

bool noted;

uintptr_t next_look_up(size_t offset)
{
    return *(uintptr_t *)(void *)((char *)&next + offset);
}

void note_wait(const sigset_t *borrowed)
{
    CHECK(borrowed == &mask);
    waited++;
}

void note_blocked(void)
{
    noted = true;
}

void guard_install(void)
{
}

/* For pause(2), which sigmask.c tests. */
struct guard_window guard_window_begin_wait(void)
{
    return (struct guard_window){false, false};
}

void guard_window_end(struct guard_window guard_window)
{
    (void)guard_window;
}

/* clang-format off */
DEFINITION(int, ppoll, (struct pollfd *fds, nfds_t count, const struct timespec *until, const sigset_t *set), fds, count, until, set, waited, 0)
DEFINITION(int, __ppoll_chk, (struct pollfd *fds, nfds_t count, const struct timespec *until, const sigset_t *set, size_t size), fds, count, until, set, size, waited)
DEFINITION(int, epoll_pwait, (int fd, struct epoll_event *found, int count, int until, const sigset_t *set), fd, found, count, until, set, waited)
DEFINITION(int, epoll_pwait2, (int fd, struct epoll_event *found, int count, const struct timespec *until, const sigset_t *set), fd, found, count, until, set, waited)
DEFINITION(int, pthread_attr_setsigmask_np, (pthread_attr_t *thread, const sigset_t *set), thread, set, 0, 0, 0, 0)
DEFINITION(int, pselect, (int count, fd_set *in, fd_set *out, fd_set *except, const struct timespec *until, const sigset_t *set), count, in, out, except, until, set)
/* clang-format on */

/* The kernel writes the remaining time into the timeout, so it must get a copy. */
static long timeout_at = -1;

long fuzz_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    long arguments[6] = {a, b, c, d, e, f};
    CHECK(waited == 0);
    if (timeout_at >= 0 && arguments[timeout_at]) {
        struct timespec *const left = (struct timespec *)arguments[timeout_at];
        CHECK(left != &timeout && left->tv_sec == 60 && left->tv_nsec == 500);
        left->tv_sec = 1;
        arguments[timeout_at] = 1;
    }
    if (number == SYS_pselect6) {
        const uintptr_t *const set = (const uintptr_t *)f;
        CHECK(set[1] == KERNEL_SIGSET_SIZE);
        arguments[5] = (long)set[0];
    }
    note("", number, arguments);
    return next_answer;
}

static void begin(long answer)
{
    next_answer = answer;
    waited = 0;
}

/* Checks a call with a definition, which gets `by_next` once the mask is noted, and without. */
#define WAITS(name, arguments, by_next, number, by_kernel)                                     \
    begin(7);                                                                                  \
    next.name = next_##name;                                                                   \
    CHECK(name arguments == 7 && was_called(#name, 0, by_next) && waited == 1);                \
    begin(-EINTR);                                                                             \
    next.name = NULL;                                                                          \
    errno = 0;                                                                                 \
    CHECK(name arguments == -1 && errno == EINTR && was_called("", number, by_kernel));        \
    CHECK(timeout.tv_sec == 60)

static void waits(void)
{
    timeout_at = 2;
    WAITS(ppoll, (polled, 2, &timeout, &mask), SIX(polled, 2, &timeout, &mask, 1, 0), SYS_ppoll,
          SIX(polled, 2, 1, &mask, KERNEL_SIGSET_SIZE, 0));
    WAITS(ppoll, (polled, 2, NULL, &mask), SIX(polled, 2, NULL, &mask, 1, 0), SYS_ppoll,
          SIX(polled, 2, NULL, &mask, KERNEL_SIGSET_SIZE, 0));
    WAITS(__ppoll_chk, (polled, 2, &timeout, &mask, sizeof(polled)),
          SIX(polled, 2, &timeout, &mask, sizeof(polled), 1), SYS_ppoll,
          SIX(polled, 2, 1, &mask, KERNEL_SIGSET_SIZE, 0));
    timeout_at = 4;
    WAITS(pselect, (FD, &sets[0], &sets[1], &sets[2], &timeout, &mask),
          SIX(FD, &sets[0], &sets[1], &sets[2], &timeout, &mask), SYS_pselect6,
          SIX(FD, &sets[0], &sets[1], &sets[2], 1, &mask));
    WAITS(pselect, (FD, &sets[0], &sets[1], &sets[2], NULL, &mask),
          SIX(FD, &sets[0], &sets[1], &sets[2], NULL, &mask), SYS_pselect6,
          SIX(FD, &sets[0], &sets[1], &sets[2], NULL, &mask));
    timeout_at = -1;
    WAITS(epoll_pwait, (FD, events, 4, 60, &mask), SIX(FD, events, 4, 60, &mask, 1),
          SYS_epoll_pwait, SIX(FD, events, 4, 60, &mask, KERNEL_SIGSET_SIZE));
    /* epoll_pwait2(2) leaves the timeout as it is. */
    WAITS(epoll_pwait2, (FD, events, 4, &timeout, &mask),
          SIX(FD, events, 4, &timeout, &mask, 1), SYS_epoll_pwait2,
          SIX(FD, events, 4, &timeout, &mask, KERNEL_SIGSET_SIZE));
}

static void for_later(void)
{
    begin(EINVAL);
    next.pthread_attr_setsigmask_np = next_pthread_attr_setsigmask_np;
    CHECK(pthread_attr_setsigmask_np(&attributes, &mask) == EINVAL && noted);
    CHECK(was_called("pthread_attr_setsigmask_np", 0, SIX(&attributes, &mask, 0, 0, 0, 0)));
    noted = false;
    CHECK(pthread_attr_setsigmask_np(&attributes, NULL) == EINVAL && !noted);
    CHECK(was_called("pthread_attr_setsigmask_np", 0, SIX(&attributes, NULL, 0, 0, 0, 0)));
    next.pthread_attr_setsigmask_np = NULL;
    CHECK(pthread_attr_setsigmask_np(&attributes, NULL) == ENOSYS && !noted);
}

int main(void)
{
    waits();
    for_later();
    return 0;
}
