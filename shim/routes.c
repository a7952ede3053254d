#include "routes.h"

#include <errno.h>

#include "distances.h"
#include "event.h"
#include "guard.h"
#include "kernel_action.h"
#include "next.h"
#include "options.h"
#include "quiet_writes.h"
#include "sigpipe.h"
#include "syscalls.h"
#include "thread_mask.h"

/* What `next` had before it was routed. */
static struct next real;

OPTIONAL int *__errno_location(void);

static bool is_broken(long result)
{
    if (result != -1 || !__errno_location)
        return false;
    return *__errno_location() == EPIPE;
}

/* Where it is, the signal pends, and the guard tells of it when it arrives. */
static bool is_blocked(void)
{
    uint64_t mask = 0;
    return !guard_quiet &&
           RAW(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, KERNEL_SIGSET_SIZE) == 0 &&
           (mask & sigpipe_bit);
}

/* mode=ignore: whether the kernel has swallowed the signal for the default's sake. The guard
   may stand in by now (stand_in.h), or may have done so in that moment: then it has told. */
static bool was_ignored(void)
{
    struct kernel_action now;
    return !inside_signalled() && kernel_action_swap(SIGPIPE, NULL, &now) == 0 &&
           disposition_to_host(kernel_action_disposition(&now)).handler == (uintptr_t)SIG_DFL &&
           !is_blocked();
}

/* A call on its way. `taken` is the count below as it began, and `quiet` says that the call
   itself asks for no signal. */
struct passage {
    struct inside inner;
    struct inside outer;
    unsigned taken;
    bool quiet;
};

/* mode=mask: how many calls of this thread have taken a signal. The call of a handler that
   breaks in takes it for all the writes which the thread is in the midst of. */
static __thread unsigned taken __attribute__((tls_model("initial-exec")));

static bool was_masked(const struct passage *passage)
{
    return thread_mask_drain() || (passage->taken != taken && thread_mask_hides());
}

/* Whether a signal was raised that the guard has not told of and will not tell of. */
static bool is_untold(const struct passage *passage)
{
    if (options.mode == MODE_IGNORE)
        return was_ignored();
    return options.mode == MODE_MASK && was_masked(passage);
}

/* Tells the guard what the call is. Not inlined: it returns to the interposer's code. */
static __attribute__((noinline)) void enter(struct passage *passage, const char *call, int fd,
                                            enum asked_form form, const void *data,
                                            size_t count)
{
    passage->inner.call = call;
    passage->inner.fd = fd;
    passage->inner.signalled = false;
    passage->inner.asked = (struct asked){form, data, count};
    passage->inner.code = (uintptr_t)__builtin_return_address(0);
    passage->taken = taken;
    inside_enter(&passage->inner, &passage->outer);
}

/* Passes an answer on, after a look at it. If a signal was raised and the guard got it, the
   guard has told of the event. */
static long leave(const struct passage *passage, long answer)
{
    const struct inside *const inner = &passage->inner;
    const bool broken = is_broken(answer);
    const bool untold = broken && !passage->quiet && is_untold(passage);
    inside_leave(&passage->outer);
    if (untold || (broken && passage->quiet)) {
        taken += untold;
        event(&(struct event){.call = inner->call, .fd = inner->fd, .asked = inner->asked});
    }
    return answer;
}

