/* syscall(2): calls that set SIGPIPE's disposition are handled like sigaction(2). The shim
   reads what the app passes only after the kernel has read it. */
#include "syscall.h"

static void handle(int signal_number)
{
    (void)signal_number;
}

static void restorer(void)
{
}

/* rt_sigaction(2): what the kernel holds, and what a query returns. */
static void try_actions(void)
{
    const struct kernel_sigaction model = {.handler = (uintptr_t)handle,
                                           .flags = SA_RESTART | KERNEL_SA_RESTORER,
                                           .restorer = restorer,
                                           .mask = signal_bit(SIGUSR1)};
    struct kernel_sigaction action = model;
    struct kernel_sigaction old = {.handler = 1};
    start(MODE_CATCH);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, &old, 8) == 0);
    CHECK(old.handler == (uintptr_t)SIG_DFL && old.flags == 0 && old.mask == 0);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8) == 0 && !app_kept_default);
    CHECK(memcmp(&kernel.action, &model, sizeof(model)) == 0);
    action.handler = (uintptr_t)SIG_DFL;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == 0);
    CHECK(memcmp(&old, &model, sizeof(model)) == 0);
    CHECK(kernel.action.handler != (uintptr_t)SIG_DFL && kernel.action.restorer == restorer);
    action.restorer = NULL;
    action.flags = 0;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == 0);
    CHECK(old.handler == (uintptr_t)SIG_DFL && old.restorer == restorer &&
          old.flags == model.flags && old.mask == model.mask);
    CHECK(kernel.action.restorer == kernel_sigaction_restorer);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, &old, 8) == 0);
    CHECK(old.flags == 0 && old.restorer == NULL && old.mask == model.mask);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, NULL, 8) == 0);
#if defined(RESTORER)
    action.handler = (uintptr_t)handle;
    action.restorer = restorer; /* without its flag, so it is ignored */
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8) == 0);
    CHECK(kernel.action.restorer == kernel_sigaction_restorer);
#endif
}

static bool refuse(long number, const long *arguments, long *answer)
{
    *answer = -EPERM;
    return number == SYS_rt_sigaction && arguments[0] == SIGPIPE;
}

static void try_refused(void)
{
    const struct kernel_sigaction action = {.handler = (uintptr_t)handle};
    struct kernel_sigaction old = {.handler = 77};
    start(MODE_CATCH);
    kernel.instead = refuse;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == -1 && errno == EPERM);
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, NULL, 8) == -1 && guard_stands());
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, &old, 8) == -1 && errno == EPERM);
    CHECK(old.handler == 77);
}

/* mode=ignore: another thread overwrites the disposition, and it is set again. */
static bool overwrite(long number, const long *arguments, long *answer)
{
    if (number != SYS_rt_sigaction || arguments[0] != SIGPIPE || !arguments[1])
        return false;
    kernel.instead = NULL;
    *answer = answer_call(number, arguments);
    guard_window_begin_wait();
    kernel.action = disposition_ignored_at_start();
    return true;
}

static void try_overwritten(void)
{
    const struct kernel_sigaction action = {.handler = (uintptr_t)handle};
    struct kernel_sigaction old;
    start(MODE_IGNORE);
    kernel.instead = overwrite;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, &old, 8) == 0 && !kernel.instead);
    CHECK(kernel.action.handler == action.handler && old.handler == (uintptr_t)SIG_DFL);
}

/* An unreadable address, which the compiler must not know. */
static long volatile nowhere = 8;

static bool refuse_to_reach(long number, const long *arguments, long *answer)
{
    *answer = -EFAULT;
    return (number == SYS_rt_sigaction || number == SYS_rt_sigprocmask) &&
           (arguments[1] == nowhere || arguments[2] == nowhere);
}

/* The kernel reads the new disposition first, and writes the old one last. */
static void try_nowhere(void)
{
    const struct kernel_sigaction action = {.handler = (uintptr_t)handle, .mask = 9};
    start(MODE_CATCH);
    kernel.instead = refuse_to_reach;
    errno = 0;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, nowhere, NULL, 8) == -1 && errno == EFAULT);
    CHECK(guard_stands() && app_kept_default);
    errno = 0;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, NULL, nowhere, 8) == -1 && errno == EFAULT);
    CHECK(guard_stands() && app_kept_default);
    errno = 0;
    CHECK(CALL(SYS_rt_sigaction, SIGPIPE, &action, nowhere, 8) == -1 && errno == EFAULT);
    CHECK(kernel.action.handler == action.handler && kernel.action.mask == 9 &&
          !app_kept_default);
    errno = 0;
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, nowhere, NULL, 8) == -1 && errno == EFAULT);
}

static bool look_at_all(long number, const long *arguments, long *answer)
{
    *answer = 5;
    for (int i = 0; i < 6 && number == SYS_splice; i++)
        CHECK(arguments[i] == 11 + i);
    return number == SYS_splice;
}

static void try_without_libc(void)
{
    start(MODE_CATCH);
    kernel.instead = look_at_all;
    CHECK(CALL(SYS_splice, 11L, 12L, 13L, 14L, 15L, 16L) == 5);
    CHECK(CALL(SYS_getpid) == PROCESS);
    CHECK(CALL(SYS_kill, -1L, (long)SIGUSR1) == -1 && errno == EPERM);
    CHECK(CALL(SYS_tkill, (long)PROCESS, (long)SIGPIPE) == 0 && died());
    CHECK(CALL(SYS_tgkill, (long)PROCESS, (long)PROCESS, (long)SIGPIPE) == 0 && died());
    CHECK(CALL(SYS_rt_sigprocmask, SIG_BLOCK, &sigpipe_bit, NULL, 8L) == 0);
    CHECK(is_blocked() && !may_suppress_signal);
}

int main(void)
{
    number_called = -1;
    in_child(try_actions);
    in_child(try_refused);
    in_child(try_overwritten);
    in_child(try_nowhere);
    in_child(try_without_libc);
    return 0;
}
