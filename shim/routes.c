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
static struct next real;

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
           disposition_is_ignored_default((struct disposition){now.handler, (int)now.flags});
}

/* Passes an answer on, after a look at it. `quiet` says that the call itself asked for no
   signal; otherwise one was raised, and if the guard got it, the guard has told of the event.
 */
static long look_at(long result, int fd, bool quiet)
{
    if (is_broken(result) && (quiet || was_ignored() || thread_mask_drain()))
        event(fd);
    return result;
}

/* The same for a call whose output is not its first argument, which is the one that the guard
   takes for the descriptor. */
static long look_at_output(long result, int out)
{
    const long answer = look_at(result, out, false);
    if (is_broken(answer) && guard_stands())
        event_on_output(out);
    return answer;
}

#define ROUTED_WRITE(result, name, parameters, arguments)                                      \
    static result routed_##name parameters                                                     \
    {                                                                                          \
        return (result)look_at(real.name arguments, fd, false);                                \
    }

#define ROUTED_OUTPUT(result, name, parameters, arguments)                                     \
    static result routed_##name parameters                                                     \
    {                                                                                          \
        return (result)look_at_output(real.name arguments, out);                               \
    }

/* A send is asked to be quiet while that can make no difference to the host (guard.h). Where
   the host asks for it itself, there is no event. */
#define ROUTED_SEND(result, name, parameters, arguments)                                       \
    static result routed_##name parameters                                                     \
    {                                                                                          \
        if (flags & MSG_NOSIGNAL)                                                              \
            return real.name arguments;                                                        \
        const bool quiet = guard_quiet;                                                        \
        flags |= quiet ? MSG_NOSIGNAL : 0;                                                     \
        return (result)look_at(real.name arguments, fd, quiet);                                \
    }

#define ROUTED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    ROUTED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

static void route_all(void)
{
#define ROUTE(name)  next.name = next.name ? routed_##name : NULL;
#define ROUTE_WRITE  ROUTE
#define ROUTE_OUTPUT ROUTE
#define ROUTE_SEND   ROUTE
#define ROUTE_OTHER(name)
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(name)
#include "calls.def"
#undef CALL
}

void routes_choose(void)
{
    real = next;
    if (options.mode == MODE_MASK || event_matters()) {
        guard_send_flag = 0;
        route_all();
    }
    if (options.mode == MODE_FLAGS)
        quiet_writes_choose();
}
