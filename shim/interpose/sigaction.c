/*
 * The calls that set or report a disposition. SIGPIPE's is translated between what the app sets
 * and what the kernel holds (disposition.h); other signals' are passed on.
 *
 * In libc, signal(), sigset() and their like do not call the exported sigaction. Where
 * a handler needs no translation, libc's own call is made. Otherwise (for the default, and for
 * SA_RESETHAND) sigaction is called, with the flags and the mask that libc's call would use.
 */
#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/sigset.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/sigaction.h"
#include "interpose/sigmask.h"
#include "link/next.h"
#include "signal/disposition.h"
#include "signal/guard.h"
#include "signal/guard_window.h"
#include "signal/hidden_mask.h"

typedef sighandler_t signal_call(int, sighandler_t);

WEAK_IMPORT const char *gnu_get_libc_version(void);

/* Whether siginterrupt(3) has asked that SIGPIPE interrupts system calls: then signal() sets no
   SA_RESTART. libc keeps this in its memory too, so a vfork child changes both. */
static bool interrupts;

static struct disposition disposition_of(const struct sigaction *action)
{
    return (struct disposition){(uintptr_t)action->sa_handler, action->sa_flags,
                                first_signals(&action->sa_mask)};
}

static void set_disposition(struct sigaction *action, struct disposition disposition)
{
    action->sa_handler = (sighandler_t)disposition.handler;
    action->sa_flags = disposition.flags;
    change_first_signals(&action->sa_mask, disposition.mask);
}

/* sigaction(2) by the system call. Keeps the app's restorer if SA_RESTORER announces one (else
   the member may hold anything) and it serves the handler that the kernel gets: i386 and ARM
   have two kinds of signal frames. If it does not, and none is needed, there is none. */
static int fallback_sigaction(int signal_number, const struct sigaction *action,
                              struct sigaction *old)
{
    struct kernel_sigaction set;
    struct kernel_sigaction was;
    if (action) {
        const struct disposition kernel = disposition_of(action);
        set = kernel_sigaction_for(kernel);
        if (action->sa_restorer &&
            set.flags == (unsigned)kernel.flags && /* GCOVR_EXCL_BR_LINE */
            kernel_sigaction_has_same_frame(kernel.flags, disposition_to_app(kernel).flags))
            set.restorer = action->sa_restorer;
        else if (RESTORER_FOR_SIGINFO && !KERNEL_SIGACTION_FLAGS) /* GCOVR_EXCL_BR_LINE */
            set.flags &= ~(unsigned long)KERNEL_SA_RESTORER;      /* GCOVR_EXCL_LINE */
    }
    guard_install();
    if (libc_result(rt_sigaction(signal_number, action ? &set : NULL, &was)) != 0)
        return -1;
    if (old)
        *old = kernel_sigaction_to_libc(&was);
    return 0;
}

/* mode=ignore: whether a default becomes the guard here too, until the app sets the disposition
   again. SIG_IGN would discard a pending signal and one that Go's handler forwards, and a
   program that another thread is starting would inherit it. */
static bool must_keep_signal(const struct sigaction *action)
{
    if (action->sa_handler != SIG_DFL || options.mode != MODE_IGNORE)
        return false;
    return sigpipe_may_be_blocked || guard_window_is_open() || go_is_forwarding();
}

static void translate_to_kernel(struct sigaction *action)
{
    const struct disposition app = disposition_of(action);
    set_disposition(action, must_keep_signal(action) ? disposition_guard(app)
                                                     : disposition_to_kernel(app));
}

static void translate_to_app(struct sigaction *action)
{
    set_disposition(action, disposition_to_app(disposition_of(action)));
    if (action->sa_restorer == kernel_sigaction_restorer) {
        action->sa_restorer = NULL;
        action->sa_flags &= ~KERNEL_SIGACTION_FLAGS;
    }
}

/* Notes that the app sets something else than the default. With handlers=override that is never
   installed, so nothing changes. */
static void note_handler(void)
{
    if (options.handlers == HANDLERS_KEEP) {
        guard_note_choice();
        hidden_mask_leave();
    }
}

/* Notes what needs the real signal: a handler for SIGPIPE, or one for another signal that runs
   with SIGPIPE blocked. */
static void note_choice(int signal_number, const struct sigaction *action)
{
    if (signal_number != SIGPIPE)
        note_mask(&action->sa_mask);
    else if (action->sa_handler != SIG_DFL)
        note_handler();
}

int sigaction_through(sigaction_call *call, int signal_number, const struct sigaction *action,
                      struct sigaction *old)
{
    struct sigaction translated;
    if (!call)
        call = fallback_sigaction;
    if (action)
        note_choice(signal_number, action);
    if (signal_number != SIGPIPE || options.off)
        return call(signal_number, action, old);
    const uintptr_t handler = action ? (uintptr_t)action->sa_handler : 0;
    if (action) {
        if (writes_are_observed())
            sigpipe_counts.sets++;
        translated = *action;
        translate_to_kernel(&translated);
    }
    unsigned changes = guard_window_changes();
    const int result = call(signal_number, action ? &translated : NULL, old);
    if (result == 0 && old)
        translate_to_app(old);
    while (result == 0 && action && guard_window_has_overwritten(changes, handler)) {
        changes = guard_window_changes();
        call(signal_number, &translated, NULL);
    }
    return result;
}

#define SIGACTION(name)                                                                        \
    EXPORT int name(int signal_number, const struct sigaction *action, struct sigaction *old)  \
    {                                                                                          \
        return sigaction_through(NEXT(name), signal_number, action, old);                      \
    }
SIGACTION(sigaction)
SIGACTION(__sigaction)
SIGACTION(__libc_sigaction)

