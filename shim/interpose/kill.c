/*
 * The calls by which the app may send itself SIGPIPE. The kernel gives the signal of kill(2)
 * the same siginfo as a broken write's, so the shim sends it by rt_sigqueueinfo(2), with a mark
 * (guard.h, SELF_KILL_MARK). The other calls have an si_code of their own. A guard window is
 * open during each call, for the modes that keep SIGPIPE from the guard (guard_window.h).
 */
#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/kill.h"
#include "link/next.h"
#include "signal/disposition.h"
#include "signal/guard_window.h"
#include "signal/process.h"

/* The siginfo of kill(2), with the mark. */
static siginfo_t marked_info(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_errno = SELF_KILL_MARK, .si_code = SI_USER};
    info.si_pid = (pid_t)SYSCALL(SYS_getpid);
    info.si_uid = (uid_t)SYSCALL(SYS_getuid);
    return info;
}

/* Sends this process a marked SIGPIPE, and returns 0 or a negated errno value. The target is
   the thread's own id: for any other the kernel refuses a siginfo with SI_USER
   (kernel/signal.c, do_rt_sigqueueinfo). */
static long queue_marked(void)
{
    const siginfo_t info = marked_info();
    return self_kill(SYS_rt_sigqueueinfo, (pid_t)SYSCALL(SYS_gettid), SIGPIPE, &info, 0);
}

/* How a SIGPIPE would be delivered that this thread sends to its own process now. */
struct delivery {
    bool translated; /* the kernel holds another handler than the app has set */
    bool blocked;    /* in this thread */
    bool fatal;      /* the default action is due at once */
};

static struct delivery expected_delivery(void)
{
    struct kernel_sigaction now;
    rt_sigaction(SIGPIPE, NULL, &now);
    const uintptr_t handler = disposition_to_app(kernel_sigaction_disposition(&now)).handler;
    const bool blocked = sigpipe_is_blocked();
    return (struct delivery){.translated = handler != now.handler,
                             .blocked = blocked,
                             .fatal = handler == (uintptr_t)SIG_DFL && !blocked};
}

/* Whether `target` is the id of this process or of one of its threads: kill(2) takes either. */
static bool is_this_process(pid_t target)
{
    return SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), target, 0) == 0;
}

/* Whether the signal reaches this process with its group. A target of -1 does not reach the
   caller; kill(2). */
static bool is_own_group(pid_t target)
{
    return target == 0 || (target < -1 && target == -(pid_t)SYSCALL(SYS_getpgid, 0));
}

/* Sends by `call` (kill or killpg) with its own first argument, `to`, or by kill(2) with
   `target` where `call` is NULL. Returns 0, or -1 with errno set. */
static int send_signal(int (*call)(pid_t, int), pid_t to, pid_t target, int signal_number)
{
    if (call)
        return call(to, signal_number);
    guard_install();
    return (int)libc_result(self_kill(SYS_kill, target, signal_number, NULL, 0));
}

/* For a process that should have ended by the signal and goes on: sends a SIGPIPE whose si_code
   (SI_TKILL) shows that it is no broken write's. */
static void end_process(void)
{
    SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), SIGPIPE);
}

/* The mark matters where the guard, or a stub that asks for the signal's origin, may receive
   the signal: they stand where the disposition is translated, and may stand when a blocked
   signal is unblocked. An untranslated handler of the app's gets an ordinary signal at once, in
   the thread that the kernel chooses. An emulator may lose the mark (QEMU's user mode). */
static int send_to_self(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    const struct delivery delivery = expected_delivery();
    if (!(delivery.translated || delivery.blocked) || queue_marked() != 0)
        return send_signal(call, to, target, SIGPIPE);
    if (delivery.fatal)
        end_process();
    return 0;
}

/* A blocked signal stays pending, so the marked one goes first and the kernel drops the second
   (signal(7)). A fatal signal must reach the other processes of the group before it ends this
   one: the shim makes the system call itself, which the guard finds in the registers. Another
   thread's guard may still take the signal for a broken write's, so end_process() follows. */
static int send_to_group(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    const struct delivery delivery = expected_delivery();
    if (delivery.blocked)
        queue_marked();
    const int result = delivery.fatal ? (int)FALLBACK_SYSCALL(SYS_kill, target, SIGPIPE)
                                      : send_signal(call, to, target, SIGPIPE);
    if (result == 0 && delivery.fatal)
        end_process();
    return result;
}

/* In a sandbox the kernel may not be asked, so every group counts as the app's own. */
static int send_in_sandbox(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    self_kill_expected =
        app_kept_default && (target == process_id() || target == 0 || target < -1);
    const int result = send_signal(call, to, target, SIGPIPE);
    if (result != 0)
        self_kill_expected = false;
    return result;
}

