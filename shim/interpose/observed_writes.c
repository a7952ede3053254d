#include "interpose/observed_writes.h"

#include <errno.h>

#include "base/kernel_sigaction.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/next_writes.h"
#include "interpose/rwf_nosignal.h"
#include "interpose/sigaction.h"
#include "interpose/sigmask.h"
#include "report/current_call.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "signal/disposition.h"
#include "signal/hidden_mask.h"

/* Whether the call that has just failed has found its reader gone. */
static bool is_broken(void)
{
    return __errno_location && *__errno_location() == EPIPE;
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
           !sigpipe_is_blocked();
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

/* The function that observes a SEND, behind one that leaves to the real call by a jump where
   the app itself has asked for no signal: then there is no event. */
#define UNLESS_FLAGGED(prefix, result, name, parameters, arguments)                            \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments                                      \
                                    : unflagged_##prefix##name arguments;                      \
    }

/* The member `data` of struct requested. */
#define DATA_BYTES(arguments)    NULL
#define DATA_PARTS(arguments)    ARGUMENT(2, arguments)
#define DATA_MESSAGE(arguments)  ARGUMENT(2, arguments)
#define DATA_MESSAGES(arguments) ARGUMENT(2, arguments)

#define OBSERVED(prefix, result, name, parameters, arguments, form, fd, count)                 \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        const struct call_scope call_scope = enter();                                          \
        const result answer = real.name arguments;                                             \
        const struct event event = {#name, ARGUMENT(fd, arguments),                            \
                                    .requested = {REQUESTED_##form, DATA_##form(arguments),    \
                                                  (size_t)(ARGUMENT(count, arguments))}};      \
        return answer == -1 ? (result)leave(&call_scope, &event) : answer;                     \
    }
#define WRITE(...) OBSERVED(observed_, __VA_ARGS__)
#define SEND(result, name, parameters, arguments, ...)                                         \
    __attribute__((noinline))                                                                  \
    OBSERVED(unflagged_observed_, result, name, parameters, arguments, __VA_ARGS__)            \
        UNLESS_FLAGGED(observed_, result, name, parameters, arguments)
#include "writes.def"

static void observe(void)
{
    real = next;
#define WRITE(result, name, ...) REPLACE_NEXT(observed_, name)
#include "writes.def"
}

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

#define DRAINED(prefix, result, name, parameters, arguments, ...)                              \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        const result answer = real.name arguments;                                             \
        return answer == -1 ? drain_after_failure() : answer;                                  \
    }
#define WRITE(...) DRAINED(drained_, __VA_ARGS__)
#define SEND(result, name, parameters, arguments, ...)                                         \
    __attribute__((noinline))                                                                  \
    DRAINED(unflagged_drained_, result, name, parameters, arguments, __VA_ARGS__)              \
        UNLESS_FLAGGED(drained_, result, name, parameters, arguments)
#include "writes.def"

static void drain(void)
{
    real = next;
#define WRITE(result, name, ...) REPLACE_NEXT(drained_, name)
#include "writes.def"
}
#else
#define drain observe
#endif

void observed_writes_install(void)
{
    const bool matters = event_matters();
    if (matters)
        guard_send_flag = 0; /* a socket may have been made before */
    if (options.mode == MODE_MASK && !matters)
        drain();
    else if ((options.mode == MODE_MASK || options.mode == MODE_IGNORE) && matters)
        observe();
    else if (options.mode == MODE_FLAGS && !matters)
        rwf_nosignal_install();
    else if (matters)
        noted_writes_install();
}
