#include "interpose/observed_writes.h"

#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/next_writes.h"
#include "interpose/rwf_nosignal.h"
#include "interpose/sigaction.h"
#include "report/current_call.h"
#include "report/event.h"
#include "report/fd_info.h"
#include "report/usdt.h"
#include "signal/disposition.h"
#include "signal/hidden_mask.h"

static struct next_writes real;

/* Whether the call that has just failed has set EPIPE. */
static bool is_broken(void)
{
    return __errno_location && *__errno_location() == EPIPE;
}

/* The handler that the app has set for SIGPIPE, unless it is overridden: then the default. Or
   HANDLER_UNKNOWN. */
enum { HANDLER_UNKNOWN = -1 };
static __attribute__((noinline)) uintptr_t handler_of_app(void)
{
    struct kernel_sigaction now;
    if (rt_sigaction(SIGPIPE, NULL, &now) != 0)
        return (uintptr_t)HANDLER_UNKNOWN;
    const struct disposition kernel = kernel_sigaction_disposition(&now);
    return disposition_is_overridden(kernel) ? (uintptr_t)SIG_DFL
                                             : disposition_to_app(kernel).handler;
}

/* mode=ignore: whether the kernel has discarded the signal, because the app has the default. If
   the guard ran in an open window (guard_window.h), it has reported the event. If the
   disposition was set during the call, a handler of the app's may have got the signal and then
   set the default. If SIGPIPE is blocked, as in the app's own handler, the signal pends, and
   the guard reports it when it is delivered. In a sandbox, whose filter might end the app for
   the question, only what would have ended the app is asked about. */
static bool was_ignored(int fd, const struct sigpipe_counts *before)
{
    return (app_kept_default || !sandboxed) && sigpipe_counts.runs == before->runs &&
           sigpipe_counts.sets == before->sets && fd_epipe_signals(fd) &&
           handler_of_app() == (uintptr_t)SIG_DFL && !sigpipe_is_blocked();
}

/* mode=mask. A call in a signal handler drains the signal of the calls that the handler has
   interrupted as well. */
static bool was_masked(const struct sigpipe_counts *before)
{
    return hidden_mask_drain() ||
           (sigpipe_counts.drained != before->drained && hidden_mask_hides());
}

/* Whether the call raised a signal that the guard has not reported and will not report. */
static bool is_unreported(const struct sigpipe_counts *before, int fd)
{
    return (options.mode == MODE_IGNORE && was_ignored(fd, before)) ||
           (options.mode == MODE_MASK && was_masked(before));
}

/* Why a write that has raised no deadly signal was harmless. NULL if the guard has reported it,
   or if there was no signal. */
static const char *why_harmless(const struct sigpipe_counts *before)
{
    const uintptr_t handler = handler_of_app();
    if (handler == (uintptr_t)HANDLER_UNKNOWN)
        return NULL;
    if (handler == (uintptr_t)SIG_IGN)
        return "ignored";
    if (sigpipe_is_blocked() && !hidden_mask_hides())
        return "blocked";
    /* The handler that has run may stand no longer: it was a one-shot handler, or it has set
       the default. */
    return handler != (uintptr_t)SIG_DFL || sigpipe_counts.one_shots != before->one_shots ||
                   sigpipe_counts.sets != before->sets
               ? "handled"
               : NULL;
}

/* events=all: reports a broken write that would not have ended the process. Not in a sandbox,
   whose filter might end it for the record. */
static void report_harmless(const struct sigpipe_counts *before, struct event *event,
                            bool nosignal)
{
    const bool listens = options.log != LOG_OFF || usdt_is_traced();
    if (!listens || sandboxed || !fd_epipe_signals(event->fd))
        return;
    event->harmless = nosignal ? "nosignal" : why_harmless(before);
    if (event->harmless)
        report_undisturbed(event);
}

/* Reports the event of a failed call, if there is one that the guard has not reported.
   `before`: the counts when the call began. `data` and `count` are of struct requested;
   `nosignal`: not 0 if the app asked for no signal. Returns the call's result. */