#define ROUTED(result, name, parameters, arguments, descriptor, form, data, count)             \
    static MEASURED result routed_##name parameters                                            \
    {                                                                                          \
        struct passage passage;                                                                \
        passage.quiet = false;                                                                 \
        inside_note_place(&passage.inner);                                                     \
        enter(&passage, #name, descriptor, form, data, (size_t)(count));                       \
        return (result)leave(&passage, real.name arguments);                                   \
    }

/* A send is asked to be quiet while that can make no difference to the host (guard.h). Where
   the host asks for it itself, there is no event. */
#define ROUTED_QUIETLY(result, name, parameters, arguments, form, data, count)                 \
    static MEASURED result routed_##name parameters                                            \
    {                                                                                          \
        struct passage passage;                                                                \
        if (flags & MSG_NOSIGNAL)                                                              \
            return real.name arguments;                                                        \
        passage.quiet = guard_quiet;                                                           \
        flags |= passage.quiet ? MSG_NOSIGNAL : 0;                                             \
        inside_note_place(&passage.inner);                                                     \
        enter(&passage, #name, fd, form, data, (size_t)(count));                               \
        return (result)leave(&passage, real.name arguments);                                   \
    }

#define ROUTED_WRITE(result, name, parameters, arguments)                                      \
    ROUTED(result, name, parameters, arguments, fd, ASKED_BYTES, NULL, size)
#define ROUTED_VECTOR(result, name, parameters, arguments)                                     \
    ROUTED(result, name, parameters, arguments, fd, ASKED_PARTS, parts, count)
#define ROUTED_OUTPUT(result, name, parameters, arguments)                                     \
    ROUTED(result, name, parameters, arguments, out, ASKED_BYTES, NULL, size)
#define ROUTED_SEND(result, name, parameters, arguments)                                       \
    ROUTED_QUIETLY(result, name, parameters, arguments, ASKED_BYTES, NULL, size)
#define ROUTED_MESSAGE(result, name, parameters, arguments)                                    \
    ROUTED_QUIETLY(result, name, parameters, arguments, ASKED_MESSAGE, message, 1)
#define ROUTED_MESSAGES(result, name, parameters, arguments)                                   \
    ROUTED_QUIETLY(result, name, parameters, arguments, ASKED_MESSAGES, messages, count)
#define ROUTED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    ROUTED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

/* clang-format off */
#define ROUTE_WRITE(way, name) DISTANCE(way##calls, way##name)
#define ROUTE_VECTOR(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_OUTPUT(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_SEND(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_MESSAGE(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_MESSAGES(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_OTHER(way, name)

DISTANCES(routed_calls)
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(routed_, name)
#include "calls.def"
#undef CALL
DISTANCES_END;
/* clang-format on */

/* mode=mask where an event matters to nobody: all that there is to do is to take the signal. A
   failure is the one thing looked for, since a call that succeeds should cost next to nothing.
   On a 32-bit CPU, where code is larger, they are not worth the room. */
#if __SIZEOF_LONG__ == 8
static __attribute__((noinline, cold)) int drain_after_failure(void)
{
    if (is_broken(-1))
        thread_mask_drain();
    return -1;
}

#define DRAINED(prefix, result, name, parameters, arguments)                                   \
    static MEASURED result prefix##name parameters                                             \
    {                                                                                          \
        const result answer = real.name arguments;                                             \
        return answer == -1 ? drain_after_failure() : answer;                                  \
    }
/* There is nothing to take from a quiet send. Two functions, so that it is a mere jump. */
#define DRAINED_LOUDLY(result, name, parameters, arguments)                                    \
    __attribute__((noinline))                                                                  \
    DRAINED(loud_, result, name, parameters,                                                   \
            arguments) static MEASURED result drained_##name parameters                        \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments : loud_##name arguments;             \
    }
#define DRAINED_WRITE(...)    DRAINED(drained_, __VA_ARGS__)
#define DRAINED_VECTOR(...)   DRAINED(drained_, __VA_ARGS__)
#define DRAINED_OUTPUT(...)   DRAINED(drained_, __VA_ARGS__)
#define DRAINED_SEND(...)     DRAINED_LOUDLY(__VA_ARGS__)
#define DRAINED_MESSAGE(...)  DRAINED_LOUDLY(__VA_ARGS__)
#define DRAINED_MESSAGES(...) DRAINED_LOUDLY(__VA_ARGS__)
#define DRAINED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    DRAINED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

/* clang-format off */
DISTANCES(drained_calls)
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(drained_, name)
#include "calls.def"
#undef CALL
DISTANCES_END;
/* clang-format on */
#else
#define drained_calls routed_calls
#endif

/* The write family are the first of the table. */
enum { CALLS = offsetof(struct next, sigaction) / sizeof(void *) };

static void route(const int32_t *calls)
{
    uintptr_t *const slots = (uintptr_t *)(void *)&next;
    for (unsigned i = 0; i < CALLS; i++) {
        if (slots[i])
            slots[i] = distances_function(calls, i);
    }
}

void routes_choose(void)
{
    const bool matters = event_matters();
    if (options.mode == MODE_MASK || matters)
        real = next;
    if (matters) {
        guard_send_flag = 0;
        route(routed_calls);
    } else if (options.mode == MODE_MASK) {
        route(drained_calls);
    }
    if (options.mode == MODE_FLAGS)
        quiet_writes_choose();
}
