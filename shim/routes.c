#include "routes.h"

#include <errno.h>

#include "event.h"
#include "guard.h"
#include "kernel_action.h"
#include "next.h"
#include "options.h"
#include "quiet_writes.h"
#include "thread_mask.h"

/* What `next` had before it was routed. */
static struct next real AT_START;

OPTIONAL int *__errno_location(void);

static bool is_broken(long result)
{
    return result == -1 && __errno_location && *__errno_location() == EPIPE;
}

/* Whether the kernel has swallowed the signal because of mode=ignore. */
static bool was_ignored(void)
{
    struct kernel_action now;
    return options.mode == MODE_IGNORE && kernel_action_swap(SIGPIPE, NULL, &now) == 0 &&
           disposition_is_ignored_default(kernel_action_disposition(&now));
}

/* Passes an answer on, after a look at it. `quiet` says that the call itself asked for no
   signal; otherwise one was raised, and if the guard got it, the guard has told of the event.
 */
static long look_at(long result, const char *call, int fd, struct asked asked, bool quiet)
{
    if (is_broken(result) && (quiet || was_ignored() || thread_mask_drain()))
        event(&(struct event){.call = call, .fd = fd, .asked = asked});
    return result;
}

/* Makes the call with the guard told what it is. */
#define ROUTED(result, name, parameters, arguments, descriptor, form, data, count, quiet)      \
    static result routed_##name parameters                                                     \
    {                                                                                          \
        const struct asked asked = {form, data, (size_t)(count)};                              \
        const struct inside outer = inside_enter(#name, descriptor, &asked);                   \
        const long answer = real.name arguments;                                               \
        inside_leave(outer);                                                                   \
        return (result)look_at(answer, #name, descriptor, asked, quiet);                       \
    }

/* A send is asked to be quiet while that can make no difference to the host (guard.h). Where
   the host asks for it itself, there is no event. */
#define ROUTED_QUIETLY(result, name, parameters, arguments, form, data, count)                 \
    static result routed_##name parameters                                                     \
    {                                                                                          \
        if (flags & MSG_NOSIGNAL)                                                              \
            return real.name arguments;                                                        \
        const struct asked asked = {form, data, (size_t)(count)};                              \
        const bool quiet = guard_quiet;                                                        \
        flags |= quiet ? MSG_NOSIGNAL : 0;                                                     \
        const struct inside outer = inside_enter(#name, fd, &asked);                           \
        const long answer = real.name arguments;                                               \
        inside_leave(outer);                                                                   \
        return (result)look_at(answer, #name, fd, asked, quiet);                               \
    }

#define ROUTED_WRITE(result, name, parameters, arguments)                                      \
    ROUTED(result, name, parameters, arguments, fd, ASKED_BYTES, NULL, size, false)
#define ROUTED_VECTOR(result, name, parameters, arguments)                                     \
    ROUTED(result, name, parameters, arguments, fd, ASKED_PARTS, parts, count, false)
#define ROUTED_OUTPUT(result, name, parameters, arguments)                                     \
    ROUTED(result, name, parameters, arguments, out, ASKED_BYTES, NULL, size, false)
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

/* mode=mask where an event matters to nobody: all that there is to do is to take the signal. A
   failure is the one thing looked for, since a call that succeeds should cost next to nothing.
 */
static __attribute__((noinline, cold)) int drain_after_failure(void)
{
    if (is_broken(-1))
        thread_mask_drain();
    return -1;
}

#define DRAINED(prefix, result, name, parameters, arguments)                                   \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        const result answer = real.name arguments;                                             \
        return answer == -1 ? drain_after_failure() : answer;                                  \
    }
/* There is nothing to take from a quiet send. Two functions, so that it is a mere jump. */
#define DRAINED_LOUDLY(result, name, parameters, arguments)                                    \
    __attribute__((noinline)) DRAINED(loud_, result, name, parameters,                         \
                                      arguments) static result drained_##name parameters       \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments : loud_##name arguments;             \
    }
#define DRAINED_WRITE(...)  DRAINED(drained_, __VA_ARGS__)
#define DRAINED_VECTOR(...) DRAINED(drained_, __VA_ARGS__)
#define DRAINED_OUTPUT(...) DRAINED(drained_, __VA_ARGS__)
#define DRAINED_SEND        DRAINED_LOUDLY
#define DRAINED_MESSAGE     DRAINED_LOUDLY
#define DRAINED_MESSAGES    DRAINED_LOUDLY
#define DRAINED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    DRAINED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

#define ROUTE_WRITE(way, name) next.name = next.name ? way##name : NULL;
#define ROUTE_VECTOR           ROUTE_WRITE
#define ROUTE_OUTPUT           ROUTE_WRITE
#define ROUTE_SEND             ROUTE_WRITE
#define ROUTE_MESSAGE          ROUTE_WRITE
#define ROUTE_MESSAGES         ROUTE_WRITE
#define ROUTE_OTHER(way, name)

static void route_to_drained(void)
{
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(drained_, name)
#include "calls.def"
#undef CALL
}

static void route_all(void)
{
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(routed_, name)
#include "calls.def"
#undef CALL
}

void routes_choose(void)
{
    const bool matters = event_matters();
    if (options.mode == MODE_MASK || matters)
        real = next;
    if (matters) {
        guard_send_flag = 0;
        route_all();
    } else if (options.mode == MODE_MASK) {
        route_to_drained();
    }
    if (options.mode == MODE_FLAGS)
        quiet_writes_choose();
}