/* kill(2) or killpg(3): parameters and results are those of send_signal(). */
static int kill_by(int (*call)(pid_t, int), pid_t to, pid_t target, int signal_number)
{
    const bool looked_at = signal_number == SIGPIPE && !options.off;
    if (looked_at && sandboxed)
        return send_in_sandbox(call, to, target);
    const bool own = looked_at && target > 0 && is_this_process(target);
    const bool group = looked_at && is_own_group(target);
    if (!own && !group)
        return send_signal(call, to, target, signal_number);
    const struct guard_window guard_window = guard_window_begin();
    const int result = own ? send_to_self(call, to, target) : send_to_group(call, to, target);
    guard_window_end(guard_window);
    return result;
}

int kill_by_number(pid_t target)
{
    return kill_by(NULL, target, target, SIGPIPE);
}

EXPORT int kill(pid_t target, int signal_number)
{
    return kill_by(NEXT(kill), target, target, signal_number);
}

EXPORT int killpg(pid_t group, int signal_number)
{
    if (group < 0) /* libc refuses it; kill(2) would take it for a process */
        return (int)libc_result(-EINVAL);
    return kill_by(NEXT(killpg), group, -group, signal_number);
}

/* pidfd_send_signal(2) with SIGPIPE. The kernel accepts the mark for this very process, from
   its first thread (kernel/signal.c, pidfd_send_signal); after EPERM the call is made as the
   app asked. */
static int send_by_pidfd(int (*call)(int, int, siginfo_t *, unsigned), int pidfd,
                         const void *info, unsigned flags)
{
    long result = -EPERM;
    const struct guard_window guard_window = guard_window_begin();
    if (!info && !options.off && !sandboxed) {
        const siginfo_t marked = marked_info();
        const bool fatal = expected_delivery().fatal;
        result = self_kill(SYS_pidfd_send_signal, pidfd, SIGPIPE, &marked, flags);
        if (result == 0 && fatal)
            end_process();
    }
    if (result != -EPERM)
        result = libc_result(result);
    else
        result =
            call ? call(pidfd, SIGPIPE, (siginfo_t *)(uintptr_t)info, flags)
                 : libc_result(self_kill(SYS_pidfd_send_signal, pidfd, SIGPIPE, info, flags));
    guard_window_end(guard_window);
    return (int)result;
}

int pidfd_kill_by_number(int pidfd, const void *info, unsigned flags)
{
    return send_by_pidfd(NULL, pidfd, info, flags);
}

EXPORT int pidfd_send_signal(int pidfd, int signal_number, siginfo_t *info, unsigned flags)
{
    if (signal_number == SIGPIPE)
        return send_by_pidfd(NEXT(pidfd_send_signal), pidfd, info, flags);
    return NEXT(pidfd_send_signal) ? next.pidfd_send_signal(pidfd, signal_number, info, flags)
                                   : (int)FALLBACK_SYSCALL(SYS_pidfd_send_signal, pidfd,
                                                           signal_number, info, flags);
}

/* An interposer that opens a guard window where the signal is SIGPIPE. */
#define SEND(name, parameters, arguments, fallback)                                            \
    EXPORT int name parameters                                                                 \
    {                                                                                          \
        if (!NEXT(name))                                                                       \
            return (int)(fallback);                                                            \
        if (signal_number != SIGPIPE)                                                          \
            return next.name arguments;                                                        \
        const struct guard_window guard_window = guard_window_begin();                         \
        const int result = next.name arguments;                                                \
        guard_window_end(guard_window);                                                        \
        return result;                                                                         \
    }

static int fallback_raise(int signal_number)
{
    return (int)FALLBACK_SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid),
                                 signal_number);
}

SEND(raise, (int signal_number), (signal_number), fallback_raise(signal_number))
SEND(gsignal, (int signal_number), (signal_number), fallback_raise(signal_number))

/* These three return an errno value. The older pthread_kill returns ESRCH for a thread that has
   ended; glibc, nptl/pthread_kill.c. */
SEND(pthread_kill, (pthread_t thread, int signal_number), (thread, signal_number), ENOSYS)
SEND(old_pthread_kill, (pthread_t thread, int signal_number), (thread, signal_number), ENOSYS)
EXPORT_OLD(pthread_kill, OLD_PTHREAD_KILL)
SEND(pthread_sigqueue, (pthread_t thread, int signal_number, const union sigval value),
     (thread, signal_number, value), ENOSYS)

SEND(sigqueue, (pid_t target, int signal_number, const union sigval value),
     (target, signal_number, value), libc_result(-ENOSYS))
SEND(tgkill, (pid_t group, pid_t thread, int signal_number), (group, thread, signal_number),
     FALLBACK_SYSCALL(SYS_tgkill, group, thread, signal_number))
