#include "interpose/observed_writes.h"

#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/prel32.h"
#include "base/sigset.h"
#include "base/syscall.h"
#include "config/options.h"
#include "interpose/rwf_nosignal.h"
#include "interpose/sigaction.h"
#include "link/next.h"
#include "report/current_call.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "signal/disposition.h"
#include "signal/guard.h"
#include "signal/hidden_mask.h"

/* What `next` had before it was routed. */
static struct next real;

WEAK_IMPORT int *__errno_location(void);

/* Whether the call that has just failed has found its reader gone. */
static bool is_broken(void)
{
    return __errno_location && *__errno_location() == EPIPE;
}

/* Where it is, as in the host's own handler, the signal pends, and the guard tells of it when
   it arrives. */
static bool is_blocked(void)
{
    uint64_t mask = 0;
    return SYSCALL(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, KERNEL_SIGSET_SIZE) == 0 &&
           (mask & sigpipe_bit);
}

/* Whether EPIPE on this descriptor comes with the signal: not for datagrams, nor for
   SOCK_SEQPACKET (net/unix/af_unix.c, unix_dgram_sendmsg). */
static bool raises_signal(int fd)
{
    const int type = fd_socket_option(fd, SO_TYPE);
    return type < 0 || type == SOCK_STREAM;
}

/* A call on its way: what had been counted as it began. */
struct call_scope {
    unsigned runs;
    unsigned sets;
    unsigned drained_signals;
};

/* mode=ignore: whether the kernel has swallowed the signal for the default's sake. The guard
   may stand in by now (guard_window.h), or may have done so in that moment: then it has told. A
   handler that the host had may have got it, and set the default. */
static bool was_ignored(int fd, const struct call_scope *call_scope)
{
    struct kernel_sigaction now;
    return guard_runs() == call_scope->runs && dispositions_set == call_scope->sets &&
           raises_signal(fd) && rt_sigaction(SIGPIPE, NULL, &now) == 0 &&
           disposition_to_app(kernel_sigaction_disposition(&now)).handler ==
               (uintptr_t)SIG_DFL &&
           !is_blocked();
}

/* mode=mask: how many calls of this thread have taken a signal. The call of a handler that
   breaks in takes it for all the writes which the thread is in the midst of. */
static __thread unsigned drained_signals __attribute__((tls_model("initial-exec")));

static bool was_masked(const struct call_scope *call_scope)
{
    return hidden_mask_drain() ||
           (call_scope->drained_signals != drained_signals && hidden_mask_hides());
}

/* Whether a signal was raised that the guard has not told of and will not tell of. */
static bool is_unreported(const struct call_scope *call_scope, int fd)
{
    return options.mode == MODE_IGNORE ? was_ignored(fd, call_scope) : was_masked(call_scope);
}

/* Not inlined, like the next: it would be in each of the routes. */
static __attribute__((noinline)) struct call_scope enter(void)
{
    return (struct call_scope){guard_runs(), dispositions_set, drained_signals};
}

/* A look at a failure, which it passes on. If a signal was raised and the guard got it, the
   guard has told of the event. */
static __attribute__((noinline)) long leave(const struct call_scope *call_scope,
                                            const struct event *event)
{
    if (is_broken() && is_unreported(call_scope, event->fd)) {
        drained_signals++;
        report_event(event);
    }
    guard_forget_runs(call_scope->runs);
    return -1;
}

#define OBSERVED(prefix, result, name, parameters, arguments, descriptor, form, data, count)   \
    static USED result prefix##name parameters                                                 \
    {                                                                                          \
        const struct call_scope call_scope = enter();                                          \
        const result answer = real.name arguments;                                             \
        const struct event event = {                                                           \
            .call = #name, .fd = descriptor, .requested = {form, data, (size_t)(count)}};      \
        return answer == -1 ? (result)leave(&call_scope, &event) : answer;                     \
    }

/* Where the host asks for no signal itself, there is no event. */
#define OBSERVED_UNFLAGGED(result, name, parameters, arguments, form, data, count)             \
    __attribute__((noinline))                                                                  \
    OBSERVED(unflagged_observed_, result, name, parameters, arguments, fd, form, data,         \
             count) static USED result observed_##name parameters                              \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments                                      \
                                    : unflagged_observed_##name arguments;                     \
    }

#define OBSERVED_WRITE(result, name, parameters, arguments)                                    \
    OBSERVED(observed_, result, name, parameters, arguments, fd, REQUESTED_BYTES, NULL, size)
#define OBSERVED_COPY(...) OBSERVED_WRITE(__VA_ARGS__)
#define OBSERVED_VECTOR(result, name, parameters, arguments)                                   \
    OBSERVED(observed_, result, name, parameters, arguments, fd, REQUESTED_PARTS, parts, count)
