#include "interpose/observed_writes.h"

#include <errno.h>

#include "base/kernel_sigaction.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/next_writes.h"
#include "interpose/rwf_nosignal.h"
#include "interpose/sigaction.h"
#include "report/current_call.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "signal/disposition.h"
#include "signal/hidden_mask.h"

/* Whether the call that has just failed has set EPIPE. */
static bool is_broken(void)
{
    return __errno_location && *__errno_location() == EPIPE;
}

/* Whether EPIPE on this descriptor comes with SIGPIPE: not for datagrams and SOCK_SEQPACKET
   (net/unix/af_unix.c, unix_dgram_sendmsg). */
static bool raises_signal(int fd)
{
    const int type = fd_socket_option(fd, SO_TYPE);
    return type < 0 || type == SOCK_STREAM;
}

/* State of one observed call: this thread's counts when it began. */
struct call_scope {
    unsigned runs; /* guard_runs() */
    unsigned sets; /* dispositions_set */
    unsigned drained_signals;
};

/* mode=ignore: whether the kernel has discarded the signal, because the app has the default. If
   the guard ran in an open window (guard_window.h), it has reported the event. If the
   disposition was set during the call, a handler of the app's may have got the signal and then
   set the default. If SIGPIPE is blocked, as in the app's own handler, the signal pends, and
   the guard reports it when it is delivered. */
static bool was_ignored(int fd, const struct call_scope *call_scope)
{
    struct kernel_sigaction now;
    return guard_runs() == call_scope->runs && dispositions_set == call_scope->sets &&
           raises_signal(fd) && rt_sigaction(SIGPIPE, NULL, &now) == 0 &&
           disposition_to_app(kernel_sigaction_disposition(&now)).handler ==
               (uintptr_t)SIG_DFL &&
           !sigpipe_is_blocked();
}

/* mode=mask: how many calls of this thread have drained a signal. A call in a signal handler
   drains it for the calls that the handler has interrupted as well. */
static __thread unsigned drained_signals __attribute__((tls_model("initial-exec")));

static bool was_masked(const struct call_scope *call_scope)
{
    return hidden_mask_drain() ||
           (call_scope->drained_signals != drained_signals && hidden_mask_hides());
}

/* Whether the call raised a signal that the guard has not reported and will not report. */
static bool is_unreported(const struct call_scope *call_scope, int fd)
{
    return options.mode == MODE_IGNORE ? was_ignored(fd, call_scope) : was_masked(call_scope);
}

/* enter() and leave() are not inlined: each observed call would have a copy. */
static __attribute__((noinline)) struct call_scope enter(void)
{
    return (struct call_scope){guard_runs(), dispositions_set, drained_signals};
}

/* Reports the event of a failed call, if there is one that the guard has not reported. Returns
   the call's result. */
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

/* For a SEND: where the app itself passes MSG_NOSIGNAL there is no event. Two functions, so
   that the compiler makes the real call a jump then. */
#define UNLESS_FLAGGED(prefix, result, name, parameters, arguments)                            \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        return flags & MSG_NOSIGNAL ? real.name arguments                                      \
                                    : unflagged_##prefix##name arguments;                      \
    }

/* The member `data` of struct requested, by form. */
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

/* mode=mask where no event matters: the signal is drained, and nothing else. Only a failure is
   looked at, so that a successful call costs next to nothing. A 32-bit CPU, whose code is
   larger, uses observe() to save the space. */
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
        guard_send_flag = 0; /* the app may have made a socket before */
    if (options.mode == MODE_MASK && !matters)
        drain();
    else if ((options.mode == MODE_MASK || options.mode == MODE_IGNORE) && matters)
        observe();
    else if (options.mode == MODE_FLAGS && !matters)
        rwf_nosignal_install();
    else if (matters)
        noted_writes_install();
}