static __attribute__((noinline)) long leave(const struct sigpipe_counts *before,
                                            const struct write_form *form, int fd,
                                            const void *data, size_t count, int nosignal)
{
    if (is_broken()) {
        struct event event = {
            .call = form->name, .fd = fd, .requested = {form->requested, data, count}};
        if (!nosignal && is_unreported(before, fd)) {
            sigpipe_counts.drained++;
            report_undisturbed(&event);
        } else if (options.events == EVENTS_ALL) {
            report_harmless(before, &event, nosignal);
        }
    }
    /* An outer call, which a handler of the app's has interrupted, must not take these for its
       own. */
    sigpipe_counts.runs = before->runs;
    sigpipe_counts.one_shots = before->one_shots;
    return -1;
}

/* For a SEND: where the app itself passes MSG_NOSIGNAL there is no event but a harmless one,
   which only events=all looks for: then the flag is 0. Two functions, so that the compiler
   makes the real call a jump then. */
static int unobserved;
#define UNLESS_FLAGGED(flag, prefix, result, name, parameters, arguments)                      \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        return flags & (flag) ? real.name arguments : unflagged_##prefix##name arguments;      \
    }

/* The member `data` of struct requested, by form. */
#define DATA_BYTES(arguments)    NULL
#define DATA_PARTS(arguments)    ARGUMENT(2, arguments)
#define DATA_MESSAGE(arguments)  ARGUMENT(2, arguments)
#define DATA_MESSAGES(arguments) ARGUMENT(2, arguments)

/* Whether the app asks for no signal. */
#define ASKS_SEND(name)  flags &MSG_NOSIGNAL
#define ASKS_WRITE(name) ASKS_##name
#define ASKS_write       false
#define ASKS___write     false
#define ASKS_writev      false
#define ASKS_pwritev2    flags &RWF_NOSIGNAL
#define ASKS_pwritev64v2 flags &RWF_NOSIGNAL
#define ASKS_sendfile    false
#define ASKS_sendfile64  false
#define ASKS_splice      false
#define ASKS_tee         false
#define ASKS_vmsplice    false

#define OBSERVED(prefix, kind, result, name, parameters, arguments, form, fd, count)           \
    static result prefix##name parameters                                                      \
    {                                                                                          \
        const struct sigpipe_counts before = sigpipe_counts;                                   \
        const result answer = real.name arguments;                                             \
        return answer == -1                                                                    \
                   ? (result)leave(&before, &write_forms[FORM_##name],                         \
                                   ARGUMENT(fd, arguments), DATA_##form(arguments),            \
                                   (size_t)(ARGUMENT(count, arguments)), ASKS_##kind(name))    \
                   : answer;                                                                   \
    }
#define WRITE(...) OBSERVED(observed_, WRITE, __VA_ARGS__)
#define SEND(result, name, parameters, arguments, ...)                                         \
    __attribute__((noinline))                                                                  \
    OBSERVED(unflagged_observed_, SEND, result, name, parameters, arguments, __VA_ARGS__)      \
        UNLESS_FLAGGED(unobserved, observed_, result, name, parameters, arguments)
#include "writes.def"

static void observe(void)
{
    keep_next(&real);
    unobserved = options.events == EVENTS_ALL ? 0 : MSG_NOSIGNAL;
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
        UNLESS_FLAGGED(MSG_NOSIGNAL, drained_, result, name, parameters, arguments)
#include "writes.def"

static void drain(void)
{
    keep_next(&real);
#define WRITE(result, name, ...) REPLACE_NEXT(drained_, name)
#include "writes.def"
}
#else
#define drain observe
#endif

void observed_writes_install(void)
{
    const bool matters = event_matters();
    const bool guard_reports = options.mode == MODE_CATCH || options.mode == MODE_FLAGS;
    if (matters)
        guard_send_flag = 0; /* the app may have made a socket before */
    if (options.mode == MODE_MASK && !matters)
        drain();
    else if (options.mode == MODE_FLAGS && !matters)
        rwf_nosignal_install();
    else if (guard_reports && matters)
        noted_writes_install();
    if (matters && (!guard_reports || options.events == EVENTS_ALL))
        observe();
}