#define OBSERVED_SPLICE(result, name, parameters, arguments)                                   \
    OBSERVED(observed_, result, name, parameters, arguments, out, REQUESTED_BYTES, NULL, size)
#define OBSERVED_TEE(...) OBSERVED_SPLICE(__VA_ARGS__)
#define OBSERVED_SEND(result, name, parameters, arguments)                                     \
    OBSERVED_UNFLAGGED(result, name, parameters, arguments, REQUESTED_BYTES, NULL, size)
#define OBSERVED_MESSAGE(result, name, parameters, arguments)                                  \
    OBSERVED_UNFLAGGED(result, name, parameters, arguments, REQUESTED_MESSAGE, message, 1)
#define OBSERVED_MESSAGES(result, name, parameters, arguments)                                 \
    OBSERVED_UNFLAGGED(result, name, parameters, arguments, REQUESTED_MESSAGES, messages, count)
#define OBSERVED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    OBSERVED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

/* clang-format off */
#define ROUTE_WRITE(way, name) PREL32(way##calls, way##name)
#define ROUTE_COPY(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_VECTOR(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_SPLICE(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_TEE(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_SEND(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_MESSAGE(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_MESSAGES(...) ROUTE_WRITE(__VA_ARGS__)
#define ROUTE_OTHER(way, name)

PREL32_TABLE(observed_calls)
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(observed_, name)
#include "calls.def"
#undef CALL
PREL32_END;
/* clang-format on */

/* mode=mask where an event matters to nobody: all that there is to do is to take the signal. A
   failure is the one thing looked for, since a call that succeeds should cost next to nothing.
   On a 32-bit CPU, where code is larger, they are not worth the room. */
#if __SIZEOF_LONG__ == 8
static __attribute__((noinline, cold)) int drain_after_failure(void)
{
    if (is_broken())
        hidden_mask_drain();
    return -1;
}

#define DRAINED(prefix, result, name, parameters, arguments)                                   \
    static USED result prefix##name parameters                                                 \
    {                                                                                          \
        const result answer = real.name arguments;                                             \
        return answer == -1 ? drain_after_failure() : answer;                                  \
    }
/* There is nothing to take from a quiet send. Two functions, so that it is a mere jump. */
#define DRAINED_UNFLAGGED(result, name, parameters, arguments)                                 \
    __attribute__((noinline)) DRAINED(unflagged_, result, name, parameters,                    \
                                      arguments) static USED result drained_##name parameters  \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments : unflagged_##name arguments;        \
    }
#define DRAINED_WRITE(...)    DRAINED(drained_, __VA_ARGS__)
#define DRAINED_COPY(...)     DRAINED(drained_, __VA_ARGS__)
#define DRAINED_VECTOR(...)   DRAINED(drained_, __VA_ARGS__)
#define DRAINED_SPLICE(...)   DRAINED(drained_, __VA_ARGS__)
#define DRAINED_TEE(...)      DRAINED(drained_, __VA_ARGS__)
#define DRAINED_SEND(...)     DRAINED_UNFLAGGED(__VA_ARGS__)
#define DRAINED_MESSAGE(...)  DRAINED_UNFLAGGED(__VA_ARGS__)
#define DRAINED_MESSAGES(...) DRAINED_UNFLAGGED(__VA_ARGS__)
#define DRAINED_OTHER(result, name, parameters, arguments)

#define CALL(result, name, parameters, arguments, family)                                      \
    DRAINED_##family(result, name, parameters, arguments)
#include "calls.def"
#undef CALL

/* clang-format off */
PREL32_TABLE(drained_calls)
#define CALL(result, name, parameters, arguments, family) ROUTE_##family(drained_, name)
#include "calls.def"
#undef CALL
PREL32_END;
/* clang-format on */
#else
#define drained_calls observed_calls
#endif

/* The write family are the first of the table. */
enum { CALLS = offsetof(struct next, sigaction) / sizeof(void *) };

static void route(const int32_t *calls)
{
    uintptr_t *const slots = (uintptr_t *)(void *)&next;
    real = next;
    for (unsigned i = 0; i < CALLS; i++) {
        if (slots[i])
            slots[i] = prel32_function(calls, i);
    }
}

void observed_writes_install(void)
{
    const bool matters = event_matters();
    if (matters)
        guard_send_flag = 0; /* a socket may have been made before */
    if (options.mode == MODE_MASK && !matters)
        route(drained_calls);
    else if ((options.mode == MODE_MASK || options.mode == MODE_IGNORE) && matters)
        route(observed_calls);
    else if (options.mode == MODE_FLAGS && !matters)
        rwf_nosignal_install();
    else if (matters)
        noted_writes_install();
}
