/*
 * SIGPIPEs that the host sends to itself. The siginfo of one that is sent by kill(2) is that of
 * a broken write, so it goes by rt_sigqueueinfo(2), which fills in the same but for a mark
 * (guard.h); the others have an si_code that tells them apart. And in the modes that would keep
 * the signal from the guard, the guard stands in for as long as it takes.
 */
#include <errno.h>

#include "base/kernel_sigaction.h"
#include "base/seccomp.h"
#include "config/options.h"
#include "interpose/fallback.h"
#include "interpose/kill.h"
#include "interpose/sigmask.h"
#include "link/next.h"
#include "signal/disposition.h"
#include "signal/guard_window.h"
#include "signal/process.h"

/* What kill(2) would fill in, and the mark. */
static siginfo_t marked_info(void)
{
    siginfo_t info = {.si_signo = SIGPIPE, .si_errno = SELF_KILL_MARK, .si_code = SI_USER};
    info.si_pid = (pid_t)SYSCALL(SYS_getpid);
    info.si_uid = (uid_t)SYSCALL(SYS_getuid);
    return info;
}

/* To the process, by the id of this thread: for another one the kernel takes no siginfo that
   says SI_USER (kernel/signal.c, do_rt_sigqueueinfo). 0 or a negated errno value. */
static long queue_marked(void)
{
    const siginfo_t info = marked_info();
    return self_kill(SYS_rt_sigqueueinfo, (pid_t)SYSCALL(SYS_gettid), SIGPIPE, &info, 0);
}

/* What a SIGPIPE would meet that this thread sends to its own process now. */
struct reception {
    bool translated; /* the kernel holds something else than the app has set */
    bool blocked;    /* in this thread */
    bool fatal;      /* the default action, at once */
};

static struct reception reception_of_sigpipe(void)
{
    struct kernel_sigaction now;
    rt_sigaction(SIGPIPE, NULL, &now);
    const uintptr_t handler = disposition_to_app(kernel_sigaction_disposition(&now)).handler;
    const bool blocked = sigpipe_is_blocked();
    return (struct reception){.translated = handler != now.handler,
                              .blocked = blocked,
                              .fatal = handler == (uintptr_t)SIG_DFL && !blocked};
}

/* Whether this is the process, or one of its threads: the kernel takes the one for the other.
 */
static bool is_this_process(pid_t target)
{
    return SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), target, 0) == 0;
}

/* A kill of -1 leaves the caller out; kill(2). */
static bool is_own_group(pid_t target)
{
    return target == 0 || (target < -1 && -target == (pid_t)SYSCALL(SYS_getpgid, 0));
}

static int send_signal(int (*call)(pid_t, int), pid_t to, pid_t target, int signal_number)
{
    if (call)
        return call(to, signal_number);
    guard_install();
    return (int)libc_result(self_kill(SYS_kill, target, signal_number, NULL, 0));
}

/* One that tells by its si_code, for where the process should have ended and goes on. */
static void end_process(void)
{
    SYSCALL(SYS_tgkill, SYSCALL(SYS_getpid), SYSCALL(SYS_gettid), SIGPIPE);
}

/* While the signal is blocked it may be the guard that it meets, and else if that stands, or an
   entry that asks whose signal it is. A mere handler of the host's takes it at once, in the
   thread that the kernel chooses. An emulator may lose the mark (QEMU's user mode). */
static int send_to_self(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    const struct reception here = reception_of_sigpipe();
    if (!(here.translated || here.blocked) || queue_marked() != 0)
        return send_signal(call, to, target, SIGPIPE);
    if (here.fatal)
        end_process();
    return 0;
}

/* Where the own one pends, a second one is dropped. Where it is the end, the other processes of
   the group get theirs first, by a call whose registers tell the guard; in another thread it
   may have passed for a broken write's all the same, so this one gets a signal of its own. */
static int send_to_group(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    const struct reception here = reception_of_sigpipe();
    if (here.blocked)
        queue_marked();
    const int result = here.fatal ? (int)FALLBACK_SYSCALL(SYS_kill, target, SIGPIPE)
                                  : send_signal(call, to, target, SIGPIPE);
    if (result == 0 && here.fatal)
        end_process();
    return result;
}

/* Where nothing may be asked: each group may be the own one. */
static int send_in_sandbox(int (*call)(pid_t, int), pid_t to, pid_t target)
{
    self_kill_expected =
        app_kept_default && (target == process_id() || target == 0 || target < -1);
    const int result = send_signal(call, to, target, SIGPIPE);
    if (result != 0)
        self_kill_expected = false;
    return result;
}

/* Sends by `next`, or by the system call itself, and answers as the one that was asked. */
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
    return kill_by(NEXT(killpg), group, -group, signal_number);
}

/* Marked where the kernel takes it: for this very process, from its first thread
   (kernel/signal.c, pidfd_send_signal). */
static int send_by_pidfd(int (*call)(int, int, siginfo_t *, unsigned), int pidfd,
                         const void *info, unsigned flags)
{
    long result = -EPERM;
    const struct guard_window guard_window = guard_window_begin();
    if (!info && !options.off && !sandboxed) {
        const siginfo_t marked = marked_info();
        const bool fatal = reception_of_sigpipe().fatal;
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

/* An interposer that calls `next`, in a guard window where the signal is SIGPIPE. */
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

/* These three return an errno value. The older version of pthread_kill returns ESRCH for a
   thread that has ended; glibc, nptl/pthread_kill.c. */
SEND(pthread_kill, (pthread_t thread, int signal_number), (thread, signal_number), ENOSYS)
SEND(old_pthread_kill, (pthread_t thread, int signal_number), (thread, signal_number), ENOSYS)
EXPORT_OLD(pthread_kill, OLD_PTHREAD_KILL)
SEND(pthread_sigqueue, (pthread_t thread, int signal_number, const union sigval value),
     (thread, signal_number, value), ENOSYS)

SEND(sigqueue, (pid_t target, int signal_number, const union sigval value),
     (target, signal_number, value), libc_result(-ENOSYS))
SEND(tgkill, (pid_t group, pid_t thread, int signal_number), (group, thread, signal_number),
     FALLBACK_SYSCALL(SYS_tgkill, group, thread, signal_number))