/* Does by sigaction what a call of signal()'s kind does. Returns the previous handler, or
   SIG_ERR with errno set. */
static sighandler_t set_handler(int signal_number, sighandler_t handler, int flags,
                                bool masks_itself)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    struct sigaction old;
    if (masks_itself)
        set_first_signals(&action.sa_mask, signal_bit(signal_number));
    if (sigaction_through(NEXT(sigaction), signal_number, &action, &old) != 0)
        return SIG_ERR;
    return old.sa_handler;
}

/* Whether libc's own call would not do: for what it sets, or for the handler that it returns
   (in mode=ignore the mask alone distinguishes the default from SIG_IGN). glibc's call refuses
   SIG_ERR; musl's sets it. */
static bool needs_translation(int signal_number, sighandler_t handler)
{
    return signal_number == SIGPIPE && !options.off &&
           (handler != SIG_ERR || !gnu_get_libc_version) &&
           (handler == SIG_DFL || options.handlers == HANDLERS_OVERRIDE ||
            options.mode == MODE_IGNORE);
}

static sighandler_t pass_handler_on(signal_call *call, int signal_number, sighandler_t handler)
{
    if (signal_number != SIGPIPE || options.off)
        return call(signal_number, handler);
    note_handler();
    const struct disposition kernel = {(uintptr_t)call(signal_number, handler), 0, 0};
    return (sighandler_t)disposition_to_app(kernel).handler;
}

/* BSD semantics. glibc: sysdeps/posix/signal.c; musl: src/signal/signal.c, an empty mask. */
static sighandler_t signal_through(signal_call *call, int signal_number, sighandler_t handler)
{
    if (call && !needs_translation(signal_number, handler))
        return pass_handler_on(call, signal_number, handler);
    const bool glibc = gnu_get_libc_version != NULL;
    return set_handler(signal_number, handler, glibc && interrupts ? 0 : SA_RESTART, glibc);
}

/* System V semantics: the handler is reset when it runs, and the signal not blocked. glibc:
   sysdeps/posix/sysv_signal.c; in musl the name is an alias of signal(). */
static sighandler_t sysv_signal_through(signal_call *call, int signal_number,
                                        sighandler_t handler)
{
    const bool resets =
        signal_number == SIGPIPE && !options.off && handler != SIG_IGN && handler != SIG_ERR;
    if (!gnu_get_libc_version)
        return signal_through(call, signal_number, handler);
    if (call && !resets && !needs_translation(signal_number, handler))
        return pass_handler_on(call, signal_number, handler);
    return set_handler(signal_number, handler, (int)SA_RESETHAND | SA_NODEFER | SA_INTERRUPT,
                       false);
}

#define SIGNAL(name, through)                                                                  \
    EXPORT sighandler_t name(int signal_number, sighandler_t handler)                          \
    {                                                                                          \
        return through(NEXT(name), signal_number, handler);                                    \
    }
SIGNAL(signal, signal_through)
SIGNAL(bsd_signal, signal_through)
SIGNAL(ssignal, signal_through)
SIGNAL(sysv_signal, sysv_signal_through)
SIGNAL(__sysv_signal, sysv_signal_through)

/* sigset(3) for SIGPIPE: no flags, an empty mask, and the signal is blocked or unblocked.
   glibc: signal/sigset.c; musl: src/signal/sigset.c. */
static sighandler_t sigset_sigpipe(sighandler_t handler)
{
    const struct sigaction wanted = {.sa_handler = handler};
    const bool hold = handler == SIG_HOLD;
    struct sigaction old;
    sigset_t mask;
    if ((hold && !change_mask_by(SIG_BLOCK, sigpipe_bit, &mask)) ||
        sigaction_through(NEXT(sigaction), SIGPIPE, hold ? NULL : &wanted, &old) != 0 ||
        (!hold && !change_mask_by(SIG_UNBLOCK, sigpipe_bit, &mask)))
        return SIG_ERR;
    return has_sigpipe(&mask) ? SIG_HOLD : old.sa_handler;
}

EXPORT sighandler_t sigset(int signal_number, sighandler_t handler)
{
    if (signal_number == SIGPIPE && !options.off)
        return sigset_sigpipe(handler);
    return NEXT(sigset) ? next.sigset(signal_number, handler)
                        : set_handler(signal_number, handler, 0, false);
}

EXPORT int sigignore(int signal_number)
{
    if (NEXT(sigignore) && !needs_translation(signal_number, SIG_IGN)) {
        if (signal_number == SIGPIPE)
            note_handler();
        return next.sigignore(signal_number);
    }
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    return sigaction_through(NEXT(sigaction), signal_number, &ignored, NULL);
}

/* libc changes SA_RESTART of what is installed. The guard keeps its own, and which of its stubs
   is installed encodes the app's flags (disposition.c), so the default is set once more. In
   mode=ignore libc would set SIG_IGN again, which discards a pending signal. */
EXPORT int siginterrupt(int signal_number, int interrupt)
{
    struct sigaction now;
    const bool by_next =
        NEXT(siginterrupt) && !(signal_number == SIGPIPE && options.mode == MODE_IGNORE);
    if (by_next && next.siginterrupt(signal_number, interrupt) != 0)
        return -1;
    if (signal_number == SIGPIPE)
        interrupts = interrupt != 0;
    if (by_next && (signal_number != SIGPIPE || options.off))
        return 0;
    if (sigaction_through(NEXT(sigaction), signal_number, NULL, &now) != 0)
        return -1;
    if (by_next && now.sa_handler != SIG_DFL)
        return 0;
    now.sa_flags = interrupt ? now.sa_flags & ~SA_RESTART : now.sa_flags | SA_RESTART;
    return sigaction_through(NEXT(sigaction), signal_number, &now, NULL);
}
